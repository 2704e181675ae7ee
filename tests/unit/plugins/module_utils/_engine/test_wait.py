# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import (
    Clock,
    caught_up,
    in_sequence,
    until,
)


def answers(*these: t.Any) -> t.Callable[[], t.Any]:
    left = list(these)

    def look() -> t.Any:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look


def test_an_answer_that_is_there_costs_no_time(fake_time: t.Any) -> None:
    assert until(answers("yes"), Clock(10), lambda: "late") == "yes"
    assert fake_time.sleeps == []


@pytest.mark.parametrize("falsy", [False, 0, "", []])
def test_only_none_means_no_answer(falsy: t.Any) -> None:
    assert until(answers(falsy), Clock(0), lambda: "late") == falsy


def test_a_leader_change_is_patience_but_another_error_is_not() -> None:
    look = answers(errors.NoQuorum("x"), errors.EngineTimeout("x"), None, "yes")
    assert until(look, Clock(10), lambda: "late") == "yes"
    with pytest.raises(errors.NotFound):
        until(answers(errors.NotFound("x")), Clock(10), lambda: "late")


def test_time_runs_out_with_the_sentence_of_that_moment(fake_time: t.Any) -> None:
    seen: list[float] = []

    def look() -> None:
        seen.append(fake_time.now)

    with pytest.raises(errors.WaitTimeout, match=r"^looked so often$"):
        until(look, Clock(2), lambda: "looked so often")
    assert 2 <= seen[-1] - seen[0] < 3, "the last look is at the deadline"


def test_no_time_is_one_look() -> None:
    count: list[int] = []
    with pytest.raises(errors.WaitTimeout):
        until(lambda: count.append(1), Clock(0), lambda: "late")
    assert count == [1]


def test_a_clock_counts_down_to_zero(fake_time: t.Any) -> None:
    clock = Clock(3)
    assert clock.left == 3
    fake_time.sleep(5)
    assert clock.left == 0


@pytest.mark.parametrize("error", [errors.OutOfSequence("x"), errors.NoQuorum("x")])
def test_a_write_that_met_another_is_tried_again(error: Exception, fake_time: t.Any) -> None:
    assert in_sequence(answers(error, error, "done")) == "done"
    assert len(fake_time.sleeps) == 2


def test_writes_are_given_up_in_the_end_and_other_errors_at_once(fake_time: t.Any) -> None:
    with pytest.raises(errors.OutOfSequence):
        in_sequence(answers(errors.OutOfSequence("x")), attempts=4)
    assert len(fake_time.sleeps) == 3
    with pytest.raises(errors.Conflict):
        in_sequence(answers(errors.Conflict("x")))
    assert len(fake_time.sleeps) == 3


def test_what_others_make_at_the_same_time_is_planned_anew(fake_time: t.Any) -> None:
    tried = iter([["one: created"], [], None])

    @caught_up
    def deploy(name: str) -> dict[str, t.Any]:
        done = next(tried)
        if done is not None:
            raise errors.Overtaken("somebody else was faster", {"actions": done, "changed": bool(done)})
        return {"changed": False, "actions": [f"{name}: updated"], "services": ["one", name]}

    assert deploy(name="two") == {
        "changed": True,
        "actions": ["one: created", "two: updated"],
        "services": ["one", "two"],
    }
    assert len(fake_time.sleeps) == 2


def test_one_who_is_always_faster_is_told_with_all_that_was_done(fake_time: t.Any) -> None:
    numbers = iter(range(9))

    @caught_up
    def deploy() -> dict[str, t.Any]:
        raise errors.Overtaken("somebody else was faster", {"actions": [f"{next(numbers)}: created"]})

    with pytest.raises(errors.Overtaken, match=r"^somebody else was faster$") as error:
        deploy()
    assert error.value.facts == {"changed": True, "actions": [f"{number}: created" for number in range(5)]}
    assert len(fake_time.sleeps) == 4


def test_what_is_no_race_is_told_at_once() -> None:
    @caught_up
    def deploy() -> dict[str, t.Any]:
        raise errors.Refused("no")

    with pytest.raises(errors.Refused, match=r"^no$"):
        deploy()
