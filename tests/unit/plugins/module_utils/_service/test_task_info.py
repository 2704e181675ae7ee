# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import client as engine_client
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.tasks import Task
from ansible_collections.flotilla.swarm.plugins.module_utils._service import task_info
from ansible_collections.flotilla.swarm.plugins.module_utils._service.task_info import TaskFilter
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, OWN_ID, RecordedSwarm


def read(
    client: RecordedSwarm | None = None, **wanted: t.Any
) -> tuple[list[tuple[str, int, str, str]], list[str]]:
    found = task_info.read(client or RecordedSwarm(), NODES, OWN_ID, TaskFilter(**wanted))
    return [_short(task) for task in found["tasks"]], found["missing"]


def _short(task: Task) -> tuple[str, int, str, str]:
    return task["service"], task["slot"], task["node"], task["state"]


def test_the_newest_task_of_each_slot_of_each_service() -> None:
    assert read(services=["rolled", "everywhere", "crash", "jobdone"]) == (
        [
            ("crash", 1, "w1", "ready"),
            ("crash", 2, "", "pending"),
            ("everywhere", 0, "m1", "running"),
            ("everywhere", 0, "w1", "running"),
            ("everywhere", 0, "w2", "running"),
            ("jobdone", 0, "m1", "complete"),
            ("jobdone", 1, "w1", "complete"),
            ("jobdone", 2, "m1", "complete"),
            ("rolled", 1, "w2", "running"),
            ("rolled", 2, "w1", "running"),
        ],
        [],
    )


def test_history_has_the_newest_of_a_slot_first() -> None:
    assert read(services=["rolled"], history=True)[0] == [
        ("rolled", 1, "w2", "running"),
        ("rolled", 1, "w2", "rejected"),
        ("rolled", 1, "w2", "shutdown"),
        ("rolled", 2, "w1", "running"),
    ]


def test_a_slot_that_has_left_a_node_is_not_current_there() -> None:
    """Its older tasks there are, were the node a filter of the Engine's, the newest that can be seen."""
    assert read(services=["crash"], nodes=["m1"])[0] == []
    assert read(services=["crash"], nodes=["m1"], history=True)[0] == [("crash", 1, "m1", "failed")] * 2 + [
        ("crash", 2, "m1", "failed")
    ]


def test_every_filter_has_to_fit() -> None:
    assert read(states=["rejected"], desired_states=["ready"])[0] == [
        ("badimage", 1, "m1", "rejected"),
        ("badimage", 2, "w2", "rejected"),
        ("paused", 1, "w1", "rejected"),
    ]
    assert read(states=["rejected", "ready"], nodes=["w1"])[0] == [
        ("crash", 1, "w1", "ready"),
        ("paused", 1, "w1", "rejected"),
    ]
    assert read(services=["web"], nodes=["self"])[0] == [("web", 1, "m1", "running")]


def test_what_nothing_has_is_missing() -> None:
    assert read(services=["web", "we"], nodes=["w1", "w9"], ids=["nothing"]) == ([], ["we", "w9", "nothing"])
    assert read(services=[]) == ([], [])
    assert read(nodes=[]) == ([], [])


def test_a_task_is_returned_by_its_id_whether_or_not_it_is_the_newest() -> None:
    rejected = next(
        task
        for task in recorded.tasks_of(recorded.service("rolled"))
        if task["Status"]["State"] == "rejected"
    )
    for wanted in (rejected["ID"], rejected["ID"][:12]):
        assert read(ids=[wanted]) == ([("rolled", 1, "w2", "rejected")], [])


def test_three_requests_at_most() -> None:
    client = RecordedSwarm()
    read(client, services=["web", "crash"])
    assert client.asked == ["GET /services", "GET /tasks"]
    [filters] = [query["filters"] for request, _body, query in client.requests if request == "GET /tasks"]
    assert filters == {"service": [recorded.service(name)["ID"] for name in ("web", "crash")]}
    client.requests.clear()
    read(client, labels=["a=b"])
    assert client.requests[1] == ("GET /tasks", None, {"filters": {"label": ["a=b"]}})


def test_tasks_of_other_services_do_not_slip_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_client, "FEW", 0)
    assert read(services=["zero", "hungry"]) == ([("hungry", 1, "", "pending")], [])


def test_a_node_name_that_several_carry_is_refused() -> None:
    twins = [*NODES, {**NODES[0], "id": "other"}]
    with pytest.raises(Refused):
        task_info.read(RecordedSwarm(), twins, OWN_ID, TaskFilter(nodes=["m1"]))  # type: ignore[arg-type]


def test_tasks_as_a_table() -> None:
    found = task_info.read(
        RecordedSwarm(), NODES, OWN_ID, TaskFilter(services=["hungry", "zero", "rolled"], history=True)
    )
    assert task_info.lines(found["tasks"]) == [
        "TASK      NODE  STATE     WANTED    SINCE                IMAGE                    ERROR",
        (
            "hungry.1        pending   running   2026-11-20 23:53:32  registry:5000/tiny:1     "
            "no suitable node (insufficient resources on 3 nodes)"
        ),
        "rolled.1  w2    running   running   2026-11-20 23:53:51  registry:5000/tiny:1",
        (
            "rolled.1  w2    rejected  shutdown  2026-11-20 23:53:51  registry:5000/tiny:nope  "
            "No such image: registry:5000/tiny:nope"
        ),
        "rolled.1  w2    shutdown  shutdown  2026-11-20 23:53:52  registry:5000/tiny:1",
        "rolled.2  w1    running   running   2026-11-20 23:53:40  registry:5000/tiny:1",
    ]
    assert task_info.lines([]) == ["No task."]
