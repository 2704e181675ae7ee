# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on what real Engines did, replayed from recordings."""

from __future__ import annotations

import re

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.history import History, record
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.problems import problems
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import Snapshot
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.verdict import judge
from ansible_collections.flotilla.swarm.tests.unit.support.rollouts import ENGINES, FOLDER, Recording, replay

# What each rollout comes to, and within how many seconds of the write.
GOOD = {
    "create_ok": ("3/3 running", 8),
    "label_change": ("3/3 running", 0),
    "scale_up": ("5/5 running", 8),
    "scale_down": ("2/2 running", 0.5),
    "update_ok": ("3/3 running", 14),
    "start_first": ("3/3 running", 6),
    "bad_image_healed": ("3/3 running", 6),
    "killed_container": ("4/4 running", 16),
    "killed_node": ("6/6 running", 32),
    "global_update": ("3/3 running", 14),
    "port_update": ("3/3 running", 14),
    "job_ok": ("3/3 complete", 7),
    "job_again": ("3/3 complete", 7),
    "global_job_ok": ("3/3 complete", 7),
}
# The reason, what the sentence says, and within how many seconds.
BAD = {
    "bad_image_pause": (
        "paused",
        r"its update paused with \d of 3 tasks updated: slot \d on \w\d: No such image: .*:1$",
        2,
    ),
    "bad_image_continue": ("image", r"slot \d on \w\d was rejected 2 times: No such image: ", 9),
    "bad_image_rollback": ("rolled_back", r"the Engine rolled it back: slot \d on \w\d: No such image: ", 6),
    "bad_image_create": ("image", r"slot \d on \w\d was rejected 2 times: No such image: ", 7),
    "crash_loop": ("crash_looping", r"slot \d on \w\d failed 3 times: non-zero exit \(3\)$", 18),
    "unsatisfiable": (
        "pending",
        r"slot \d cannot be placed: no suitable node \(scheduling constraints not satisfied on 3 nodes\)$",
        7,
    ),
    "port_taken": (
        "pending",
        r"slot 1 cannot be placed: no suitable node \(host-mode port already in use on 3 nodes\)$",
        7,
    ),
    "missing_bind": (
        "mount",
        r"slot 1 on \w\d was rejected 2 times: invalid mount .* does not exist: /no/such$",
        7,
    ),
    "port_held_by_another": ("port", r"slot 1 on \w\d failed 2 times: .* address already in use$", 8),
    "unhealthy_create": (
        "unhealthy",
        r"slot 1 on \w\d ended 2 times: its health check failed, or it ended by itself, with exit code 0$",
        14,
    ),
    "unhealthy_update": (
        "paused",
        r"its update paused with \d of 2 tasks updated: slot \d on \w\d: its health check failed",
        11,
    ),
    "ended_for_good": (
        "exhausted",
        r"slot 1 on \w\d is not restarted by its restart policy: it ended by itself with exit code 0$",
        7,
    ),
    "max_attempts": ("crash_looping", r"slot 1 on \w\d failed 3 times: non-zero exit \(6\)$", 14),
    "global_nobody": (
        "no_nodes",
        r"no node fits it: 3 of 3 nodes take tasks, constraints: node\.labels\.disk==ssd$",
        4,
    ),
    "job_fails_once": ("job_failed", r"slot 0 on \w\d failed: non-zero exit \(4\)$", 2),
    "job_max_attempts": ("job_failed", r"slot \d on \w\d failed 2 times: non-zero exit \(4\)$", 6),
    "job_crash_loop": ("job_failed", r"slot 0 on \w\d failed 3 times: non-zero exit \(5\)$", 7),
    "global_job_fails": ("job_failed", r"the task on \w\d failed: non-zero exit \(1\)$", 4),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", GOOD)
def test_what_went_well(name: str, engine: str) -> None:
    sentence, seconds = GOOD[name]
    steps = replay(name, engine)
    last = steps[-1]
    assert (last.verdict.state, last.verdict.sentence) == ("converged", sentence)
    assert last.at <= seconds
    assert last.verdict.running == last.verdict.wanted
    assert len(last.verdict.tasks) >= last.verdict.wanted


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", BAD)
def test_what_went_wrong(name: str, engine: str) -> None:
    reason, sentence, seconds = BAD[name]
    steps = replay(name, engine)
    last = steps[-1]
    assert (last.verdict.state, last.verdict.reason) == ("failed", reason), last.verdict.sentence
    assert re.match(sentence, last.verdict.sentence), last.verdict.sentence
    assert last.at <= seconds
    if last.verdict.task is not None:
        assert last.verdict.task in last.verdict.tasks


def problems_of(snapshot: Snapshot, trusted: str) -> list[str]:
    """What ``swarm_service_info`` says of the same service at the same moment."""
    assert snapshot.service is not None
    its = snapshot.current if snapshot.is_job else snapshot.tasks
    return problems(snapshot.service, snapshot.mode, snapshot.wanted(), its, snapshot.lost_nodes, trusted)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", BAD)
def test_the_problems_of_a_service_say_the_same_as_the_verdict(name: str, engine: str) -> None:
    last = replay(name, engine)[-1]
    snapshot = Recording(name, engine).snapshot(last.at)
    found = problems_of(snapshot, "2020-01-01T00:00:00Z")
    if name == "bad_image_rollback":
        # What runs is the previous version, whose tasks are all well.
        assert found == ["its last update failed and the swarm rolled it back"]
    elif last.verdict.task is None:
        assert found == ["no node fits it (constraints: node.labels.disk==ssd)"]
    else:
        ending = snapshot.ending_of(last.verdict.task)
        assert last.verdict.sentence.endswith(f": {ending}")
        assert any(f": {ending}" in sentence for sentence in found), found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", GOOD)
def test_a_service_that_converged_has_no_problems(name: str, engine: str) -> None:
    snapshot = Recording(name, engine).snapshot(replay(name, engine)[-1].at)
    assert problems_of(snapshot, "2100-01-01T00:00:00Z") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rollback_that_was_asked_for_is_a_success(engine: str) -> None:
    steps = replay("rollback_asked", engine, goal="rolled_back")
    assert (steps[-1].verdict.state, steps[-1].verdict.sentence) == ("converged", "3/3 running")
    assert any("(rolling back)" in step.verdict.sentence for step in steps)
    assert replay("rollback_asked", engine)[-1].verdict.reason == "rolled_back"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_service_is_gone_when_its_containers_are(engine: str) -> None:
    steps = replay("gone", engine, goal="gone")
    assert steps[-1].verdict.state == "converged"
    # It has four seconds to stop.
    assert steps[-1].at >= 4
    assert re.match(r"\d tasks are being stopped on \w\d", steps[0].verdict.sentence)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_removed_service_is_gone_though_a_node_with_its_tasks_is_down(engine: str) -> None:
    steps = replay("gone_with_a_node_down", engine, goal="gone")
    assert (steps[0].verdict.state, steps[-1].verdict.state) == ("converging", "converged")


@pytest.mark.parametrize("engine", ENGINES)
def test_of_what_was_not_written_only_the_state_counts(engine: str) -> None:
    """A service that was rolled back once and is declared as it is now is fine; one that is paused is not."""
    for name, state in (
        ("rollback_asked", "converged"),
        ("bad_image_rollback", "converged"),
        ("bad_image_pause", "failed"),
    ):
        recording = Recording(name, engine)
        snapshot = recording.snapshot(recording.end)
        history = record(History(), snapshot, False, 0)
        assert judge(snapshot, "converged", False, history, 0).state == state


@pytest.mark.parametrize("engine", ENGINES)
def test_new_tasks_are_watched(engine: str) -> None:
    """All run after some seconds; the recording is a little shorter than the time they are watched."""
    steps = replay("global_ok", engine)
    assert next(step.at for step in steps if step.verdict.running == 3) < 6
    assert steps[-1].verdict.state == "converging" or steps[-1].at > 7
    assert any(step.verdict.sentence == "3/3 running, checking that they keep running" for step in steps)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["too_big", "max_replicas"])
def test_the_scheduler_is_given_some_seconds(name: str, engine: str) -> None:
    """Recorded for less than these."""
    steps = [step for step in replay(name, engine) if step.at <= Recording(name, engine).end]
    assert steps[-1].verdict.state == "converging"
    assert "no suitable node" in steps[-1].verdict.sentence


def test_every_recording_is_replayed() -> None:
    replayed = {path.stem.rsplit("_", 1)[0] for path in FOLDER.glob("*.json")}
    others = {"rollback_asked", "gone", "gone_with_a_node_down", "too_big", "max_replicas", "global_ok"}
    assert replayed == {*GOOD, *BAD, *others}
