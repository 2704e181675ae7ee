# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import state
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import OWN_ID, RecordedSwarm

NO_LEADER = "rpc error: code = Unknown desc = The swarm does not have a leader."
SWARM = {
    "ID": "swarm1",
    "Version": {"Index": 7},
    "Spec": {
        "Name": "default",
        "Labels": {"owner": "ops"},
        "Orchestration": {"TaskHistoryRetentionLimit": 3},
        "Dispatcher": {"HeartbeatPeriod": 5 * 10**9},
        "EncryptionConfig": {"AutoLockManagers": True},
    },
    "DataPathPort": 4790,
    "DefaultAddrPool": ["10.20.0.0/16"],
    "SubnetSize": 26,
    "JoinTokens": {"Worker": "SWMTKN-worker", "Manager": "SWMTKN-manager"},
}


def engine(local: dict[str, t.Any], **answers: t.Any) -> FakeEngine:
    return FakeEngine({"GET /info": local, **answers})


def manager(**answers: t.Any) -> FakeEngine:
    return engine(info("active", "id-m1", control=True, Cluster={"ID": "swarm1"}), **answers)


def test_no_engine_is_a_state() -> None:
    found = state.read(engine(errors.EngineAbsent("No Engine answers at x.")))  # type: ignore[arg-type]
    assert found == {"state": "no_engine", "why": "No Engine answers at x."}


@pytest.mark.parametrize("error", [errors.EngineForbidden("no"), errors.EngineTimeout("late")])
def test_an_engine_that_may_not_or_does_not_answer_is_no_state_of_a_swarm(error: Exception) -> None:
    with pytest.raises(type(error)):
        state.read(engine(error))  # type: ignore[arg-type]


# As recorded from Engines 20.10 and 26.1.
LOCAL = [
    (info(), "inactive", "m1 is in no swarm.", None),
    ({"Name": "m1", "Swarm": None}, "inactive", "m1 is in no swarm.", None),
    ({"Name": "m1", "Swarm": {"LocalNodeState": ""}}, "inactive", "m1 is in no swarm.", None),
    (
        info("pending", managers=["10.0.0.99:2377"]),
        "pending",
        "m1 is trying to join a swarm: no reason given.",
        None,
    ),
    (
        info("error", "id-m1", error="the certificate has expired"),
        "error",
        "m1 is in a swarm but cannot take part: the certificate has expired.",
        "id-m1",
    ),
    (
        info("locked", error="Swarm is encrypted"),
        "locked",
        "m1 waits for the swarm's unlock key.",
        None,
    ),
    (
        info("active", "id-m1", managers=["10.0.0.12:2377"]),
        "worker",
        "m1 is a worker; ask a manager about the swarm.",
        "id-m1",
    ),
    (info("sleeping"), "sleeping", "m1 reports the unknown state sleeping.", None),
]


@pytest.mark.parametrize(("local", "name", "why", "node_id"), LOCAL, ids=[row[1] for row in LOCAL])
def test_each_state_says_what_it_is_and_asks_nothing_else(
    local: dict[str, t.Any], name: str, why: str, node_id: str | None
) -> None:
    asked = engine(local)
    found = state.read(asked)
    assert (found["state"], found["why"], found["node_id"]) == (name, why, node_id)
    assert len(asked.requests) == 1


def test_the_managers_a_node_knows_are_reported() -> None:
    found = state.local(info("active", "w", managers=["10.0.0.11:2377", "10.0.0.12:2377"]))
    assert [manager["address"] for manager in found["remote_managers"]] == [
        "10.0.0.11:2377",
        "10.0.0.12:2377",
    ]
    assert found["address"] == "10.0.0.11"


def test_a_manager_reports_the_swarm_in_the_users_words_and_no_token() -> None:
    raws = [
        raw_node("id-m1", "m1", "manager", leader=True),
        raw_node("id-m2", "m2", "manager", reachability="unreachable", state="down"),
        raw_node("id-m3", "m3", "manager"),
    ]
    asked = manager(**{"GET /swarm": SWARM, "GET /nodes": raws})
    found = state.read(asked)
    assert found["state"] == "manager"
    assert found["why"] == "Quorum holds, but no manager may fail: 2 of 3 managers reachable, 2 needed."
    assert found["quorum"] == {"managers": 3, "reachable": 2, "majority": 2, "may_fail": 0}
    assert [node["hostname"] for node in found["nodes"]] == ["m1", "m2", "m3"]
    assert (found["swarm_id"], found["labels"]) == ("swarm1", {"owner": "ops"})
    assert (found["data_path_port"], found["default_addr_pool"], found["subnet_size"]) == (
        4790,
        ["10.20.0.0/16"],
        26,
    )
    assert found["settings"]["task_history_retention_limit"] == 3
    assert found["settings"]["dispatcher_heartbeat_period"] == "5s"
    assert found["settings"]["node_cert_expiry"] == "2160h"
    assert found["settings"]["autolock_managers"] is True
    assert found["settings"]["snapshot_interval"] == 0, "the Engine leaves out this zero"
    assert "SWMTKN" not in str(found)
    assert asked.patience == {"GET /swarm": 8.0, "GET /nodes": 8.0}
    assert [request for request, *_rest in asked.requests] == ["GET /info", "GET /swarm", "GET /nodes"]


