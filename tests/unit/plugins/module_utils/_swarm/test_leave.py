# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.leave import Leaving
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node

WORKER = info("active", "id-w1", managers=["10.0.0.11:2377", "10.0.0.12:2377"])
MANAGER = info("active", "id-m1", control=True, managers=["10.0.0.11:2377"])
SWARM = {"ID": "s", "Spec": {}}


def engine(*infos: dict[str, t.Any], **answers: t.Any) -> FakeEngine:
    return FakeEngine({"GET /info": Sequence(*infos), "POST /swarm/leave": None, **answers})


def leaving(asked: FakeEngine, force: bool = False, check: bool = False) -> list[str]:
    membership = Leaving(asked, check, 30)
    membership.leave(force)
    return membership.actions


@pytest.mark.parametrize("local", [info(), errors.EngineAbsent("none")])
def test_a_node_in_no_swarm_has_left(local: t.Any) -> None:
    asked = engine(local)
    assert (leaving(asked), asked.writes) == ([], [])


def test_a_worker_leaves() -> None:
    asked = engine(WORKER)
    assert leaving(asked) == ["left the swarm"]
    assert asked.writes == [("POST /swarm/leave", None, {"force": False})]
    assert leaving(engine(WORKER), check=True) == ["left the swarm"]


def manager(*raws: dict[str, t.Any], **answers: t.Any) -> FakeEngine:
    own = next(raw for raw in raws if raw["ID"] == "id-m1")
    return engine(
        MANAGER,
        WORKER,
        **{
            "GET /swarm": SWARM,
            "GET /nodes": list(raws),
            "GET /nodes/id-m1": own,
            "POST /nodes/id-m1/update": None,
            **answers,
        },
    )


def managers(count: int, lost: int = 0) -> list[dict[str, t.Any]]:
    return [
        raw_node(f"id-m{number}", role="manager", reachability="unreachable" if number > count - lost else "")
        for number in range(1, count + 1)
    ]


def test_a_manager_is_demoted_before_it_leaves() -> None:
    asked = manager(*managers(3))
    assert leaving(asked) == ["left the swarm"]
    assert asked.writes == [
        (
            "POST /nodes/id-m1/update",
            {"Labels": {}, "Role": "worker", "Availability": "active"},
            {"version": 1},
        ),
        ("POST /swarm/leave", None, {"force": False}),
    ]


def test_one_of_two_managers_is_demoted_too() -> None:
    asked = manager(*managers(2))
    assert leaving(asked) == ["left the swarm"]
    assert [request for request, *_rest in asked.writes] == ["POST /nodes/id-m1/update", "POST /swarm/leave"]


def test_leaving_is_tried_until_the_certificate_says_worker() -> None:
    still = errors.StillManager(
        "You are attempting to leave the swarm on a node that is participating as a manager"
    )
    asked = manager(*managers(3), **{"POST /swarm/leave": Sequence(still, still, None)})
    assert leaving(asked) == ["left the swarm"]
    assert [request for request, *_rest in asked.writes][1:] == ["POST /swarm/leave"] * 3


def test_a_node_that_another_client_made_leave_has_left() -> None:
    asked = engine(
        WORKER, **{"POST /swarm/leave": errors.NotInSwarm("This node is not part of a swarm", 503)}
    )
    assert leaving(asked) == ["left the swarm"]


def test_the_last_manager_leaves_only_by_force() -> None:
    asked = manager(raw_node("id-m1", role="manager"), raw_node("w"))
    with pytest.raises(errors.Refused) as refused:
        leaving(asked)
    assert str(refused.value) == (
        "This is the swarm's last manager: leaving erases the swarm, its services, secrets and networks; set force=true if "
        "that is meant."
    )
    assert asked.writes == []
    asked = manager(raw_node("id-m1", role="manager"), raw_node("w"))
    leaving(asked, force=True)
    assert asked.writes == [("POST /swarm/leave", None, {"force": True})]


def test_a_manager_the_quorum_needs_stays() -> None:
    with pytest.raises(errors.Refused) as refused:
        leaving(manager(*managers(3, lost=1)))
    assert str(refused.value) == (
        "Without this manager the swarm would lose its quorum (2 of 3 managers are reachable); bring the others back first, "
        "or set force=true."
    )


@pytest.mark.parametrize("local", [info("locked"), info("pending"), info("error", error="expired")])
def test_a_node_that_cannot_reach_its_swarm_leaves_only_by_force(local: dict[str, t.Any]) -> None:
    asked = engine(local)
    with pytest.raises(
        errors.Refused, match="It can only leave with force=true, which forgets what it knows"
    ):
        leaving(asked)
    assert asked.writes == []
    assert leaving(asked, force=True) == ["left the swarm"]
    assert asked.writes == [("POST /swarm/leave", None, {"force": True})]


def test_a_manager_without_a_quorum_leaves_only_by_force() -> None:
    asked = engine(MANAGER, **{"GET /swarm": errors.NoQuorum("no leader", 500)})
    with pytest.raises(errors.Refused, match="lost its quorum"):
        leaving(asked)
    assert leaving(asked, force=True) == ["left the swarm"]


def test_a_demotion_that_is_put_off_fails_and_says_what_was_done_unless_forced() -> None:
    membership = Leaving(manager(*managers(3)), False, 5)
    membership._client.answers["GET /info"] = MANAGER  # type: ignore[attr-defined]
    with pytest.raises(
        errors.WaitTimeout, match=r"^This manager's demotion is not finished: the swarm postpones it"
    ):
        membership.leave(force=False)
    assert membership.actions == ["demoted this manager"]
    membership.leave(force=True)
    assert membership.actions[-1] == "left the swarm"


def test_a_demotion_by_another_client_is_no_action_of_this_run() -> None:
    raws = managers(3)
    raws[0]["Spec"]["Role"] = "worker"
    membership = Leaving(manager(*raws), False, 5)
    membership._client.answers["GET /info"] = MANAGER  # type: ignore[attr-defined]
    with pytest.raises(errors.WaitTimeout):
        membership.leave(force=False)
    assert membership.actions == []
