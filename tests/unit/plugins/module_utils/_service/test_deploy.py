# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.waiting import Waiting
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import Result, perform
from ansible_collections.flotilla.swarm.plugins.module_utils._service.deploy import VERB, work
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import ARGUMENTS
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.services import WEB, service

Raw = dict[str, t.Any]
NEW = {**WEB, "resolve_image": "never"}


def options(**given: t.Any) -> Raw:
    """The options as Ansible hands them over."""
    return {**{name: argument.get("default") for name, argument in ARGUMENTS.items()}, **given}


def deploy(client: FakeEngine, *, check: bool = False, **given: t.Any) -> Result | Waiting:
    return work(options(**given), check, client)


def live(**more: t.Any) -> Raw:
    status = {"RunningTasks": 1, "DesiredTasks": 1, "CompletedTasks": 0}
    return {**service(NEW), "ServiceStatus": status, **more}


def engine(*services: Raw, **answers: t.Any) -> FakeEngine:
    return FakeEngine({"GET /services": list(services), **answers})


def test_a_new_service_is_created_and_waited_for() -> None:
    spec = service(NEW)["Spec"]
    client = engine(
        **{"POST /services/create": {"ID": "id1", "Warnings": ["w"]}, "GET /services/id1": {"Spec": spec}}
    )
    waiting = deploy(client, **NEW)
    assert isinstance(waiting, Waiting)
    assert [(one.service_id, one.goal, one.written) for one in waiting.rollouts] == [
        ("id1", "converged", True)
    ]
    assert waiting.seconds == 300
    assert waiting.result["actions"] == ["web: created"]
    assert waiting.result["services"] == [
        {"name": "web", "id": "id1", "action": "create", "changes": ["image"]}
    ]
    assert waiting.result["swarm_service"] == {"image": "nginx:1", "mode": "replicated"}
    assert (waiting.result["changes"], waiting.result["rebuilt"]) == (["image"], False)
    assert waiting.result["warnings"] == ["web: w"]


def test_without_waiting_there_is_a_result_at_once() -> None:
    client = engine(**{"DELETE /services/id1": None})
    client.answers["GET /services"] = [live()]
    result = deploy(client, name="web", state="absent", wait=False)
    assert isinstance(result, dict)
    assert (result["changed"], result["actions"]) == (True, ["web: removed"])
    assert "swarm_service" not in result
    assert result["diff"] == [
        {
            "before_header": "web",
            "after_header": "web",
            "before": {"state": "present"},
            "after": {"state": "absent"},
        }
    ]


def test_check_mode_sends_nothing_and_says_what_would_be_done() -> None:
    client = engine()
    result = deploy(client, check=True, **NEW, env={"TOKEN": "hunter2"})
    assert isinstance(result, dict)
    assert client.writes == []
    assert (result["changed"], result["actions"]) == (True, ["web: created"])
    assert result["services"][0]["id"] == ""
    assert "hunter2" not in str(result)
    shown = deploy(client, check=True, **NEW, env={"TOKEN": "hunter2"}, show_values=True)
    assert isinstance(shown, dict)
    assert shown["diff"][0]["after"]["env.TOKEN"] == "hunter2"


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        ({}, False),
        ({"ServiceStatus": {"RunningTasks": 0, "DesiredTasks": 1}}, True),
        ({"UpdateStatus": {"State": "updating"}}, True),
        ({"UpdateStatus": {"State": "completed"}}, False),
    ],
)
def test_an_unchanged_service_that_is_not_well_is_waited_for(status: Raw, waits: bool) -> None:
    client = engine(live(**status))
    result = deploy(client, **NEW)
    assert client.writes == []
    assert isinstance(result, Waiting) is waits
    if isinstance(result, Waiting):
        assert [(one.service_id, one.written) for one in result.rollouts] == [("id1", False)]
        result = result.result
    assert (result["changed"], result["actions"]) == (False, [])


