# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.tests.unit.support.engine import Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    change_nodes,
    fake_swarm,
    raw_node,
    written,
)


def test_a_node_as_declared_sends_nothing() -> None:
    engine = fake_swarm()
    result = change_nodes(engine, {"hostname": "w1", "role": "worker", "availability": "active"})
    assert (result["changed"], result["actions"]) == (False, [])
    assert result["diff"] == {"before": {}, "after": {}}
    assert [node["id"] for node in result["nodes"]] == ["w1"]
    assert engine.writes == []
    assert [request for request, *_rest in engine.requests] == ["GET /nodes", "GET /info"]


def test_check_mode_plans_everything_and_sends_nothing() -> None:
    engine = fake_swarm()
    result = change_nodes(
        engine,
        {"hostname": "w1", "labels": {"a": "1"}, "availability": "drain"},
        {"hostname": "m3", "state": "absent"},
        check_mode=True,
    )
    assert engine.writes == []
    assert result["changed"]
    assert result["actions"] == [
        "w1: availability: active → drain, labels.a: not set → 1",
        "m3: demoted and removed",
    ]
    assert result["diff"] == {
        "before": {"w1": {"availability": "active"}, "m3 (m3)": "ready"},
        "after": {"w1": {"availability": "drain", "labels.a": "1"}, "m3 (m3)": "absent"},
    }


