# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import tasks
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.placed import MARKS, NOT_RUNNING, placed
from ansible_collections.flotilla.swarm.tests.unit.support.reported import ago, node, service, task
from hypothesis import given
from hypothesis import strategies as st

W1, W2 = node("w1"), node("w2", state="down")
WEB = service("web", "nginx:1", wanted=2)
FAILED = {"state": "failed", "desired_state": "shutdown", "error": "task: non-zero exit (7)"}


def marks(of: t.Any, *its: t.Any) -> list[tuple[t.Any, ...]]:
    return [(one["slot"], one["mark"], one["why"]) for one in placed([of], list(its), [W1, W2])]


def test_the_newest_task_of_a_slot_says_how_it_is() -> None:
    old = task(WEB, 1, W1, created=ago(900), **FAILED)
    assert marks(WEB, old, task(WEB, 1, W1, created=ago(800))) == [(1, "running", "")]


def test_a_slot_that_does_not_run_says_why() -> None:
    pending = task(WEB, 1, None, state="pending", error="no suitable node")
    assert marks(WEB, pending) == [(1, "waiting", "no suitable node")]
    failed = task(WEB, 1, W1, created=ago(900), **FAILED)
    assert marks(WEB, failed) == [(1, "failed", "non-zero exit (7)")]
    # The next one is starting, which says less than how the last one failed.
    starting = task(WEB, 1, W1, created=ago(800), state="ready", desired_state="ready")
    assert marks(WEB, failed, starting) == [(1, "starting", "non-zero exit (7)")]
    assert marks(WEB, task(WEB, 1, W2)) == [(1, "lost", "its node is gone")]


def test_a_task_that_ended_as_it_should_is_not_told_of() -> None:
    over = {"state": "shutdown", "desired_state": "shutdown"}
    assert marks(WEB, task(WEB, 1, W1, **over)) == []
    assert marks(WEB, task(WEB, 3, W1, desired_state="remove")) == []
    # Its container is still there, beside the one that took its slot.
    old = task(WEB, 1, W1, created=ago(900), desired_state="shutdown")
    assert marks(WEB, old, task(WEB, 1, W1, created=ago(800))) == [(1, "running", ""), (1, "stopping", "")]


def test_a_job_is_done() -> None:
    job = service("job", "tool:1", mode="replicated-job")
    assert marks(job, task(job, 0, W1, state="complete", desired_state="complete")) == [(0, "done", "")]


def test_each_node_is_a_slot_of_a_global_service() -> None:
    agent = service("agent", "agent:1", mode="global")
    assert marks(agent, task(agent, 0, W1), task(agent, 0, W2)) == [
        (0, "running", ""),
        (0, "lost", "its node is gone"),
    ]


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from(tasks.STATES),
            st.sampled_from(["ready", "running", "complete", "shutdown", "remove"]),
            st.sampled_from([W1, W2, None]),
            st.text(max_size=4),
        ),
        max_size=12,
    ),
    st.sampled_from(["replicated", "global", "replicated-job", "global-job"]),
)
def test_whatever_tasks_there_are_each_slot_is_told_of_once_and_only_what_runs_needs_no_table(
    rows: list[t.Any], mode: str
) -> None:
    of = service("web", "nginx:1", mode=mode)
    its = [
        task(of, slot, on, state=state, desired_state=desired, error=error, created=ago(1000 - number))
        for number, (slot, state, desired, on, error) in enumerate(rows)
    ]
    found = placed([of], t.cast("t.Any", its), [W1, W2])
    assert {one["mark"] for one in found} <= set(MARKS)
    assert all(not one["why"] for one in found if one["mark"] not in NOT_RUNNING)
    slots = [
        (one["slot"], one["node_id"] if "global" in mode else "")
        for one in found
        if one["mark"] != "stopping"
    ]
    if "global" not in mode:
        assert len(slots) == len(set(slots))