def test_an_engine_that_reports_no_data_path_port_uses_the_usual_port() -> None:
    found = state.cluster({"ID": "x"})
    assert (found["data_path_port"], found["default_addr_pool"], found["root_rotation_in_progress"]) == (
        4789,
        [],
        False,
    )


@pytest.mark.parametrize("error", [errors.NoQuorum(NO_LEADER, 500), errors.EngineTimeout("did not answer")])
@pytest.mark.parametrize("where", ["GET /swarm", "GET /nodes"])
def test_a_manager_without_a_leader_says_that_the_quorum_is_lost(error: Exception, where: str) -> None:
    asked = manager(**{"GET /swarm": SWARM, "GET /nodes": [], where: error})
    found = state.read(asked)
    assert (found["state"], found["swarm_id"], found["node_id"]) == ("no_quorum", "swarm1", "id-m1")
    assert found["why"] == f"m1 is a manager of a swarm that has lost its quorum: {error}"


def test_a_restarted_manager_without_a_leader_is_not_joining() -> None:
    """It is pending, as one that joins is (seen on 20.10 after an unlock)."""
    asked = engine(
        info("pending", "id-m1", control=True, error=NO_LEADER), **{"GET /swarm": errors.NoQuorum("x")}
    )
    assert state.read(asked)["state"] == "no_quorum"


def test_a_manager_that_was_demoted_between_two_requests_is_a_worker() -> None:
    asked = manager(**{"GET /swarm": errors.NotAManager("Worker nodes can't be used", 503)})
    assert state.read(asked)["state"] == "worker"


def test_nodes_whose_join_stopped_are_known_by_never_having_run_a_task() -> None:
    raws = [
        raw_node("m", role="manager"),
        raw_node("broken", availability="pause"),
        raw_node("by-hand", availability="pause"),
        raw_node("declared", availability="pause", labels={"flotilla.declared": "[]"}),
        raw_node("active"),
    ]
    tasks = [{"NodeID": "by-hand"}, {"Status": {"State": "pending"}}]
    asked = manager(**{"GET /swarm": SWARM, "GET /nodes": raws, "GET /tasks": tasks})
    assert state.read(asked)["unfinished"] == ["broken"]
    assert asked.requests[-1] == ("GET /tasks", None, {"filters": {"node": ["broken", "by-hand"]}})


def test_keys_and_tokens_are_read_when_asked() -> None:
    engine = manager(
        **{
            "GET /swarm": {"JoinTokens": {"Worker": "w", "Manager": "m"}},
            "GET /swarm/unlockkey": Sequence({"UnlockKey": ""}, {"UnlockKey": "k"}),
        }
    )
    assert state.read_tokens(engine) == {"worker": "w", "manager": "m"}
    assert [state.read_unlock_key(engine) for _time in range(2)] == [None, "k"]


NOTHING: dict[str, t.Any] = {"things": []}


def read_things(client: FakeEngine) -> dict[str, t.Any]:
    return state.on_manager(client, lambda nodes, own: {"things": [own, len(nodes)]}, NOTHING)


def test_a_manager_reads() -> None:
    client = RecordedSwarm()
    assert read_things(client) == {
        "state": "manager",
        "why": "Quorum holds, but no manager may fail: 1 of 1 managers reachable, 1 needed.",
        "things": [OWN_ID, 3],
    }
    assert client.asked == ["GET /info", "GET /nodes"]


@pytest.mark.parametrize(
    ("answer", "name", "why"),
    [
        (errors.EngineAbsent("No Engine answers."), "no_engine", "No Engine answers."),
        (info(), "inactive", "m1 is in no swarm."),
        (info("locked"), "locked", "m1 waits for the swarm's unlock key."),
        (info("active", "x"), "worker", "m1 is a worker; ask a manager about the swarm."),
    ],
)
def test_a_host_that_is_no_manager_says_so(answer: t.Any, name: str, why: str) -> None:
    client = FakeEngine({"GET /info": answer})
    assert read_things(client) == {"state": name, "why": why, "things": []}
    assert len(client.requests) == 1


@pytest.mark.parametrize(
    ("error", "name", "why"),
    [
        (
            errors.NoQuorum("It has no leader.", 500),
            "no_quorum",
            "m1 is a manager of a swarm that has lost its",
        ),
        (
            errors.EngineTimeout("It did not answer."),
            "no_quorum",
            "m1 is a manager of a swarm that has lost its",
        ),
        (errors.NotAManager("This node is not a manager.", 503), "worker", "This node is not a manager."),
    ],
)
def test_a_manager_that_cannot_read_says_so_in_seconds(error: Exception, name: str, why: str) -> None:
    client = RecordedSwarm(**{"GET /nodes": error})
    found = read_things(client)
    assert (found["state"], found["things"]) == (name, [])
    assert found["why"].startswith(why)
    assert client.patience["GET /nodes"] <= 10


def test_other_errors_are_errors() -> None:
    with pytest.raises(errors.EngineForbidden):
        read_things(FakeEngine({"GET /info": errors.EngineForbidden("You may not use the socket.")}))
