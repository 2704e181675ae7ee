# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.env_file import (
    Variables,
    env_file,
    raw_env_file,
)


def read(text: str, **known: str) -> Variables:
    return env_file(text.encode(), ".env", known, lambda name: None)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("A = spaced out  ", "spaced out"),
        ("export A=exported", "exported"),
        ("A: yaml", "yaml"),
        ("A=", ""),
        ("A", None),
        ("A=a#b # a comment", "a#b"),
        ("A= # a comment", ""),
        ("A='single $B \\n' # comment", "single $B \\n"),
        ('A="double ${B} \\n\\"x\\" \\$B"', 'double bee \n"x" $B'),
        ("A=${B}-$B-${C:-none}", "bee-bee-none"),
        ('A="two\nlines"', "two\nlines"),
        ("A='two\nlines'", "two\nlines"),
        ("A=pa$5word", "pa$5word"),
        ("A=a=b", "a=b"),
        ("A=\r\nC=1", ""),
    ],
)
def test_a_line(line: str, value: str | None) -> None:
    assert read(f"# first\n\n{line}\nLAST=1\n", B="bee")["A"] == value
    assert read(line, B="bee")["A"] == value


def test_later_lines_use_earlier_ones_and_what_is_given_wins() -> None:
    assert read("A=1\nB=$A$A\nC=$B", B="given") == {"A": "1", "B": "11", "C": "given"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A=1\nnot a variable", ".env line 2 is not like NAME=value"),
        ("A=1\n=value", ".env line 2 is not like NAME=value"),
        ("A=1\n\nB='geheim", ".env line 3 begins a value with ' that never ends"),
        ("A='geheim' geheim", ".env line 1 goes on after the closing quote"),
        ("A=${B:?not given}", ".env line 1 needs the variable B: not given"),
    ],
)
def test_what_is_no_line(text: str, told: str) -> None:
    with pytest.raises(Refused) as caught:
        read(text)
    assert str(caught.value) == f"{told}."


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(Refused, match="not text in UTF-8"):
        env_file(b"A=\xff", ".env", {}, lambda name: None)


def test_raw_files_are_taken_as_they_are() -> None:
    text = b"# comment\nA='quoted' # no comment\nB\n\nC=$A \n"
    assert raw_env_file(text, "x") == {"A": "'quoted' # no comment", "B": None, "C": "$A "}
    with pytest.raises(Refused, match="line 1 has no name"):
        raw_env_file(b"=x", "x")
