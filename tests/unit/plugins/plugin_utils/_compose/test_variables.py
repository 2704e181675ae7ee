# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.variables import (
    EnvFile,
    Malformed,
    Missing,
    fill,
    read_env_file,
    read_raw_env_file,
)

# In texts

VARIABLES = {"V": "value", "EMPTY": "", "OTHER": "o"}


def filled(text: str, lenient: bool = False) -> tuple[str, list[str]]:
    unset: list[str] = []
    return fill(text, VARIABLES, unset.append, lenient), unset


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no variable", "no variable"),
        ("a$V-b", "avalue-b"),
        ("a${V}b", "avalueb"),
        ("$$V and $${V}", "$V and ${V}"),
        ("${V-d}|${EMPTY-d}|${NONE-d}", "value||d"),
        ("${V:-d}|${EMPTY:-d}|${NONE:-d}", "value|d|d"),
        ("${V?e}|${EMPTY?e}", "value|"),
        ("${V:?e}", "value"),
        ("${V+r}|${EMPTY+r}|${NONE+r}", "r|r|"),
        ("${V:+r}|${EMPTY:+r}|${NONE:+r}", "r||"),
        ("${NONE:-${EMPTY:-$OTHER}}", "o"),
        ("${NONE:-${V:+x}y}z", "xyz"),
        ("${NONE-a$$b}", "a$b"),
        ("${NONE:-http://x:80/?a=b}", "http://x:80/?a=b"),
        ("${V:-${NOBODY}}", "value"),
    ],
)
def test_every_form_that_compose_has(text: str, meant: str) -> None:
    assert filled(text) == (meant, [])


def test_a_variable_that_is_not_set_is_empty_and_reported() -> None:
    assert filled("<$NONE> ${NONE}") == ("<> ", ["NONE", "NONE"])
    assert filled("${NONE:-$ALSO}") == ("", ["ALSO"])


@pytest.mark.parametrize(("text", "told"), [("${NONE?}", "it is not set"), ("${EMPTY:?say $V}", "say value")])
def test_a_variable_that_has_to_be_set(text: str, told: str) -> None:
    with pytest.raises(Missing, match=told):
        filled(text)


@pytest.mark.parametrize(
    "text", ["secret$5", "secret$", "secret${", "secret${V", "${V/a/b}", "${V:-${OTHER}", "${}", "$-"]
)
def test_a_dollar_sign_that_begins_no_variable(text: str) -> None:
    with pytest.raises(Malformed, match=r"write \$\$ for") as caught:
        filled(text)
    assert "secret" not in str(caught.value)


def test_a_lenient_fill_keeps_the_dollar_sign() -> None:
    assert filled("a$5 $ $V", lenient=True) == ("a$5 $ value", [])


# In env files


def read(text: str, **known: str) -> EnvFile:
    return read_env_file(text.encode(), ".env", known, lambda name: None)


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
        ("A=1\n\nB='geheim", ".env line 3 begins a value with ' and does not close it"),
        ("A='geheim' geheim", ".env line 1 goes on after the closing quote"),
        ("A=${B:?not given}", ".env line 1 needs the variable B: not given"),
    ],
)
def test_a_line_that_sets_no_variable(text: str, told: str) -> None:
    with pytest.raises(Refused) as caught:
        read(text)
    assert str(caught.value) == f"{told}."


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(Refused, match="not text in UTF-8"):
        read_env_file(b"A=\xff", ".env", {}, lambda name: None)


def test_raw_files_are_taken_as_they_are() -> None:
    text = b"# comment\nA='quoted' # no comment\nB\n\nC=$A \n"
    assert read_raw_env_file(text, "x") == {"A": "'quoted' # no comment", "B": None, "C": "$A "}
    with pytest.raises(Refused, match="line 1 has no name"):
        read_raw_env_file(b"=x", "x")
