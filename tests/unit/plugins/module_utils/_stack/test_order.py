# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.order import (
    COMPLETED,
    HEALTHY,
    STARTED,
    Circle,
    Need,
    in_order,
    reaches,
    turn,
)
from hypothesis import given
from hypothesis import strategies as st


def need(condition: str = STARTED, required: bool = True) -> Need:
    return {"condition": condition, "required": required}


def test_what_needs_nothing_comes_first_and_in_its_order() -> None:
    needs = {"web": ["db", "cache"], "proxy": ["web"]}
    assert in_order(["proxy", "web", "db", "cache", "cron"], needs) == ["db", "cache", "cron", "web", "proxy"]
    assert in_order(["b", "a"], {}) == ["b", "a"]


def test_a_circle_is_named() -> None:
    with pytest.raises(Circle) as caught:
        in_order(["x", "a", "b", "c"], {"x": ["a"], "a": ["b"], "b": ["c"], "c": ["a"]})
    assert caught.value.args == ("a", "b", "c", "a")
    with pytest.raises(Circle):
        in_order(["a"], {"a": ["a"]})


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [("a", "c", True), ("a", "a", True), ("c", "a", False), ("x", "z", True), ("a", "x", False)],
)
def test_what_is_needed_by_way_of_others(name: str, other: str, expected: bool) -> None:
    needs = {"a": ["b"], "b": ["c"], "x": ["y", "z"], "y": ["x"]}
    assert reaches(name, other, needs) is expected


def test_a_long_chain_is_no_problem() -> None:
    names = [str(number) for number in range(2000)]
    needs = {name: [str(int(name) + 1)] for name in names[:-1]}
    assert in_order(names, needs) == names[::-1]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_each_comes_behind_what_it_needs(pairs: list[tuple[int, int]]) -> None:
    needs: dict[str, list[str]] = {}
    for one, other in pairs:
        if one != other:
            needs.setdefault(str(max(one, other)), []).append(str(min(one, other)))
    order = in_order([str(number) for number in range(10)], needs)
    assert sorted(order) == sorted(str(number) for number in range(10))
    assert all(order.index(other) < order.index(name) for name in needs for other in needs[name])


@pytest.mark.parametrize(
    ("condition", "reached"),
    [(STARTED, "started"), (HEALTHY, "running"), (COMPLETED, "converged")],
)
def test_each_condition_is_met_from_some_moment_on(condition: str, reached: str) -> None:
    needs = {"web": {"db": need(condition)}}
    states = ["", "started", "running", "converged"]
    for state in states:
        expected = ["web"] if states.index(state) >= states.index(reached) else []
        assert turn(["web"], needs, {"db": state}) == (expected, [])


def test_what_is_as_declared_already_is_not_waited_for() -> None:
    assert turn(["web"], {"web": {"db": need(COMPLETED)}}, {}).now == ["web"]


def test_one_that_is_not_sent_yet_holds_others_back() -> None:
    needs = {"web": {"db": need()}, "proxy": {"web": need()}}
    assert turn(["web", "proxy"], needs, {"db": ""}) == ([], [])
    assert turn(["web", "proxy"], needs, {"db": "started"}) == (["web"], [])


def test_a_failure_keeps_all_behind_it_from_being_sent_but_no_others() -> None:
    needs = {"web": {"db": need(HEALTHY)}, "cron": {"cache": need()}, "proxy": {"web": need()}}
    reached = {"db": "failed", "cache": "running"}
    assert turn(["web", "cron", "proxy"], needs, reached) == (["cron"], ["web", "proxy"])


def test_the_failure_of_what_is_not_required_holds_nothing_back() -> None:
    needs = {"web": {"db": need(HEALTHY, required=False)}}
    assert turn(["web"], needs, {"db": ""}) == ([], [])
    assert turn(["web"], needs, {"db": "failed"}) == (["web"], [])
