# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.interpolate import (
    Malformed,
    Missing,
    interpolate,
)

VARIABLES = {"V": "value", "EMPTY": "", "OTHER": "o"}


def filled(text: str, lenient: bool = False) -> tuple[str, list[str]]:
    unset: list[str] = []
    return interpolate(text, VARIABLES, unset.append, lenient), unset


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
def test_what_compose_writes(text: str, meant: str) -> None:
    assert filled(text) == (meant, [])


def test_a_variable_that_is_not_set_is_empty_and_told() -> None:
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


def test_it_is_left_alone_where_that_is_asked_for() -> None:
    assert filled("a$5 $ $V", lenient=True) == ("a$5 $ value", [])
