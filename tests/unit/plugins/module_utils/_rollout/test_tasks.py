# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import tasks

SERVICES = {"s1": "web", "s2": "agent"}
NODES = {"n1": "w1", "n2": "w2"}


def raw_task(task_id: str = "t1", **more: t.Any) -> dict[str, t.Any]:
    return {
        "ID": task_id,
        "CreatedAt": "2026-11-20T23:54:51.5Z",
        "UpdatedAt": "2026-11-20T23:54:54.2Z",
        "Spec": {"ContainerSpec": {"Image": "tiny:1"}},
        "ServiceID": "s1",
        "Slot": 3,
        "NodeID": "n1",
        "Status": {
            "State": "running",
            "Message": "started",
            "ContainerStatus": {"ContainerID": "c1", "PID": 7},
        },
        "DesiredState": "running",
        **more,
    }


def seen(task_id: str = "t1", **more: t.Any) -> tasks.Task:
    return tasks.view(raw_task(task_id, **more), SERVICES, NODES)


def test_a_task_as_a_user_thinks_of_it() -> None:
    assert seen() == {
        "id": "t1",
        "service": "web",
        "service_id": "s1",
        "slot": 3,
        "node": "w1",
        "node_id": "n1",
        "state": "running",
        "desired_state": "running",
        "image": "tiny:1",
        "error": "",
        "message": "started",
        "exit_code": None,
        "container_id": "c1",
        "created": "2026-11-20T23:54:51.5Z",
        "updated": "2026-11-20T23:54:54.2Z",
    }


def test_a_task_that_has_no_node_yet() -> None:
    task = tasks.view({"ID": "t1", "ServiceID": "gone"}, SERVICES, NODES)
    assert (task["service"], task["node"], task["state"], task["exit_code"]) == ("gone", "", "new", None)


@pytest.mark.parametrize(
    ("state", "container", "code"),
    [
        ("failed", {"ContainerID": "c1", "ExitCode": 3}, 3),
        ("complete", {"ContainerID": "c1"}, 0),
        ("rejected", {"ContainerID": ""}, None),
        ("failed", None, None),
        ("running", {"ContainerID": "c1", "ExitCode": 0}, None),
    ],
)
def test_an_exit_code_is_that_of_a_container_that_ended(
    state: str, container: dict[str, t.Any] | None, code: int | None
) -> None:
    assert seen(Status={"State": state, "Err": "boom", "ContainerStatus": container})["exit_code"] == code
    assert seen(Status={"State": state, "Err": "boom"})["error"] == "boom"


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "web.3 on w1"),
        ({"NodeID": ""}, "web.3"),
        ({"ServiceID": "s2", "Slot": 0, "NodeID": "n2"}, "agent on w2"),
        ({"NodeID": "n9"}, "web.3 on n9"),
    ],
)
def test_its_name(more: dict[str, t.Any], name: str) -> None:
    assert tasks.name(seen(**more)) == name


def test_what_the_swarm_gave_up_is_not_wanted() -> None:
    assert [
        tasks.wanted(seen(DesiredState=state)) for state in ("ready", "running", "shutdown", "remove")
    ] == [
        True,
        True,
        False,
        False,
    ]


def test_states_are_ranked_and_unknown_ones_stand_last() -> None:
    assert tasks.rank("new") < tasks.rank("running") < tasks.rank("failed") < tasks.rank("dreaming")


def test_the_newest_of_each_slot() -> None:
    found = tasks.newest(
        [
            seen("a", CreatedAt="2026-11-20T23:54:51.5Z"),
            # Go leaves the fraction out where it is zero.
            seen("b", CreatedAt="2026-11-20T23:54:51Z"),
            seen("c", CreatedAt="2026-11-20T23:54:51.51Z", Slot=1),
            seen("d", CreatedAt="2026-11-20T23:54:51.9Z", Slot=1, DesiredState="shutdown"),
        ],
        by_node=False,
    )
    assert [task["id"] for task in found] == ["c", "a"]


def test_the_newest_of_each_node() -> None:
    agents = [
        seen(task_id, ServiceID="s2", Slot=0, NodeID=node) for task_id, node in (("a", "n2"), ("b", "n1"))
    ]
    assert [task["id"] for task in tasks.newest(agents, by_node=True)] == ["b", "a"]


def test_the_tasks_of_a_slot_begin_with_the_newest() -> None:
    found = tasks.newest_first(
        [
            seen("old", CreatedAt="2026-11-20T23:54:51Z", DesiredState="shutdown"),
            seen("new", CreatedAt="2026-11-20T23:55:51Z"),
            seen("other", Slot=1),
        ]
    )
    assert [task["id"] for task in found] == ["other", "new", "old"]
