# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.find import find, matching
from hypothesis import given
from hypothesis import strategies as st

Item = tuple[str, str]
ITEMS: list[Item] = [
    ("aaaaaa1111", "web"),
    ("aaaaaa2222", "db"),
    ("bbbbbb1111", "db"),
    ("cccccc1111", "bbbbbb"),
]


def found(wanted: str, items: t.Iterable[Item] = tuple(ITEMS)) -> list[str]:
    return [
        identity for identity, _name in matching(items, wanted, lambda item: item[0], lambda item: item[1])
    ]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ("aaaaaa1111", ["aaaaaa1111"]),
        ("web", ["aaaaaa1111"]),
        ("db", ["aaaaaa2222", "bbbbbb1111"]),
        ("aaaaaa", ["aaaaaa1111", "aaaaaa2222"]),
        ("aaaaaa1", ["aaaaaa1111"]),
        ("aaaaa", []),
        ("bbbbbb", ["cccccc1111"]),
        ("", []),
        ("we", []),
    ],
)
def test_an_id_comes_before_a_name_and_a_name_before_the_beginning_of_an_id(
    wanted: str, ids: list[str]
) -> None:
    assert found(wanted) == ids


@given(st.lists(st.tuples(st.text("ab12", min_size=1), st.text("ab12")), max_size=5), st.text("ab12"))
def test_every_match_has_the_name_or_the_id(items: list[Item], wanted: str) -> None:
    for identity in found(wanted, items):
        assert any(
            item[0] == identity and (item[1] == wanted or item[0].startswith(wanted)) for item in items
        )
    assert bool(found(wanted, items)) == (
        any(wanted in item for item in items)
        or (len(wanted) >= 6 and any(item[0].startswith(wanted) for item in items))
    )


def test_the_first_match_is_found_or_none() -> None:
    assert find(ITEMS, "db", lambda item: item[0], lambda item: item[1]) == ITEMS[1]
    assert find(ITEMS, "none", lambda item: item[0], lambda item: item[1]) is None
