# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import info as swarm_info
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.info import lines
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import views
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, info
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node


def found(*raws: dict[str, object], **more: object) -> dict[str, object]:
    return {"swarm_id": "abc", "nodes": views(list(raws)), "why": "Quorum holds.", **more}


def test_a_host_that_cannot_see_the_swarm_says_why() -> None:
    assert lines({"state": "worker", "why": "w1 is a worker; ask a manager about the swarm."}) == [
        "w1 is a worker; ask a manager about the swarm."
    ]


def test_the_nodes_are_a_table() -> None:
    raws = [
        raw_node("i1", "m1", "manager", leader=True, labels={"zone": "a", "flotilla.declared": "[]"}),
        raw_node("i2", "manager2", "manager"),
        raw_node("i3", "w1", labels={"b": "2", "a": ""}),
        raw_node("i4", "m4", "manager"),
    ]
    assert lines(found(*raws)) == [
        "Swarm abc, 4 nodes. Quorum holds.",
        "NODE      ROLE     STATE  TAKES TASKS  ENGINE  ADDRESS   LABELS",
        "m1        leader   ready  yes          26.1.5  10.0.0.1  zone=a",
        "m4        manager  ready  yes          26.1.5  10.0.0.1",
        "manager2  manager  ready  yes          26.1.5  10.0.0.1",
        "w1        worker   ready  yes          26.1.5  10.0.0.1  a= b=2",
        "Every node is fine.",
    ]


def test_an_even_number_of_managers_is_a_problem() -> None:
    raws = [raw_node("i1", "m1", "manager", leader=True), raw_node("i2", "m2", "manager")]
    assert lines(found(*raws))[-1] == (
        "The swarm has 2 managers, and an even number tolerates no more losses than 1: promote a worker or demote one of them."
    )


def test_an_entry_that_never_reported_is_called_by_its_id() -> None:
    raw = raw_node("i2", state="down", availability="pause")
    del raw["Description"]
    summary = lines(found(raw_node("i1", "m1", "manager", leader=True), raw))
    assert summary[2].split()[:2] == ["i2", "worker"]
    assert summary[-1] == (
        "i2: it never reported its host name; unless it is joining now, flotilla.swarm.remove_nodes removes it by its ID."
    )


def test_problems_stand_below() -> None:
    raws = [
        raw_node("i1", "m1", "manager", leader=True),
        raw_node("i2", "w1", availability="drain"),
        raw_node("i3", "w2", availability="pause"),
        raw_node("i4", "w3", state="down"),
        raw_node("i5", "w4", state="disconnected", availability="drain"),
    ]
    summary = lines(found(*raws, root_rotation_in_progress=True))
    assert "no (drained)" in summary[3]
    assert "no (paused)" in summary[4]
    assert "no (down)" in summary[5]
    assert "no (disconnected)" in summary[6]
    assert summary[7:] == [
        "Not fine:",
        "w1: drained: it runs no service task.",
        "w2: paused: it takes no new task.",
        "w3: its state is down.",
        "w4: its state is disconnected.",
        "w4: drained: it runs no service task.",
        "A CA rotation is in progress and waits for every node.",
    ]


def test_a_maintenance_that_is_not_over_is_told() -> None:
    raws = [raw_node("i1", "m1", "manager", leader=True), raw_node("i2", "w1"), raw_node("i3", "w2")]
    raws[1]["Spec"]["Labels"] = {"flotilla.maintenance": "away"}
    raws[2]["Spec"]["Labels"] = {"flotilla.maintenance": "planned"}
    assert lines(found(*raws))[-2:] == [
        "Not fine:",
        "w1: its maintenance is not over; run the same playbook again, which goes on there.",
    ]


def manager() -> FakeEngine:
    swarm = {"ID": "abc", "Spec": {}, "JoinTokens": {"Worker": "w", "Manager": "m"}}
    return FakeEngine(
        {
            "GET /info": info("active", "i1", control=True),
            "GET /swarm": swarm,
            "GET /nodes": [raw_node("i1", "m1", "manager", leader=True)],
            "GET /swarm/unlockkey": {"UnlockKey": ""},
            "GET /services": [],
        }
    )


def work(engine: FakeEngine, **given: bool) -> dict[str, t.Any]:
    asked = {"tokens": False, "unlock_key": False, "published_ports": False, "held_ports": False, **given}
    return swarm_info.read(asked, engine)


def test_secrets_and_ports_are_read_only_where_they_are_asked_for() -> None:
    engine = manager()
    plain = work(engine)
    assert not {"join_tokens", "unlock_key", "published_ports"} & set(plain)
    assert [request for request, *_rest in engine.requests] == ["GET /info", "GET /swarm", "GET /nodes"]
    asked = work(engine, tokens=True, unlock_key=True, published_ports=True)
    assert asked["join_tokens"] == {"worker": "w", "manager": "m"}
    assert (asked["unlock_key"], asked["swarm_unlock_key"], asked["published_ports"]) == (None, None, [])


def test_the_swarm_is_there_in_the_words_of_the_engine_without_its_tokens_unless_they_are_asked_for() -> None:
    assert work(manager())["swarm_facts"] == {"ID": "abc", "Spec": {}}
    asked = work(manager(), tokens=True)["swarm_facts"]
    assert asked == {"ID": "abc", "Spec": {}, "JoinTokens": {"Worker": "w", "Manager": "m"}}


@pytest.mark.parametrize(
    ("local", "active", "is_manager"),
    [(info(), False, False), (info("locked"), True, False), (info("active", "i2"), True, False)],
)
def test_a_host_without_the_swarm_returns_no_secret(
    local: dict[str, t.Any], active: bool, is_manager: bool
) -> None:
    found = work(FakeEngine({"GET /info": local}), tokens=True, unlock_key=True, published_ports=True)
    assert not {"join_tokens", "unlock_key", "published_ports"} & set(found)
    assert (found["can_talk_to_docker"], found["docker_swarm_active"]) == (True, active)
    assert (found["docker_swarm_manager"], found["summary"]) == (is_manager, [found["why"]])
