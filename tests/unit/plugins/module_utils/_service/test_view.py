# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import snapshot_of
from ansible_collections.flotilla.swarm.plugins.module_utils._service import view as services
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, TRUSTED

Raw = dict[str, t.Any]


def seen(raw: Raw, tasks: list[Raw] | None = None, down: t.Iterable[str] = ()) -> services.ServiceView:
    nodes = [{**node, "state": "down"} if node["hostname"] in down else node for node in NODES]
    found = services.views([raw], recorded.tasks_of(raw) if tasks is None else tasks, nodes, TRUSTED)  # type: ignore[arg-type]
    return found[0]


def counts(service: services.ServiceView) -> tuple[str, int, int, int | None]:
    return service["mode"], service["running"], service["wanted"], service["completed"]


def test_services_of_real_engines_are_counted() -> None:
    found = services.views(recorded.recorded("services"), recorded.recorded("tasks"), NODES, TRUSTED)
    assert {service["name"]: counts(service) for service in found} == {
        "badimage": ("replicated", 0, 2, None),
        "crash": ("replicated", 0, 2, None),
        "everywhere": ("global", 3, 3, None),
        "gjob": ("global-job", 0, 3, 3),
        "hungry": ("replicated", 0, 1, None),
        "jobdone": ("replicated-job", 0, 3, 3),
        "jobfail": ("replicated-job", 0, 2, 0),
        "nowhere": ("replicated", 0, 2, None),
        "paused": ("replicated", 2, 3, None),
        "rolled": ("replicated", 2, 2, None),
        "web": ("replicated", 3, 3, None),
        "zero": ("replicated", 0, 0, None),
    }
    assert [service["name"] for service in found] == sorted(service["name"] for service in found)


def test_a_service_as_a_user_thinks_of_it() -> None:
    raw = recorded.service("web")
    raw["Spec"]["Labels"]["flotilla.declared"] = '["replicas","image","labels.team"]'
    found = seen(raw)
    assert found == {
        "id": "crcy4babtxrdsm3wjokps646g",
        "name": "web",
        "mode": "replicated",
        "image": raw["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"],
        "wanted": 3,
        "running": 3,
        "completed": None,
        "last_execution": None,
        "ports": [
            {"published_port": 8080, "target_port": 80, "protocol": "tcp", "mode": "ingress"},
            {"published_port": 9000, "target_port": 90, "protocol": "udp", "mode": "host"},
        ],
        "update": None,
        "labels": {"team": "a"},
        "declared": ["image", "labels.team", "replicas"],
        "created": "2026-11-20T23:53:31.973691172Z",
        "updated": "2026-11-20T23:53:31.974941247Z",
        "problems": [],
    }
    assert seen(recorded.service("rolled"))["update"] == {
        "state": "rollback_completed",
        "message": "rollback completed",
        "started": "2026-11-20T23:53:50.267568686Z",
        "completed": "2026-11-20T23:53:56.93181134Z",
    }
    assert seen(recorded.service("jobdone"))["last_execution"] == "2026-11-20T23:53:32.548650251Z"


def test_a_service_that_says_next_to_nothing_is_seen() -> None:
    found = services.view({"ID": "x"}, [], frozenset(), TRUSTED)
    assert (found["name"], found["image"], found["ports"], found["labels"]) == ("", "", [], {})


def test_tasks_of_a_node_that_is_down_do_not_run() -> None:
    """The Engine counts them for a day (moby#45922)."""
    raw = recorded.service("web")
    assert raw["ServiceStatus"]["RunningTasks"] == 3
    assert seen(raw, down=["w2"])["running"] == 2
    assert seen(raw, down=["w1", "w2", "m1"])["running"] == 0


def test_a_task_that_is_being_replaced_does_not_count_as_running() -> None:
    raw = recorded.service("web")
    tasks = recorded.tasks_of(raw)
    tasks[0]["DesiredState"] = "shutdown"
    assert seen(raw, tasks)["running"] == 2


def test_a_job_is_counted_by_its_present_run() -> None:
    raw = recorded.service("jobdone")
    raw["JobStatus"]["JobIteration"] = {"Index": 7}
    tasks = recorded.tasks_of(raw)
    assert counts(seen(raw, tasks)) == ("replicated-job", 0, 3, 0)
    tasks[0]["JobIteration"] = {"Index": 7}
    assert counts(seen(raw, tasks)) == ("replicated-job", 0, 3, 1)
    tasks[1]["JobIteration"] = {"Index": 7}
    tasks[1]["Status"]["State"] = "running"
    assert counts(seen(raw, tasks)) == ("replicated-job", 1, 3, 1)


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ({}, 1),
        ({"Replicated": {}}, 1),
        ({"Replicated": {"Replicas": 0}}, 0),
        ({"ReplicatedJob": {"MaxConcurrent": 3}}, 3),
        ({"ReplicatedJob": {"MaxConcurrent": 3, "TotalCompletions": 5}}, 5),
    ],
)
def test_as_many_tasks_are_wanted_as_a_verdict_waits_for(mode: Raw, wanted: int) -> None:
    raw = recorded.service("web")
    raw["Spec"]["Mode"] = mode
    assert seen(raw, [])["wanted"] == wanted
    snapshot = snapshot_of("web", raw, [], set(), NODES)
    assert snapshot.wanted() == wanted


def test_tasks_of_a_node_that_is_disconnected_do_not_run_either() -> None:
    raw = recorded.service("web")
    nodes = [{**node, "state": "disconnected"} if node["hostname"] == "w2" else node for node in NODES]
    [found] = services.views([raw], recorded.tasks_of(raw), nodes, TRUSTED)  # type: ignore[arg-type]
    assert found["running"] == 2


def test_the_collections_own_labels_are_not_shown() -> None:
    raw = recorded.service("web")
    raw["Spec"]["Labels"]["flotilla.moving"] = "front"
    assert seen(raw)["labels"] == {"team": "a"}


def test_history_is_read_only_where_something_has_to_be_explained() -> None:
    raws = recorded.recorded("services")
    names = {raw["ID"]: raw["Spec"]["Name"] for raw in raws}
    live = [task for task in recorded.recorded("tasks") if task["DesiredState"] != "shutdown"]
    found = services.views(raws, live, NODES, "2026-11-21T00:00:00Z")

    def needing(trusted: str) -> list[str]:
        return sorted(names[one] for one in services.needing_history(raws, live, found, trusted))

    lacking = ["badimage", "crash", "hungry", "jobfail", "nowhere", "paused"]
    assert needing("2026-11-21T00:00:00Z") == lacking
    # Its newest task was made after the rollback.
    assert needing("2026-11-20T23:53:50Z") == sorted([*lacking, "rolled"])
    # It may have given up on a node, which is not counted as wanted then.
    everywhere = next(raw for raw in raws if raw["Spec"]["Name"] == "everywhere")
    everywhere["Spec"]["TaskTemplate"]["RestartPolicy"] = {"Condition": "any", "MaxAttempts": 2}
    assert needing("2026-11-21T00:00:00Z") == sorted([*lacking, "everywhere"])
    everywhere["Spec"]["TaskTemplate"]["RestartPolicy"] = {"Condition": "any", "MaxAttempts": 0}
    assert needing("2026-11-21T00:00:00Z") == lacking
