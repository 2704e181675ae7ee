# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.resume import (
    cause_may_be_gone,
    sent_again,
    was_sent_again,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import Snapshot, snapshot_of
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import views
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node

CRASH = "task: non-zero exit (3)"


def at(minute: int, second: int = 0) -> str:
    return f"2026-11-21T00:{minute:02d}:{second:02d}Z"


def task(task_id: str, state: str, error: str, minute: int = 5, **more: t.Any) -> dict[str, t.Any]:
    return {
        "ID": task_id,
        "ServiceID": "s1",
        "Slot": 1,
        "NodeID": "n1",
        "CreatedAt": at(minute),
        "UpdatedAt": at(minute, 5),
        "DesiredState": "shutdown",
        "Status": {"State": state, "Err": error},
        **more,
    }


def paused(
    *tasks: dict[str, t.Any],
    blames: str = "t1",
    node: str = "ready",
    changed: str = at(1),
    test: bool = False,
) -> Snapshot:
    container = {"Healthcheck": {"Test": ["CMD", "x"]}} if test else {}
    service = {
        "ID": "s1",
        "Spec": {"Name": "web", "TaskTemplate": {"ContainerSpec": container}},
        "UpdateStatus": {
            "State": "paused",
            "Message": f"update paused due to failure or early termination of task {blames}",
        },
    }
    nodes = views([raw_node("n1", "w1", state=node)])
    return snapshot_of("web", service, tasks, {one["ID"] for one in tasks}, nodes, {"n1": changed})


@pytest.mark.parametrize(
    ("error", "state"),
    [
        ("No such image: x", "rejected"),
        ("starting container failed: address already in use", "failed"),
        ("invalid mount config: bind source path does not exist", "rejected"),
        ("network sandbox join failed", "failed"),
    ],
)
def test_what_a_registry_or_a_node_refused_may_be_mended(error: str, state: str) -> None:
    assert cause_may_be_gone(paused(task("t1", state, error)))


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (CRASH, "failed"),
        ("", "complete"),
        ("task: non-zero exit (137): dockerexec: unhealthy container", "failed"),
        ('starting container failed: exec: "no": executable file not found in $PATH', "failed"),
    ],
)
def test_a_process_that_failed_by_itself_would_do_so_again(error: str, state: str) -> None:
    assert not cause_may_be_gone(paused(task("t1", state, error)))
    assert not cause_may_be_gone(paused(task("t1", state, error), test=True))


def test_a_task_that_ended_with_its_node_is_no_verdict_on_the_image() -> None:
    ended = task("t1", "complete", "")
    assert cause_may_be_gone(paused(ended, node="down"))
    assert cause_may_be_gone(paused(ended, changed=at(9)))
    # The end is reported a moment after the node has returned.
    assert cause_may_be_gone(paused(ended, changed=at(5, 1)))
    assert not cause_may_be_gone(paused(ended, changed=at(4)))


def test_another_failure_counts_where_the_swarm_has_forgotten_the_blamed_task() -> None:
    assert not cause_may_be_gone(paused(task("t2", "failed", CRASH), blames="t1"))
    assert cause_may_be_gone(paused(task("t2", "rejected", "No such image: x"), blames="t1"))
    assert cause_may_be_gone(paused(blames="t1"))


def test_the_blamed_task_counts_before_later_ones() -> None:
    later = task("t2", "failed", CRASH, minute=7)
    assert cause_may_be_gone(paused(task("t1", "rejected", "No such image: x"), later))


def test_what_is_sent_again_differs_in_a_label_only() -> None:
    service = {"Spec": {"Name": "web", "Labels": {"a": "1"}, "TaskTemplate": {"ForceUpdate": 3}}}
    first = sent_again(service)
    assert first == {**service["Spec"], "Labels": {"a": "1", "flotilla.resumed": "1"}}
    assert sent_again({"Spec": first})["Labels"]["flotilla.resumed"] == "2"
    assert sent_again({"Spec": {"Name": "web"}})["Labels"] == {"flotilla.resumed": "1"}
    assert service["Spec"]["Labels"] == {"a": "1"}


def test_a_spec_that_was_sent_again_is_known_as_such() -> None:
    spec = {"Name": "web", "TaskTemplate": {"ForceUpdate": 3}}
    once = sent_again({"Spec": spec})
    twice = sent_again({"Spec": once})
    assert was_sent_again({"Spec": once, "PreviousSpec": spec})
    assert was_sent_again({"Spec": twice, "PreviousSpec": once})
    assert not was_sent_again({"Spec": once})
    assert not was_sent_again({"Spec": spec, "PreviousSpec": spec})
    assert not was_sent_again({"Spec": {**once, "TaskTemplate": {}}, "PreviousSpec": once})
    assert not was_sent_again({"Spec": {**twice, "TaskTemplate": {}}, "PreviousSpec": once})
