# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad values for every key of a service in a Compose file, made from the table of keys."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.service import KEYS
from ansible_collections.flotilla.swarm.tests.unit.support.compose import stack

_BAD = {
    "null": "null",
    "empty": '""',
    "number": "-3",
    "huge": "9" * 5000,
    "yes": "true",
    "unit": "10 parsecs",
    "NUL": r'"a\0b"',
    "control": r'"a\x1bb"',
    "set": "!!set {a, b}",
    "binary": "!!binary aGVsbG8=",
    "date": "!!timestamp 2026-11-20",
    "list": "[a, {b: [null]}]",
    "numbers": "[5]",
    "NUL in a list": r'["a\0b"]',
    "mapping": "{a: {b: [c]}}",
    "NUL in a mapping": r'{a: "b\0c"}',
    "unknown key": "{no_such_key: 1}",
}


def paths(tree: dict[str, t.Any], above: str = "") -> t.Iterator[str]:
    """The dotted path of every key of a service."""
    for key, inner in tree.items():
        yield f"{above}{key}"
        yield from paths(inner, f"{above}{key}.")


def document(path: str, value: str) -> str:
    """A file with this value at this path of a service."""
    *groups, key = path.split(".")
    image = "" if path == "image" else "image: nginx:1, "
    return f"services: {{web: {{{image}{''.join(f'{group}: {{' for group in groups)}{key}: {value}{'}' * len(groups)}}}}}"


@pytest.mark.parametrize("path", list(paths(KEYS)))
def test_a_bad_value_is_refused_with_its_file_and_key(path: str) -> None:
    """17 kinds for each of the keys."""
    for kind, value in _BAD.items():
        try:
            stack(document(path, value))
        except Refused as refused:
            message = str(refused)
            assert message.startswith("web.yml"), (kind, message)
            assert "\0" not in message, kind
            assert "\n" not in message, (kind, message)
            assert len(message) < 1000, (kind, message)
        else:
            assert kind != "NUL", path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "services: {web: {image: 'tiny:${TAG}'}}",
            "services.web.image: 'tiny:' is not an image like nginx:1.27: the tag",
        ),
        (
            r"services: {web: {image: x, volumes: ['C:\x:/y']}}",
            "is a path of Windows, and the target one of Linux",
        ),
        (
            "services: {web: {image: x, volumes: [5]}}",
            "the target '5' is not an absolute path in the container",
        ),
        ("services: !!set {web}", "services is of a YAML type that has no meaning here"),
        ("services: !reset null", "services is of a YAML type that has no meaning here"),
        ("services: {web: !!set {image}}", "services.web is of a YAML type that has no meaning here"),
    ],
)
def test_what_was_met(text: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        stack(text)
    assert str(refused.value).startswith("web.yml: services")
    assert words in str(refused.value)


def test_a_control_character_in_an_env_file_is_refused_without_the_value() -> None:
    with pytest.raises(Refused) as refused:
        stack({"web.yml": "services: {web: {image: x, env_file: a.env}}", "a.env": "KEY=hunter\0two"})
    assert "entry 'KEY' holds the control character U+0000" in str(refused.value)
    assert "hunter" not in str(refused.value)


def test_zero_is_the_engines_default_for_the_time_that_is_watched() -> None:
    declared = stack("services: {web: {image: x, deploy: {update_config: {monitor: 0s}}}}")
    assert declared.services[0]["update_config"] == {"monitor": "0s"}
