# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import (
    WAITS,
    Deadline,
    progress_line,
    wait_until,
    waiting_for,
)


def answers(*these: t.Any) -> t.Callable[[], t.Any]:
    left = list(these)

    def check() -> t.Any:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return check


def test_an_answer_that_is_there_costs_no_time(fake_time: t.Any) -> None:
    assert wait_until(answers("yes"), Deadline(10), lambda: "late", "waiting") == "yes"
    assert fake_time.sleeps == []


@pytest.mark.parametrize("falsy", [False, 0, "", []])
def test_only_none_means_no_answer(falsy: t.Any) -> None:
    assert wait_until(answers(falsy), Deadline(0), lambda: "late", "waiting") == falsy


def test_a_leader_change_is_waited_for_but_another_error_is_not() -> None:
    check = answers(errors.NoQuorum("x"), errors.EngineTimeout("x"), None, "yes")
    assert wait_until(check, Deadline(10), lambda: "late", "waiting") == "yes"
    with pytest.raises(errors.NotFound):
        wait_until(answers(errors.NotFound("x")), Deadline(10), lambda: "late", "waiting")


def test_time_runs_out_with_the_sentence_of_that_moment(fake_time: t.Any) -> None:
    seen: list[float] = []

    def check() -> None:
        seen.append(fake_time.now)

    with pytest.raises(errors.WaitTimeout, match=r"^checked so often$"):
        wait_until(check, Deadline(2), lambda: "checked so often", "waiting")
    assert 2 <= seen[-1] - seen[0] < 3, "the last check is at the deadline"


def test_no_time_is_one_check() -> None:
    count: list[int] = []
    with pytest.raises(errors.WaitTimeout):
        wait_until(lambda: count.append(1), Deadline(0), lambda: "late", "waiting")
    assert count == [1]


def test_a_deadline_counts_down_to_zero(fake_time: t.Any) -> None:
    deadline = Deadline(3)
    assert deadline.left == 3
    fake_time.sleep(5)
    assert deadline.left == 0


def test_a_wait_says_what_for_how_long_already_and_how_long_at_most(fake_time: t.Any) -> None:
    assert progress_line("draining w1", 12.4, 600) == "draining w1, 12 s of at most 600 s"
    assert progress_line("installing docker.io", 12.4, float("inf")) == "installing docker.io, 12 s"
    lines: list[str] = []
    left = [3, 2, 1]

    def check() -> bool | None:
        lines.extend(wait.line for wait in WAITS)
        fake_time.sleep(5)
        left.pop()
        return not left or None

    with waiting_for("all of it", Deadline(60)):
        wait_until(check, Deadline(30), lambda: "late", lambda: f"{len(left)} are left")
        # Its words are those of the last look; around it, another wait goes on.
        assert lines[0::2] == [
            "all of it, 0 s of at most 60 s",
            "all of it, 5 s of at most 60 s",
            "all of it, 10 s of at most 60 s",
        ]
        assert lines[1::2] == [
            "3 are left, 0 s of at most 30 s",
            "2 are left, 5 s of at most 30 s",
            "1 are left, 10 s of at most 30 s",
        ]
        assert [wait.doing for wait in WAITS] == ["all of it"]
    assert WAITS == []


def test_a_wait_that_fails_is_over() -> None:
    with pytest.raises(errors.WaitTimeout):
        wait_until(answers(None), Deadline(0), lambda: "late", "waiting")
    assert WAITS == []
