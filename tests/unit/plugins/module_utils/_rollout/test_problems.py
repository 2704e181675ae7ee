# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.problems import problems
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.tasks import Task
from ansible_collections.flotilla.swarm.plugins.module_utils._service import view as services
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, TRUSTED

Raw = dict[str, t.Any]


def test_what_is_wrong_with_services_of_real_engines() -> None:
    found = services.views(recorded.recorded("services"), recorded.recorded("tasks"), NODES, TRUSTED)
    assert {service["name"]: service["problems"] for service in found if service["problems"]} == {
        "badimage": [
            "slots 1 (m1), 2 (w2) were rejected at least 10 times, the last time: No such image: registry:5000/tiny:nope"
        ],
        "crash": ["slots 1 (w1), 2 failed at least 8 times, the last time: non-zero exit (7)"],
        "hungry": ["slot 1 is pending: no suitable node (insufficient resources on 3 nodes)"],
        "jobfail": ["slots 0 (m1), 1 (w2) failed at least 5 times, the last time: non-zero exit (3)"],
        "nowhere": [
            "slots 1, 2 are pending: no suitable node (scheduling constraints not satisfied on 3 nodes)"
        ],
        "paused": [
            "its update is paused due to failure or early termination of task hjr8oz3jlkk7xca3da1ig75bs",
            "slot 1 (w1) was rejected at least 5 times, the last time: No such image: registry:5000/tiny:nope",
        ],
        "rolled": ["its last update failed and the swarm rolled it back"],
    }


def task(state: str = "running", desired: str = "running", slot: int = 1, **more: t.Any) -> Task:
    return t.cast(
        "Task",
        {
            "id": f"t{slot}",
            "service": "s",
            "service_id": "s",
            "slot": slot,
            "node": "w1",
            "node_id": "n1",
            "state": state,
            "desired_state": desired,
            "error": "",
            "message": "",
            "exit_code": None,
            "image": "tiny:1",
            "created": "2026-11-20T12:00:00Z",
            **more,
        },
    )


def found(
    *its: Task, mode: str = "replicated", wanted: int | None = None, gone: str = "", **raw: t.Any
) -> list[str]:
    modes = {"replicated": "Replicated", "global": "Global", "replicated-job": "ReplicatedJob"}
    spec = {"Mode": {modes[mode]: {}}, **raw.pop("Spec", {})}
    return problems(
        {"Spec": spec, **raw},
        mode,
        len(its) if wanted is None else wanted,
        list(its),
        {gone},
        "2026-11-20T12:10:00Z",
    )


def failed(minute: int = 0, **more: t.Any) -> Task:
    return task("failed", "shutdown", error="exit 1", created=f"2026-11-20T12:{minute:02}:00Z", **more)


def test_what_runs_is_fine() -> None:
    assert found() == []
    assert found(task(), task(slot=2)) == []
    assert found(task(slot=0), mode="global") == []
    assert found(task("complete", "complete", slot=0), mode="replicated-job") == []
    assert found(task("running", "complete", slot=0), mode="replicated-job", wanted=9) == []


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (task("preparing"), "slot 1 (w1) is preparing"),
        (task("starting"), "slot 1 (w1) is starting"),
        (task("pending", node="", error="no suitable node (x)"), "slot 1 is pending: no suitable node (x)"),
        (
            task("new", node=""),
            "slot 1 is new: the swarm has not set up the networks yet (the leader's journal may say why)",
        ),
        (failed(), "slot 1 (w1) failed: exit 1; not restarted"),
        (task("rejected", "ready", error="no mount"), "slot 1 (w1) was rejected: no mount"),
        (
            task("complete", "shutdown", exit_code=0),
            "slot 1 (w1) ended: it ended by itself with exit code 0; not restarted",
        ),
        (task("running", "shutdown"), "slot 1 (w1) is being stopped"),
    ],
)
def test_a_slot_says_why_it_does_not_run(one: Task, sentence: str) -> None:
    assert found(one) == [sentence]


def test_slots_with_the_same_trouble_share_a_sentence() -> None:
    its = [task("pending", slot=slot, node="", error="no suitable node") for slot in range(1, 7)]
    assert found(*its) == ["slots 1, 2, 3 and 3 more are pending: no suitable node"]
    assert found(failed(slot=1), failed(slot=2), task("starting", slot=3)) == [
        "slots 1 (w1), 2 (w1) failed at least 2 times, the last time: exit 1; not restarted",
        "slot 3 (w1) is starting",
    ]


def test_a_crash_loop_is_reported_whatever_its_newest_task_is_doing() -> None:
    past = [failed(minute) for minute in range(3)]
    sentence = "slot 1 (w1) failed at least 3 times, the last time: exit 1"
    for state in ("ready", "preparing", "starting"):
        assert found(*past, task(state, "ready", created="2026-11-20T12:05:00Z"), wanted=1) == [sentence]
    # What the scheduler says now is of more use than what happened before.
    pending = task("pending", node="", error="no suitable node", created="2026-11-20T12:05:00Z")
    assert found(*past, pending, wanted=1) == ["slot 1 is pending: no suitable node"]