def test_what_another_client_did_meanwhile_is_not_done_again() -> None:
    engine = fake_swarm()
    read = engine.answer

    def answer(request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if request == "GET /nodes/w1":
            engine.raws["w1"]["Spec"]["Labels"] = {"a": "1"}
        return read(request, body, query)

    engine.answer = answer  # type: ignore[method-assign]
    result = change_nodes(engine, {"hostname": "w1", "labels": {"a": "1"}})
    assert engine.writes == []
    assert result["actions"] == []


def test_a_failure_in_the_middle_says_what_was_done_before() -> None:
    engine = fake_swarm(raw_node("w2"))
    engine.trouble = []
    update = engine._update

    def failing(raw: dict[str, t.Any], body: t.Any, query: dict[str, t.Any]) -> t.Any:
        return errors.EngineError("disk full", 500) if raw["ID"] == "w2" else update(raw, body, query)

    engine._update = failing  # type: ignore[method-assign]
    wanted = [{"hostname": name, "labels": {"a": "1"}} for name in ("w1", "w2")]
    with pytest.raises(errors.EngineError, match="disk full") as failed:
        change_nodes(engine, *wanted)
    assert failed.value.facts == {"changed": True, "actions": ["w1: labels.a: not set → 1"]}


def test_a_failure_before_anything_was_done_changed_nothing() -> None:
    engine = fake_swarm()
    engine.trouble = [errors.EngineError("no", 500)]
    with pytest.raises(errors.EngineError) as failed:
        change_nodes(engine, {"hostname": "w1", "labels": {"a": "1"}})
    assert failed.value.facts == {"changed": False, "actions": []}


@pytest.mark.parametrize(
    ("beside", "option"),
    [
        ({"state": "absent"}, "state"),
        ({"labels_state": "replace"}, "labels_state"),
        ({"labels_to_remove": ["a"]}, "labels_to_remove"),
        ({"labels": {}}, "labels"),
        ({"role": "worker"}, "role"),
        ({"availability": "drain"}, "availability"),
    ],
)
def test_an_option_of_one_node_beside_the_list_is_refused(beside: dict[str, t.Any], option: str) -> None:
    engine = fake_swarm()
    with pytest.raises(errors.Refused) as refused:
        change_nodes(engine, {"hostname": "w1", "labels": {"a": "1"}}, **beside)
    assert str(refused.value) == (
        f"{option} cannot be combined with nodes; set it in each entry. Nothing was sent."
    )
    assert engine.requests == []


def test_options_that_both_forms_have_may_stand_beside_the_list() -> None:
    engine = fake_swarm()
    result = change_nodes(
        engine, {"hostname": "w1", "labels": {"a": "1"}}, state="present", labels_state="merge"
    )
    assert result["changed"]


def test_one_refused_node_stops_the_whole_list() -> None:
    engine = fake_swarm()
    wanted = [
        {"hostname": "w1", "labels": {"a": "1"}},
        {"hostname": "m2", "labels": {"flotilla.moving": "x"}},
    ]
    with pytest.raises(errors.Refused) as refused:
        change_nodes(engine, *wanted)
    assert str(refused.value) == (
        "Node m2: labels: label 'flotilla.moving' is reserved for the collection itself: leave it out."
    )
    assert engine.requests == []


def test_a_node_that_is_declared_twice_is_refused_before_anything_is_sent() -> None:
    engine = fake_swarm(raw_node("abcdef111", "w2"))
    wanted = [{"hostname": "w2", "availability": "drain"}, {"hostname": "abcdef", "availability": "active"}]
    with pytest.raises(errors.Refused) as refused:
        change_nodes(engine, *wanted)
    assert str(refused.value) == (
        "abcdef and w2 are declared more than once for the node w2 (abcdef111); declare every node once. Nothing was sent."
    )
    assert engine.writes == []


def test_a_removal_that_fails_after_the_demotion_says_that_the_node_was_demoted() -> None:
    engine = fake_swarm()
    with pytest.raises(errors.WaitTimeout, match=r"^m3: it is not down and so cannot be removed; ") as late:
        change_nodes(engine, {"hostname": "m3", "state": "absent"}, wait=2)
    assert written(engine) == ["POST /nodes/m3/update"]
    assert late.value.facts == {"changed": True, "actions": ["m3: role: manager → worker"]}


def test_a_demotion_for_a_removal_that_does_not_end_says_that_it_was_begun() -> None:
    engine = fake_swarm(lag=1000)
    with pytest.raises(errors.WaitTimeout, match=r"^m3: it is still in the raft group: ") as late:
        change_nodes(engine, {"hostname": "m3", "state": "absent"}, wait=2)
    assert late.value.facts == {"changed": True, "actions": ["m3: role: manager → worker"]}


def test_a_removal_that_fails_does_not_hide_what_was_done_before_it() -> None:
    engine = fake_swarm(raw_node("w2"), raw_node("w9", role="worker", reachability="reachable"))
    engine._due["w9"] = 1000
    wanted = [{"hostname": "w2", "labels": {"a": "1"}}, {"hostname": "w9", "state": "absent"}]
    with pytest.raises(errors.WaitTimeout, match=r"^w9: it is still in the raft group") as late:
        change_nodes(engine, *wanted, wait=2)
    assert written(engine) == ["POST /nodes/w2/update"], "another client demoted w9"
    assert late.value.facts == {"changed": True, "actions": ["w2: labels.a: not set → 1"]}


def test_a_drain_that_does_not_end_says_what_was_done() -> None:
    engine = fake_swarm()
    engine.tasks = [{"NodeID": "w1", "Status": {"State": "running"}}]
    with pytest.raises(errors.WaitTimeout, match=r"^still draining: w1 runs 1 task") as late:
        change_nodes(engine, {"hostname": "w1", "availability": "drain"}, wait=1)
    assert late.value.facts == {"changed": True, "actions": ["w1: availability: active → drain"]}


def test_the_nodes_are_returned_in_the_declared_order_as_they_are_now() -> None:
    engine = fake_swarm()
    result = change_nodes(engine, {"hostname": "w1", "labels": {"a": "1"}}, {"hostname": "self"})
    assert [(node["id"], node["labels"]) for node in result["nodes"]] == [("w1", {"a": "1"}), ("m1", {})]


def test_a_removed_node_stands_in_the_diff_with_its_id_and_is_not_returned() -> None:
    engine = fake_swarm(raw_node("old1", "w2", state="down"), raw_node("old2", "w2", state="disconnected"))
    result = change_nodes(engine, {"hostname": "w2", "state": "absent"})
    assert result["diff"] == {
        "before": {"w2 (old1)": "down", "w2 (old2)": "disconnected"},
        "after": {"w2 (old1)": "absent", "w2 (old2)": "absent"},
    }
    assert result["nodes"] == []


def test_the_node_that_is_asked_sees_drains_through_before_it_demotes_itself() -> None:
    engine = fake_swarm()
    running = [{"ID": "t1", "NodeID": "m1", "Status": {"State": "running"}}]
    engine.tasks = Sequence(running, running, [])
    result = change_nodes(
        engine,
        {"hostname": "m1", "role": "worker", "availability": "drain"},
        {"hostname": "w1", "availability": "drain"},
    )
    assert [body["Role"] for _request, body, _query in engine.writes] == ["worker", "manager", "worker"]
    assert written(engine) == ["POST /nodes/w1/update", "POST /nodes/m1/update", "POST /nodes/m1/update"]
    requests = [request for request, *_rest in engine.requests]
    assert requests.count("GET /tasks") == 3
    assert requests.index("GET /tasks") > requests.index("POST /nodes/m1/update")
    assert "GET /tasks" not in requests[len(requests) - requests[::-1].index("POST /nodes/m1/update") :]
    assert result["changed"] is True


def test_a_drain_that_does_not_end_keeps_the_node_that_is_asked_a_manager() -> None:
    engine = fake_swarm()
    engine.tasks = [{"ID": "t1", "NodeID": "m1", "Status": {"State": "running"}}]
    with pytest.raises(errors.WaitTimeout, match=r"still draining: m1 runs 1 task") as late:
        change_nodes(engine, {"hostname": "m1", "role": "worker", "availability": "drain"}, wait=1)
    assert late.value.facts == {"changed": True, "actions": ["m1: availability: active → drain"]}
    assert engine.raws["m1"]["Spec"]["Role"] == "manager"


@pytest.mark.parametrize("name", ["m1", "self"])
def test_the_manager_that_is_asked_does_not_remove_itself(name: str) -> None:
    engine = fake_swarm()
    with pytest.raises(errors.Refused) as refused:
        change_nodes(engine, {"hostname": name, "state": "absent"}, force=True)
    assert str(refused.value) == (
        "m1 is the manager that is asked, and no manager can remove itself: run this task on another one (m2, m3), or have m1 "
        "leave with swarm_join and state=absent. Nothing was sent."
    )
    assert engine.writes == []
