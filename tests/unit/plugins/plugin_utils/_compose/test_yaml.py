# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.yaml import (
    Budget,
    Override,
    Reset,
    parse,
    without_tags,
)


def value(text: str) -> t.Any:
    return parse(f"a: {text}".encode(), "x.yml", Budget())["a"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # YAML 1.1 makes numbers, booleans and dates of these.
        ("22:22", "22:22"),
        ("no", "no"),
        ("on", "on"),
        ("2026-11-21", "2026-11-21"),
        ("=", "="),
        # And these are what they seem to be.
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("0440", 0o440),
        ("0o440", 0o440),
        ("0x1F", 31),
        ("0b11", 3),
        ("-7", -7),
        ("08", 8),
        ("1_000", 1000),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".inf", math.inf),
        ('"3"', "3"),
    ],
)
def test_scalars(text: str, meant: t.Any) -> None:
    assert (value(text), type(value(text))) == (meant, type(meant))


def test_anchors_and_merge_keys() -> None:
    text = b"""
x-a: &a {one: 1, two: 2}
x-b: &b {<<: *a, two: 3}
c: {<<: *b, four: 4}
d: {<<: [*a, {five: 5}]}
"""
    found = parse(text, "x.yml", Budget())
    assert found["c"] == {"one": 1, "two": 3, "four": 4}
    assert found["d"] == {"one": 1, "two": 2, "five": 5}


def test_keys_are_text() -> None:
    assert parse(b"80: a\ntrue: b\n1.0: c", "x.yml", Budget()) == {"80": "a", "true": "b", "1.0": "c"}


def test_tags() -> None:
    found = parse(
        b"a: !reset null\nb: !override [1, 2]\nc: !override {d: [3]}\ne: !override f", "x.yml", Budget()
    )
    assert isinstance(found["a"], Reset)
    assert [found[key].content for key in "bce" if isinstance(found[key], Override)] == [
        [1, 2],
        {"d": [3]},
        "f",
    ]
    assert without_tags(found) == {"b": [1, 2], "c": {"d": [3]}, "e": "f"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services:\n  web: [\n", "x.yml line 3, column 1: "),
        ("a: 1\n\tb: 2\n", "x.yml line 2, column 1: found character '\\t'"),
        ("a: 1\n---\nb: 1\n", "x.yml line 2, column 1: but found another document"),
        ("a: &a [*a]", "x.yml line 1, column 4: a value contains itself through its alias"),
        ("a: !mine b", "x.yml line 1, column 4: could not determine a constructor for the tag '!mine'"),
        ("[a]: b", "x.yml line 1, column 1: a key is not a plain text"),
        ("", "x.yml is empty"),
        ("- a", "x.yml is not a mapping"),
    ],
)
def test_what_is_no_compose_file(text: str, told: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text.encode(), "x.yml", Budget())
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    ("text", "found", "where"),
    [
        ("a: 1\nb: 2\na: 3\n", {"a": 3, "b": 2}, "line 3, column 1: the key a is in line 1"),
        ("a:\n  b: {c: 1, c: 2}\n", {"a": {"b": {"c": 2}}}, "line 2, column 13: the key c is in line 2"),
        (
            "a: &x {b: 1, b: [2]}\nc: *x\n",
            {"a": {"b": [2]}, "c": {"b": [2]}},
            "line 1, column 14: the key b is in line 1",
        ),
    ],
)
def test_of_a_repeated_key_the_last_one_counts_and_a_warning_says_so(
    text: str, found: dict[str, t.Any], where: str
) -> None:
    told: list[str] = []
    assert parse(text.encode(), "x.yml", Budget(), told.append) == found
    assert told == [f"x.yml {where} already; the last one counts, as with docker stack deploy."]


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(Refused, match=r"x.yml is not text in UTF-8\."):
        parse(b"a: \xff", "x.yml", Budget())
    with pytest.raises(Refused, match=r"x.yml: .*special characters are not allowed"):
        parse(b"a: \x00", "x.yml", Budget())