def ended(minute: int = 0, **more: t.Any) -> Task:
    created = f"2026-11-20T12:{minute:02}:00Z"
    return task("complete", "shutdown", created=created, exit_code=0, **more)


def test_a_process_that_ends_well_again_and_again_is_reported_too() -> None:
    starting = task("starting", "ready", created="2026-11-20T12:05:00Z")
    assert found(ended(1), ended(2), starting, wanted=1) == [
        "slot 1 (w1) ended at least 2 times, the last time: it ended by itself with exit code 0"
    ]
    everywhere = found(ended(slot=0), task(slot=0, node="w2", node_id="n2"), mode="global", wanted=1)
    assert everywhere == ["its task on w1 ended: it ended by itself with exit code 0; not restarted"]
    # A job's process has to.
    assert found(ended(1, slot=0), mode="replicated-job") == []


def test_a_health_check_is_named_where_the_service_has_one() -> None:
    spec = {"TaskTemplate": {"ContainerSpec": {"Healthcheck": {"Test": ["CMD", "false"]}}}}
    assert found(ended(), Spec=spec) == [
        "slot 1 (w1) ended: its health check failed, or it ended by itself, with exit code 0; not restarted"
    ]


def test_a_task_that_was_restarted_is_not_trusted_at_once() -> None:
    young, old = (task(created=f"2026-11-20T12:{minute}:00Z") for minute in (11, 10))
    assert found(failed(1), failed(2), young, wanted=1) == [
        "slot 1 (w1) was restarted just now after at least 2 failures: exit 1"
    ]
    assert found(failed(1), young, wanted=1) == ["slot 1 (w1) was restarted just now after a failure: exit 1"]
    assert found(failed(1), failed(2), old, wanted=1) == []
    assert found(young) == []
    assert found(failed(1, image="tiny:broken"), young, wanted=1) == []


def test_a_task_on_a_node_that_is_gone_does_not_run() -> None:
    assert found(task(), gone="n1") == ["slot 1 (w1) ran on a node that is gone"]
    old = task("running", "shutdown")
    assert found(old, gone="n1") == ["slot 1 (w1) ran on a node that is gone; not restarted"]
    moved = task(node="w2", node_id="n2", created="2026-11-20T12:05:00Z")
    assert found(old, moved, gone="n1", wanted=1) == []


def test_a_global_service_misses_nothing_on_a_node_that_is_drained_or_gone() -> None:
    drained = task("shutdown", "shutdown", slot=0)
    other = task(slot=0, node="w2", node_id="n2")
    assert found(drained, other, mode="global", wanted=1) == []
    assert found(task("running", "shutdown", slot=0), other, mode="global", wanted=1, gone="n1") == []
    assert found(failed(slot=0), other, mode="global", wanted=1) == [
        "its task on w1 failed: exit 1; not restarted"
    ]
    constraints = {"TaskTemplate": {"Placement": {"Constraints": ["node.labels.disk==ssd", "a==b"]}}}
    assert found(drained, mode="global", wanted=0, Spec=constraints) == [
        "no node fits it (constraints: node.labels.disk==ssd, a==b)"
    ]
    assert found(mode="global") == ["no node fits it"]


def test_tasks_that_are_not_created_yet_are_missed() -> None:
    assert found(task(), wanted=2) == ["1 task is not created yet"]
    assert found(wanted=3) == ["3 tasks are not created yet"]


def test_a_slot_that_was_scaled_away_is_forgotten() -> None:
    assert found(task(), task("shutdown", "remove", slot=2), wanted=1) == []


@pytest.mark.parametrize(
    ("state", "message", "sentences"),
    [
        ("updating", "update in progress", []),
        ("completed", "update completed", []),
        (
            "paused",
            "update paused due to failure of task x",
            ["its update is paused due to failure of task x"],
        ),
        ("paused", "", ["its update is paused"]),
        (
            "rollback_started",
            "manually requested rollback",
            ["it is being rolled back: manually requested rollback"],
        ),
        ("rollback_started", "update rolled back due to failure", ["it is being rolled back due to failure"]),
        ("rollback_paused", "rollback paused due to x", ["its rollback is paused due to x"]),
        ("rollback_completed", "rollback completed", ["its last update failed and the swarm rolled it back"]),
    ],
)
def test_how_an_update_went(state: str, message: str, sentences: list[str]) -> None:
    assert found(UpdateStatus={"State": state, "Message": message}) == sentences


def test_a_rollback_by_hand_is_no_problem() -> None:
    """It leaves the spec that was rolled back from as the previous one, a rollback by the swarm leaves none."""
    status: Raw = {"State": "rollback_completed", "Message": "rollback completed"}
    assert found(UpdateStatus=status, PreviousSpec={"Name": "s"}) == []