def paused(error: str, state: str = "paused", **status: t.Any) -> FakeEngine:
    """A service as declared whose update is paused since a task failed."""
    node = {**raw_node("n1", "w1"), "UpdatedAt": "2026-11-21T00:00:00Z"}
    failed = {
        "ID": "t1",
        "ServiceID": "id1",
        "Slot": 1,
        "NodeID": "n1",
        "CreatedAt": "2026-11-21T01:00:00Z",
        "UpdatedAt": "2026-11-21T01:00:05Z",
        "DesiredState": "shutdown",
        "Status": {"State": "failed", "Err": error, **status},
    }
    update = {"State": state, "Message": "update paused due to failure or early termination of task t1"}
    return engine(
        live(UpdateStatus=update),
        **{"GET /tasks": [failed], "GET /nodes": [node], "POST /services/id1/update": {}},
        **{"GET /services/id1": live()},
    )


@pytest.mark.parametrize("state", ["paused", "rollback_paused"])
@pytest.mark.parametrize("check", [True, False])
def test_a_paused_update_is_sent_again_where_its_cause_may_be_gone(state: str, check: bool) -> None:
    client = paused("No such image: x", state)
    result = deploy(client, check=check, **NEW)
    assert [write[0] for write in client.writes] == ([] if check else ["POST /services/id1/update"])
    if isinstance(result, Waiting):
        assert [(one.service_id, one.written) for one in result.rollouts] == [("id1", True)]
        result = result.result
    assert (result["changed"], result["actions"]) == (True, ["web: paused update sent again"])


def test_a_paused_update_that_would_fail_again_is_left_alone() -> None:
    client = paused("task: non-zero exit (3)")
    result = deploy(client, **NEW)
    assert isinstance(result, Waiting) and client.writes == []
    assert [(one.service_id, one.written) for one in result.rollouts] == [("id1", False)]
    assert (result.result["changed"], result.result["actions"]) == (False, [])


def test_a_paused_update_goes_on_where_the_user_says_so() -> None:
    client = paused("task: non-zero exit (3)")
    result = deploy(client, **NEW, retry_paused=True)
    assert isinstance(result, Waiting)
    assert [write[0] for write in client.writes] == ["POST /services/id1/update"]
    # An update that is not paused is not sent again.
    client = engine(live())
    assert not isinstance(deploy(client, **NEW, retry_paused=True), Waiting)
    assert client.writes == []


@pytest.mark.parametrize(("completed", "waits"), [(1, True), (2, False)])
def test_an_unchanged_job_is_waited_for_until_enough_tasks_are_complete(completed: int, waits: bool) -> None:
    job = {**NEW, "mode": "replicated-job", "replicas": 2}
    client = engine({**service(job), "ServiceStatus": {"CompletedTasks": completed}})
    assert isinstance(deploy(client, **job), Waiting) is waits


def test_a_failure_has_what_was_done_before_it() -> None:
    created = Sequence({"ID": "id1"}, errors.EngineError("port 8080 is in use", 400))
    client = engine(**{"POST /services/create": created})
    found = perform(
        VERB,
        options(services=[{**NEW, "name": name} for name in ("a", "b", "c")]),
        False,
        lambda _options: client,
    )
    assert (found["failed"], found["changed"], found["actions"]) == (True, True, ["a: created"])
    assert found["msg"].startswith("b: port 8080 is in use")
    assert [(one["name"], one["id"]) for one in found["services"]] == [("a", "id1"), ("b", ""), ("c", "")]
    assert [one["before_header"] for one in found["diff"]] == ["a"]


def test_an_option_beside_the_list_is_refused() -> None:
    with pytest.raises(errors.Refused) as error:
        deploy(engine(), services=[NEW], replicas=3)
    assert str(error.value) == (
        "replicas cannot be combined with services; set it in each entry. Nothing was sent."
    )
    with pytest.raises(errors.Refused, match="web is declared 2 times; declare every service once"):
        deploy(engine(), services=[NEW, NEW])


