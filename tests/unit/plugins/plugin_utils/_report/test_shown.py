# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import unicodedata

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.shown import (
    age,
    change,
    clipped,
    span,
    visible,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("web-1", "web-1"),
        ("a\nb\tc", "a b c"),
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("\x1b[31m\0", "\\u001b[31m\\u0000"),
        ("\ud800", "\\ud800"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("Größe 日本 👩\u200d🚀", "Größe 日本 👩\u200d🚀"),
    ],
)
def test_every_character_is_seen(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text(st.characters()))
def test_no_character_that_moves_others_or_is_not_seen_is_left(text: str) -> None:
    left = {unicodedata.category(one) for one in visible(text) if one not in "\u200c\u200d"}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    visible(text).encode("utf-8")


def test_other_values_stay_what_they_are() -> None:
    assert [visible(value) for value in (None, 3, 1.5, [])] == [None, 3, 1.5, []]


@given(st.text(), st.integers(1, 50))
def test_nothing_is_longer_than_it_may_be(text: str, most: int) -> None:
    assert len(clipped(text, most)) <= most
    assert clipped("abc", 3) == "abc" and clipped("abcd", 3) == "ab…"


def test_ages_are_in_the_largest_unit_that_is_full_twice() -> None:
    assert [span(seconds) for seconds in (0, 1, 119, 120, 7199, 7200, 172_799, 172_800)] == [
        "0 s",
        "1 s",
        "119 s",
        "2 min",
        "119 min",
        "2 h",
        "47 h",
        "2 d",
    ]
    assert age("2026-11-28T09:59:50.5Z", "2026-11-28T10:00:00Z") == "9 s"
    # A clock that is ahead makes no age below nothing, and a task that was never written has none.
    assert age("2026-11-28T10:00:09Z", "2026-11-28T10:00:00Z") == "0 s"
    assert age("", "2026-11-28T10:00:00Z") == ""


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("r:5000/web:1@sha256:ab", "r:5000/web:2@sha256:cd", "r:5000/web 1 → 2"),
        ("web:1", "other:1", "web:1 → other:1"),
        ("r:5000/web", "r:5000/web:2", "r:5000/web → r:5000/web:2"),
        ("r:5000/a", "r:5000/b", "r:5000/a → r:5000/b"),
    ],
)
def test_a_change_names_the_repository_once(before: str, after: str, shown: str) -> None:
    assert change(before, after) == shown
