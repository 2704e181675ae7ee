# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import re

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.convert import (
    duration,
    nanoseconds,
    texts,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (7, 7),
        ("7", 7),
        ("10s", 10 * 10**9),
        ("1m30s", 90 * 10**9),
        ("2160h", 2160 * 3600 * 10**9),
        ("1.5s", 1500 * 10**6),
        ("250ms", 250 * 10**6),
        ("5us3ns", 5003),
        ("5µs", 5000),
        (" 10s ", 10 * 10**9),
    ],
)
def test_a_duration_is_read_as_it_is_written(value: object, expected: int) -> None:
    assert nanoseconds(value) == expected


@pytest.mark.parametrize("value", ["", "ten", "10 s", "10s!", "10d", "s", True, 1.5, None, "1h 30m"])
def test_what_is_no_duration_is_refused_with_examples(value: object) -> None:
    with pytest.raises(
        ValueError, match=re.escape(f"{str(value).strip()!r} is not a duration like 10s, 1m30s")
    ):
        nanoseconds(value)


@given(st.integers(0, 2**63 - 1))
def test_a_shown_duration_reads_back_as_itself(value: int) -> None:
    assert nanoseconds(duration(value)) == value


def test_durations_are_shown_in_their_largest_units() -> None:
    assert [duration(value) for value in (0, 90 * 10**9, 2160 * 3600 * 10**9, 1_000_001)] == [
        "0s",
        "1m30s",
        "2160h",
        "1ms1ns",
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "a yes or no"),
        (1, "a number"),
        (1.1, "a number"),
        (None, "nothing"),
        ([], "a list"),
        ({}, "a dictionary"),
        (datetime.date(2026, 11, 20), "a date"),
    ],
)
def test_a_value_that_is_no_string_is_refused_with_its_kind_and_the_cure(value: object, kind: str) -> None:
    with pytest.raises(ValueError) as refused:
        texts({"a": value}, "label")
    assert str(refused.value) == f"label 'a' is {kind}, not a string: put it in quotes"
