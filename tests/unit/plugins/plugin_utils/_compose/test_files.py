# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, stack


def test_variables_are_filled_in_everywhere_and_become_what_the_key_wants() -> None:
    text = """
        services:
          web:
            image: x:${TAG}
            read_only: $FLAG
            deploy: {replicas: "${COUNT}", labels: ["a=${TAG}"]}
            configs: [{source: c, mode: "${MODE}"}]
        configs: {c: {content: "tag ${TAG}", name: "c-${TAG}"}}
        """
    found = stack(text, variables={"TAG": 7, "FLAG": True, "COUNT": "3", "MODE": "0440"})
    [web] = found.services
    assert (web["image"], web["read_only"], web["replicas"]) == ("x:7", True, 3)
    assert web["configs"][0]["config_name"] == "c-7"
    assert found.warnings == []


def test_a_variable_that_is_not_set() -> None:
    files = {
        "web.yml": "services: {web: {image: 'x$V', hostname: 'y$V'}}",
        "b.yml": "services: {web: {user: 'a$V'}}",
    }
    found = stack(files, "web.yml", "b.yml", variables={"V": None})
    assert found.services[0]["image"] == "x"
    assert found.warnings == [
        f"{file}: the variable V is not set and is replaced by the empty text."
        for file in ("web.yml", "b.yml")
    ]
    assert refusal("services: {web: {image: '${V:?say which}'}}") == (
        "web.yml: services.web.image needs the variable V: say which."
    )
