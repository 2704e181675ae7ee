# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.rollouts import rollouts
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.timeline import bars, line_of, ticks
from ansible_collections.flotilla.swarm.tests.unit.support.reported import (
    MADE,
    ago,
    demo,
    node,
    rolled,
    service,
    task,
    update,
)
from hypothesis import given
from hypothesis import strategies as st

W1, W2 = node("w1"), node("w2")
OVER = {"state": "shutdown", "desired_state": "shutdown"}
FAILED = {"state": "failed", "desired_state": "shutdown", "error": "task: non-zero exit (7)"}


def test_a_rollout_has_each_slot_with_its_moments_and_its_gap() -> None:
    web = service("web", "web:2", update=update("completed", 100, 80))
    [found] = rollouts([web], t.cast("t.Any", rolled(web, [W1, W2], "web:1", 100, 10, 3)))
    assert (found["before"], found["image"], found["state"]) == ("web:1", "web:2", "completed")
    assert found["slots"][0] == {
        "slot": 1,
        "node": "w1",
        "from_node": "w1",
        "stopped": ago(100),
        "created": ago(100.4),
        "ready": ago(97),
        "gap": 3.0,
        "state": "running",
        "replaced": False,
        "failures": [],
    }
    assert [slot["gap"] for slot in found["slots"]] == [3.0, 3.3]
    assert (found["started"], found["ended"]) == (ago(100.4), ago(86.7))


def test_without_a_gap_where_the_new_task_ran_first() -> None:
    web = service("web", "web:2")
    old = task(web, 1, W1, image="web:1", created=ago(900), updated=ago(50), **OVER)
    [found] = rollouts([web], t.cast("t.Any", [old, task(web, 1, W2, created=ago(60), updated=ago(55))]))
    assert found["slots"][0]["gap"] == 0.0
    assert "gap" not in {one.kind for one in bars(found["slots"][0], line_of(found, MADE)) if one.width > 99}


def test_two_rollouts_of_the_same_slots_are_two_and_of_the_first_nobody_knows_since_when_it_ran() -> None:
    web = service("web", "web:3", update=update("completed", 100, 90))
    first = task(web, 1, W1, image="web:1", created=ago(900), updated=ago(500), **OVER)
    second = task(web, 1, W1, image="web:2", created=ago(501), updated=ago(98), **OVER)
    third = task(web, 1, W1, created=ago(99), updated=ago(95))
    found = rollouts([web], t.cast("t.Any", [third, first, second]))
    assert [(one["before"], one["image"], one["state"]) for one in found] == [
        ("web:2", "web:3", "completed"),
        ("web:1", "web:2", ""),
    ]
    [slot] = found[1]["slots"]
    assert (slot["stopped"], slot["ready"], slot["gap"], slot["replaced"]) == (ago(500), None, None, True)
    assert [one.kind for one in bars(slot, line_of(found[1], MADE))] == ["old", "unknown"]


def test_failures_belong_to_the_rollout_that_met_them() -> None:
    web = service("web", "web:2", update=update("paused", 100, None))
    its = [
        task(web, 1, W1, image="web:1", created=ago(900), updated=ago(99), **OVER),
        task(web, 1, W1, created=ago(100), updated=ago(95), **FAILED),
        task(web, 1, W2, created=ago(90), updated=ago(85), **FAILED),
    ]
    [found] = rollouts([web], t.cast("t.Any", its))
    [slot] = found["slots"]
    assert (slot["ready"], slot["state"], found["ended"]) == (None, "failed", None)
    assert slot["failures"] == [{"at": ago(at), "why": "non-zero exit (7)"} for at in (95, 85)]
    kinds = [one.kind for one in bars(slot, line_of(found, MADE))]
    assert kinds == ["old", "gap", "starting", "failure", "failure"]


def test_a_service_that_fails_again_and_again_and_a_job_have_no_rollout() -> None:
    web, job = service("web", "web:2"), service("job", "web:2", mode="replicated-job")
    its = [task(one, 1, W1, created=ago(at), **FAILED) for one in (web, job) for at in (90, 80, 70)]
    assert rollouts([web, job], t.cast("t.Any", its)) == []


def test_the_newest_rollouts_come_first() -> None:
    sources = demo()
    assert [one["service"] for one in rollouts(sources.services, sources.tasks)] == ["api", "web", "queue"]


MOMENT = st.floats(0, 5000).map(lambda at: round(at, 3))


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from(["a", "b"]),
            MOMENT,
            MOMENT,
            st.sampled_from([{}, OVER, FAILED]),
        ),
        max_size=14,
    ),
    st.none() | st.tuples(MOMENT, st.none() | MOMENT),
)
def test_whatever_the_history_is_bars_stand_on_their_line(rows: list[t.Any], updated: t.Any) -> None:
    web = service("web", "a", update=update("updating", *updated) if updated else None)
    its = [
        task(web, slot, W1, image=image, created=ago(begun), updated=ago(ended), **state)
        for slot, image, begun, ended, state in rows
    ]
    found = rollouts([web], t.cast("t.Any", its))
    for one in found:
        line = line_of(one, MADE)
        names = [slot["slot"] for slot in one["slots"]]
        assert len(names) == len(set(names)) > 0
        for slot in one["slots"]:
            assert slot["gap"] is None or slot["gap"] >= 0
            for one in bars(slot, line):
                assert 0 <= one.at <= 100 and one.width >= 0 and one.at + one.width <= 100.01
        assert 1 <= len(ticks(line)) <= 7
        assert all(0 <= at <= 100 for at, _label in ticks(line))
