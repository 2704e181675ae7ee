# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    EngineAbsent,
    EngineError,
    EngineTimeout,
    Locked,
    NoQuorum,
    NotAManager,
    NotFound,
    NotInSwarm,
    OutcomeUnknown,
    WaitTimeout,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Deadline
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import removal
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.removal import Removal, remove_all
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.tasks import STATES
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node

Raw = dict[str, t.Any]
GONE = NotFound("it does not exist", 404)
NETWORK = "GET /networks/n1"
DELETE = "DELETE /networks/n1"


def one(word: str, identity: str, **more: t.Any) -> Removal:
    return Removal(
        word, identity, f"old_{identity}", f"{identity}: removed", f"{word} {identity} stays", **more
    )


def holding(state: str = "running", node: str = "w1", network: str = "n1") -> Raw:
    return {
        "ID": "task1234567890",
        "NodeID": node,
        "Status": {"State": state},
        "NetworksAttachments": [{"Network": {"ID": "other"}}, {"Network": {"ID": network}}],
    }


def swarm(**answers: t.Any) -> FakeEngine:
    """A swarm whose network n1 no task holds, and which it removes at once."""
    nodes = [
        raw_node("w1", "w1"),
        raw_node("w2", "w2", state="down"),
        raw_node("w3", "w3", state="disconnected"),
    ]
    return FakeEngine({"GET /tasks": [], "GET /nodes": nodes, DELETE: None, NETWORK: GONE, **answers})


def requests(engine: FakeEngine) -> list[str]:
    return [request for request, _body, _query in engine.requests]


def test_objects_are_removed_in_their_order_and_one_that_is_gone_already_counts() -> None:
    engine = swarm(**{"DELETE /secrets/s1": None, "DELETE /configs/c1": GONE})
    removed = remove_all(
        engine, [one("secret", "s1"), one("config", "c1"), one("network", "n1")], Deadline(5)
    )
    assert [done.id for done in removed.done] == ["s1", "c1", "n1"]
    assert (removed.warnings, removed.error) == ([], None)
    assert requests(engine) == [
        "DELETE /secrets/s1",
        "DELETE /configs/c1",
        "GET /tasks",
        "DELETE /networks/n1",
        "GET /networks/n1",
    ]


def test_an_object_that_the_engine_does_not_remove_stays_with_a_warning() -> None:
    refused = {
        "DELETE /secrets/s1": EngineError("The Engine said: it is in use.", 400),
        DELETE: EngineError("The Engine said: network n1 is in use by service web", 400),
        "DELETE /configs/c1": None,
    }
    removed = remove_all(
        swarm(**refused), [one("secret", "s1"), one("network", "n1"), one("config", "c1")], Deadline(5)
    )
    assert [done.id for done in removed.done] == ["c1"]
    assert removed.warnings == [
        "secret s1 stays. The Engine said: it is in use.",
        "network n1 stays. The Engine said: network n1 is in use by service web.",
    ]
    assert removed.error is None


def test_an_error_keeps_what_was_removed_before_it() -> None:
    engine = swarm(
        **{
            "DELETE /secrets/s1": None,
            "DELETE /secrets/s2": EngineError("no", 400),
            "DELETE /configs/c1": EngineTimeout("The Engine did not answer within 60 s."),
        }
    )
    removals = [one("secret", "s1"), one("secret", "s2"), one("config", "c1"), one("network", "n1")]
    removed = remove_all(engine, removals, Deadline(5))
    assert [done.sentence for done in removed.done] == [
        "s1: removed",
        "c1: removed (perhaps: the Engine's answer was lost)",
    ]
    assert removed.warnings == ["secret s2 stays. no."]
    assert isinstance(removed.error, OutcomeUnknown)
    assert str(removed.error).startswith("config old_c1: The Engine did not answer within 60 s. Whether this")
    assert DELETE not in requests(engine)


@pytest.mark.parametrize("kind", [NoQuorum, NotAManager, NotInSwarm, Locked])
def test_an_engine_that_can_remove_nothing_is_an_error_and_no_warning_for_each_object(
    kind: type[EngineError],
) -> None:
    engine = swarm(**{"DELETE /secrets/s1": None, "DELETE /secrets/s2": kind("not now", 503)})
    removed = remove_all(engine, [one("secret", name) for name in ("s1", "s2", "s3")], Deadline(5))
    assert [done.id for done in removed.done] == ["s1"]
    assert removed.warnings == []
    assert isinstance(removed.error, kind)
    assert "DELETE /secrets/s3" not in requests(engine)


def test_a_swarm_that_cannot_say_what_is_used_removes_nothing() -> None:
    engine = swarm(**{"GET /services": NoQuorum("The swarm has no leader.", 500)})
    removed = remove_all(engine, [one("secret", "s1", if_unused=True)], Deadline(5))
    assert (removed.done, removed.warnings, str(removed.error)) == ([], [], "The swarm has no leader.")


