# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that no option can have."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.texts import (
    check_options,
    check_value,
    wrong_value,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.value_types import between

ARGUMENTS: dict[str, t.Any] = {
    "ports": {
        "type": "list",
        "elements": "dict",
        "options": {"port": {"type": "int"}, "name": {"type": "str"}},
    },
    "count": {"type": "int", "limits": between(0, 9, "it is a count"), "aliases": ["number"]},
    "state": {"type": "str", "choices": ["on", "off"]},
    "states": {"type": "list", "elements": "str", "choices": ["on", "off"]},
    "login": {
        "type": "dict",
        "options": {"user": {"type": "str"}, "password": {"type": "str", "no_log": True}},
    },
    "logins": {"type": "list", "elements": "dict", "options": {"password": {"type": "str", "no_log": True}}},
    "variables": {"type": "dict", "hidden": str},
    "labels": {"type": "dict"},
    "image": {"type": "str"},
    "content": {"type": "str", "text": "any"},
    "args": {"type": "list", "elements": "str", "text": "lines"},
}


@pytest.mark.parametrize(
    ("value", "kind", "problem"),
    [
        ("a\nb", "line", "holds the control character U+000A"),
        ({"KEY": "a\0b"}, "lines", "entry 'KEY' holds the control character U+0000"),
        ({"K\x1b": "a"}, "lines", "entry 'K\\x1b' holds the control character U+001B"),
        (["a", {"b": ["c\x7f"]}], "line", "entry 1 holds the control character U+007F"),
        ("x" * 4097, "line", "has 4097 characters, and at most 4096 are of use"),
    ],
)
def test_a_text_that_cannot_be_is_named_and_not_repeated(value: t.Any, kind: str, problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        check_value(value, kind)
    assert str(refused.value).startswith(problem)


def test_lines_may_have_line_ends_and_data_anything() -> None:
    check_value({"a": "b\n\tc\x1b"}, "lines")
    check_value("\0" * 5_000_000, "any")


def test_the_option_is_named_at_any_depth() -> None:
    with pytest.raises(
        Refused, match=r"^ports\[1\]\.name: holds the control character U\+0000, .* Nothing was sent\.$"
    ):
        check_options(ARGUMENTS, {"ports": [{"name": "a"}, {"name": "\0"}]})
    with pytest.raises(Refused, match=r"^count: 10 is not from 0 to 9: it is a count\. Nothing was sent\.$"):
        check_options(ARGUMENTS, {"count": 10})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"ports": ["80:80"]}, "ports[0] is a text, not a dictionary with port, name. Nothing was sent."),
        ({"ports": [{}, 5]}, "ports[1] is a number, not a dictionary with port, name. Nothing was sent."),
        ({"number": "9" * 99}, "count is a text of 99 characters, not a whole number. Nothing was sent."),
        ({"state": ["on"]}, "state is a list, not one of on, off. Nothing was sent."),
        ({"states": ["on", ["off"]]}, "states[1] is a list, not one of on, off. Nothing was sent."),
        ({"states": ["on", "off"]}, None),
        ({"states": ",".join(["on", "off"] * 20)}, None),
        ({"login": "c2VjcmV0=="}, "login is a text, not a dictionary with user, password. Nothing was sent."),
        ({"logins": [{}, "a=b"]}, "logins[1] is a text, not a dictionary with password. Nothing was sent."),
        ({"variables": "a=b"}, "variables is a text, not a dictionary. Nothing was sent."),
        ({"variables": '{"a": "b"}', "login": '{"password": "b"}', "labels": "a=b"}, None),
        ({"ports": [{"port": "80"}], "count": "3", "state": "on"}, None),
        (
            {"ports": [{"port": 1}, {"name": "web", "prot": 80}]},
            "ports[1] (web) has no option 'prot'; did you mean port? Nothing was sent.",
        ),
        ({"ports": [{"x" * 99: 80}]}, f"ports[0] has no option '{'x' * 59}…. Nothing was sent."),
        ({"login": {"user": "a", 5: 1}}, "login has no option 5. Nothing was sent."),
        ({"args": ["a", True]}, "args[1] is a yes or no, not a text: put it in quotes. Nothing was sent."),
        ({"args": [["a"]]}, "args[0] is a list, not a text. Nothing was sent."),
        ({"args": [{"a": 1}]}, "args[0] is a dictionary, not a text. Nothing was sent."),
        ({"args": [None]}, "args[0] is nothing, not a text. Nothing was sent."),
        ({"image": ["a"]}, "image is a list, not a text. Nothing was sent."),
        ({"image": True}, "image is a yes or no, not a text: put it in quotes. Nothing was sent."),
        ({"ports": [{"name": {}}]}, "ports[0].name is a dictionary, not a text. Nothing was sent."),
        ({"args": ["a", 5], "image": 7, "content": {"a": 1}}, None),
    ],
)
def test_what_ansible_cannot_refuse_well_has_a_sentence(given: dict[str, t.Any], problem: str | None) -> None:
    assert wrong_value(ARGUMENTS, given) == problem
