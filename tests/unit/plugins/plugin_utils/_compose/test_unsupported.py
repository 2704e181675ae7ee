# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.service import KEYS
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.unsupported import UNSUPPORTED
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, service, stack

FILES = {
    "a.yml": "services: {web: {image: x, build: ., depends_on: [db], privileged: true}, db: {image: y, links: [web]}}",
    "b.yml": "services: {db: {container_name: db}}\nmodels: {m: {}}",
}


def test_all_unsupported_keys_are_refused_at_once() -> None:
    told = refusal(FILES, "a.yml", "b.yml")
    assert told.startswith("b.yml: models (Swarm runs no models)")
    assert (
        "a.yml: services.web.build (build and push the image first, and name it in image), services.web"
        in told
    )
    assert " and services.db.links (attach both services to one network" in told
    assert told.count("b.yml: ") == 1
    assert "services.db.container_name (Swarm names the tasks;" in told
    keys = "build, container_name, depends_on, links, models, privileged"
    assert told.endswith(
        f": Swarm does not support this; change the file, or leave the keys out with ignore_unsupported: [{keys}]."
    )


def test_what_is_left_out_is_a_warning() -> None:
    keys = ["build", "container_name", "depends_on", "links", "models", "privileged", "not-used"]
    found = stack(FILES, "a.yml", "b.yml", ignore_unsupported=keys)
    assert len(found.services) == 2
    assert found.warnings == [
        "b.yml: models and services.db.container_name are left out, as ignore_unsupported says.",
        (
            "a.yml: services.web.build, services.web.depends_on, services.web.privileged and services.db.links are left "
            "out, as ignore_unsupported says."
        ),
    ]
    told = refusal(FILES, "a.yml", "b.yml", ignore_unsupported=keys[1:])
    assert told.endswith("ignore_unsupported: [build].")


@pytest.mark.parametrize("key", sorted(UNSUPPORTED))
def test_each_key_is_refused_by_name_and_path(key: str) -> None:
    told = refusal(f"services: {{web: {{image: x, {key}: something}}}}")
    assert told.startswith(f"web.yml: services.web.{key} ({UNSUPPORTED[key]})")
    assert service(f"{key}: something", ignore_unsupported=[key])["image"] == "tiny:1"


def test_a_key_is_either_supported_or_not() -> None:
    assert not set(KEYS) & set(UNSUPPORTED)


def test_a_key_that_asks_for_nothing_is_skipped() -> None:
    assert stack("services: {web: {image: x, privileged: false, depends_on: [], build: null}}").warnings == []


def test_a_new_key_of_compose_can_be_left_out_too() -> None:
    assert service("brand_new: 1", ignore_unsupported=["brand_new"])["image"] == "tiny:1"


def test_the_guide_gives_the_reason_for_every_unsupported_key() -> None:
    path = Path(__file__).parents[5] / "docs" / "docsite" / "rst" / "guide_stacks.rst"
    guide = path.read_text(encoding="utf-8")
    section = guide[guide.index("Keys of a service\n") : guide.index("Differences from docker stack deploy")]
    reasons = {}
    for keys, reason in re.findall(r"\* - (.+(?:\n {7}.+)*)\n {5}- (.+(?:\n {7}.+)*)", section):
        reasons.update(
            dict.fromkeys(re.findall(r"``(\w+)``", keys), " ".join(reason.replace("``", "").split()))
        )
    assert reasons == {key: f"{reason[0].upper()}{reason[1:]}." for key, reason in UNSUPPORTED.items()}