def test_what_a_service_uses_or_may_go_back_to_is_skipped_without_a_warning() -> None:
    def spec(**container: t.Any) -> Raw:
        return {"Name": "web", "TaskTemplate": {"ContainerSpec": container}}

    services = [
        {
            "ID": "web",
            "Spec": spec(Secrets=[{"SecretID": "used", "SecretName": "x"}]),
            "PreviousSpec": spec(Configs=[{"ConfigID": "previous", "ConfigName": "x"}]),
            "UpdateStatus": {"State": "paused"},
        }
    ]
    engine = swarm(**{"GET /services": services, "DELETE /secrets/free": None, "DELETE /secrets/asked": None})
    removals = [
        one("secret", "used", if_unused=True),
        one("config", "previous", if_unused=True),
        one("secret", "free", if_unused=True),
        one("secret", "asked"),
    ]
    removed = remove_all(engine, removals, Deadline(5))
    assert [done.id for done in removed.done] == ["free", "asked"]
    assert removed.warnings == []
    assert requests(engine) == ["GET /services", "DELETE /secrets/free", "DELETE /secrets/asked"]


def test_without_removals_nothing_is_asked() -> None:
    engine = swarm()
    assert remove_all(engine, [], Deadline(5)).done == []
    assert engine.requests == []


@pytest.mark.parametrize("state", STATES)
def test_a_network_is_removed_once_no_task_holds_it(state: str, fake_time: FakeTime) -> None:
    """Also where the service of the task does not exist any longer."""
    engine = swarm(**{"GET /tasks": Sequence([holding(state)], [holding("shutdown")])})
    removal.remove_network(engine, "n1", "back", Deadline(5))
    holds = state in ("assigned", "accepted", "preparing", "ready", "starting", "running")
    assert requests(engine).count("GET /tasks") == (2 if holds else 1)
    assert DELETE in requests(engine)


@pytest.mark.parametrize(
    "task", [holding(node="w2"), holding(node="w3"), holding(node="left"), holding(network="n2")]
)
def test_tasks_on_nodes_that_are_gone_and_of_other_networks_do_not_count(task: Raw) -> None:
    engine = swarm(**{"GET /tasks": [task]})
    removal.remove_network(engine, "n1", "back", Deadline(5))
    assert DELETE in requests(engine)


def test_a_task_that_does_not_end_in_time_is_named() -> None:
    engine = swarm(**{"GET /tasks": [holding()]})
    with pytest.raises(WaitTimeout) as error:
        removal.wait_until_released(engine, "n1", Deadline(5), "removing")
    assert str(error.value) == "after 5 s it is still held by task task12345678 on w1 (running)"
    removed = remove_all(engine, [one("network", "n1")], Deadline(5))
    assert removed.done == []
    assert isinstance(removed.error, WaitTimeout)
    assert str(removed.error) == f"network old_n1: {error.value}"
    assert DELETE not in requests(engine)


def test_every_task_that_does_not_end_in_time_is_named() -> None:
    tasks = [{**holding("ready"), "ID": "t2"}, {**holding(), "ID": "t1"}]
    with pytest.raises(WaitTimeout) as error:
        removal.wait_until_released(swarm(**{"GET /tasks": tasks}), "n1", Deadline(5), "removing")
    assert str(error.value) == (
        "after 5 s it is still held by task t1 on w1 (running), task t2 on w1 (ready)"
    )


def test_the_progress_names_some_of_the_tasks() -> None:
    assert removal.held_by(["task t1 on w1 (running)"]) == "it is still held by task t1 on w1 (running)"
    assert removal.held_by(list("abcde")) == "it is still held by a, b, c and 2 more"


def test_an_objection_that_ends_by_itself_is_waited_for(fake_time: FakeTime) -> None:
    busy = EngineError("The Engine said: network n1 is in use by task t1", 400)
    endpoints = EngineError("The Engine said: network n1 has active endpoints", 403)
    engine = swarm(**{DELETE: Sequence(busy, endpoints, None), NETWORK: Sequence({"Id": "n1"}, GONE)})
    removal.remove_network(engine, "n1", "back", Deadline(5))
    assert requests(engine) == ["GET /tasks", *[DELETE] * 3, *[NETWORK] * 2]
    engine.answers[DELETE] = busy
    with pytest.raises(WaitTimeout, match=r"^it could not be removed within 5 s: .* is in use by task t1$"):
        removal.remove_network(engine, "n1", "back", Deadline(5))
    engine.answers[DELETE] = GONE
    engine.answers[NETWORK] = {"Id": "n1"}
    with pytest.raises(WaitTimeout) as error:
        removal.remove_network(engine, "n1", "back", Deadline(5))
    assert str(error.value) == "it was removed, but this Engine still has it after 5 s"
    assert error.value.facts == {"changed": True}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"Id": "n1"}, "it was removed, but this Engine still has it after 5 s"),
        (EngineError("The Engine said: no.", 500), "The Engine said: no."),
        (EngineAbsent("Nothing answers at /run/docker.sock."), "Nothing answers at /run/docker.sock."),
        (
            EngineTimeout("The Engine did not answer within 60 s."),
            "it was removed, but this Engine still has it after 5 s",
        ),
    ],
)
def test_a_network_that_was_removed_counts_whatever_this_engine_says_of_it(
    answer: t.Any, sentence: str
) -> None:
    engine = swarm(**{NETWORK: answer, "DELETE /secrets/s1": None})
    removed = remove_all(engine, [one("network", "n1"), one("secret", "s1")], Deadline(5))
    assert [done.id for done in removed.done] == ["n1"]
    assert removed.warnings == []
    assert str(removed.error) == f"network old_n1: {sentence}"
    assert requests(engine).count(DELETE) == 1
    assert "DELETE /secrets/s1" not in requests(engine)
