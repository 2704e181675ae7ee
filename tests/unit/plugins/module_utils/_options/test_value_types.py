# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options.value_types import (
    CPUS,
    RATIO,
    SIZE_OR_UNLIMITED,
    UNORDERED,
    at_least,
    between,
    one_of,
)


@pytest.mark.parametrize("cpus", [0.1, 1.1, 2.0, 0.0])
def test_cpus_are_rounded_parts_and_read_back_as_they_were_written(cpus: float) -> None:
    assert CPUS.to_api(cpus) == round(cpus * 10**9)
    assert CPUS.show(CPUS.to_api(cpus)) == cpus


def test_a_ratio_of_single_precision_is_the_declared_one() -> None:
    # What the Engine returns for 0.1.
    assert RATIO.canonical(0.10000000149011612) == RATIO.canonical(0.1)
    assert RATIO.show(0.10000000149011612) == 0.1


def test_the_order_of_an_unordered_list_is_no_change() -> None:
    assert UNORDERED.to_api(["b", "a", "b"]) == ["a", "b"]
    assert UNORDERED.canonical(["b", "a"]) == UNORDERED.canonical(["a", "b"])


@pytest.mark.parametrize(
    ("limit", "good", "bad", "sentence"),
    [
        (at_least(0, "a count"), 0, -1, "-1 is below 0: it is a count"),
        (between(0, 1), 0.5, 2, "2 is not from 0 to 1"),
        (between(-1000, 1000), -1000, 1001, "1001 is not from -1000 to 1000"),
    ],
)
def test_limits(limit: t.Callable[[t.Any], None], good: float, bad: float, sentence: str) -> None:
    limit(good)
    with pytest.raises(ValueError) as error:
        limit(bad)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("written", "value", "shown"), [("-1", -1, "-1"), (-1, -1, "-1"), ("1G", 2**30, "1G")]
)
def test_a_size_may_be_without_limit(written: t.Any, value: int, shown: str) -> None:
    assert SIZE_OR_UNLIMITED.to_api(written) == value
    assert SIZE_OR_UNLIMITED.show(value) == shown


def test_choices() -> None:
    assert one_of("a", "b") == {"choices": ["a", "b"]}