def test_env_files_are_read_on_the_host(tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    path.write_text("A=1\n", encoding="utf-8")
    client = engine(**{"POST /services/create": {"ID": "id1"}})
    deploy(client, services=[{**NEW, "env_files": [str(path)]}, {**NEW, "name": "db"}])
    assert client.writes[0][1]["TaskTemplate"]["ContainerSpec"]["Env"] == ["A=1"]
    with pytest.raises(errors.Refused) as error:
        deploy(client, **NEW, env_files=["/lost.env"])
    assert str(error.value) == (
        "web: the file /lost.env of env_files on this host could not be read: No such file or directory."
    )


@pytest.mark.parametrize("force", [False, True])
def test_all_is_planned_again_after_another_client_unless_tasks_would_restart_twice(
    fake_time: t.Any, force: bool
) -> None:
    created = Sequence({"ID": "id1"}, errors.Conflict("name conflicts with an existing object", 409))

    def listed(_body: t.Any, _query: t.Any) -> list[Raw]:
        # Once both were to be created, both exist: one is ours, one is another client's.
        return [{**live(), "Spec": copy.deepcopy(sent)} for _request, sent, _query in client.writes]

    client = engine(**{"POST /services/create": created})
    client.answers["GET /services"] = listed
    declared = [{**NEW, "name": name, "force_update": force} for name in ("web", "db")]
    found = perform(VERB, options(services=declared, wait=False), False, lambda _options: client)
    assert (found.get("failed", False), found["actions"], found["changed"]) == (force, ["web: created"], True)
    if force:
        assert found["msg"].startswith("db: another client created a service of that name just now")
    assert [request for request, *_rest in client.writes] == ["POST /services/create"] * 2


START_FIRST: Raw = {
    **NEW,
    "publish": [{"target_port": "80", "published_port": "9090", "mode": "host"}],
    "update_config": {"order": "start-first"},
}


@pytest.mark.parametrize("check", [False, True])
def test_an_update_that_cannot_converge_is_refused_before_it_is_sent(check: bool) -> None:
    now = live(**service(START_FIRST))
    task = {
        "ID": "t1",
        "ServiceID": now["ID"],
        "NodeID": "n1",
        "Slot": 1,
        "Spec": now["Spec"]["TaskTemplate"],
        "DesiredState": "running",
        "Status": {"State": "running", "PortStatus": {"Ports": now["Spec"]["EndpointSpec"]["Ports"]}},
    }
    nodes = [raw_node("n1", role="manager")]
    client = engine(
        now,
        **{"GET /nodes": nodes, "GET /tasks": [task], "GET /info": {"Name": "n1", "Swarm": {"NodeID": "n1"}}},
    )
    result = perform(VERB, options(**{**START_FIRST, "image": "nginx:2"}), check, lambda _options: client)
    assert (result["failed"], result["changed"], client.writes) == (True, False, [])
    assert result["msg"].startswith("web: the update would never converge: ")
    assert result["msg"].endswith("Declare update_config: {order: stop-first}. Nothing was sent.")


def test_a_wait_that_is_too_short_is_warned_of_and_one_that_is_none_is_not() -> None:
    slow = {**NEW, "healthcheck": {"test": "true", "interval": "1m30s"}, "wait_timeout": 60}
    told = (
        "web: wait_timeout is 60 s. web takes at least 95 s as it is declared: 1m30s until the first health check "
        "(healthcheck.interval), then 5s of watching (update_config.monitor); set wait_timeout to more than 95."
    )
    checked = deploy(engine(), check=True, **slow)
    assert isinstance(checked, dict)
    assert checked["warnings"] == [told]
    client = engine(
        **{"POST /services/create": {"ID": "id1"}, "GET /services/id1": {"Spec": service(NEW)["Spec"]}}
    )
    waiting = deploy(client, **slow)
    assert isinstance(waiting, Waiting)
    assert (waiting.result["warnings"], waiting.rollouts[0].least) == ([told], 95)
    for enough in ({"wait": False}, {"wait_timeout": 96}):
        checked = deploy(engine(), check=True, **{**slow, **enough})
        assert isinstance(checked, dict)
        assert checked["warnings"] == []
