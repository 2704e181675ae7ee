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


def test_only_the_values_that_differ_are_written() -> None:
    engine = fake_swarm(raw_node("w2", labels={"others": "x"}))
    engine.raws["w2"]["Spec"]["Name"] = "kept"
    change_nodes(engine, {"hostname": "w2", "labels": {"a": "1"}})
    assert engine.writes == [
        (
            "POST /nodes/w2/update",
            {
                "Labels": {"others": "x", "a": "1"},
                "Role": "worker",
                "Availability": "active",
                "Name": "kept",
            },
            {"version": 1},
        )
    ]


def test_a_write_out_of_sequence_is_planned_again() -> None:
    engine = fake_swarm()
    engine.trouble = [errors.OutOfSequence("x", 500), errors.NoQuorum("leader changes", 500)]
    change_nodes(engine, {"hostname": "w1", "labels": {"a": "1"}})
    assert written(engine) == ["POST /nodes/w1/update"] * 3
    assert engine.raws["w1"]["Spec"]["Labels"] == {"a": "1"}


def test_roles_are_swapped_promotions_first_each_to_its_end() -> None:
    engine = fake_swarm(raw_node("w2"), raw_node("w3"), lag=3)
    result = change_nodes(
        engine,
        {"hostname": "m1", "role": "worker"},
        {"hostname": "m2", "role": "worker"},
        {"hostname": "w1", "role": "manager"},
        {"hostname": "w2", "role": "manager"},
    )
    assert written(engine) == [f"POST /nodes/{name}/update" for name in ("w1", "w2", "m2", "m1")]
    assert engine.managers == [(4, 4), (5, 5), (4, 4), (3, 3)]
    assert result["actions"][-1] == "m1: role: manager → worker"


def test_without_waiting_nothing_is_waited_for(fake_time: t.Any) -> None:
    engine = fake_swarm(lag=1000)
    change_nodes(engine, {"hostname": "w1", "role": "manager"}, wait=None)
    assert fake_time.sleeps == []


def test_a_promotion_that_does_not_end_fails_and_says_what_was_done() -> None:
    engine = fake_swarm(lag=1000)
    with pytest.raises(errors.WaitTimeout) as late:
        change_nodes(engine, {"hostname": "w1", "role": "manager"}, wait=2)
    assert str(late.value) == "w1: it is not a reachable manager yet (waited 2 s)."
    assert late.value.facts == {"changed": True, "actions": ["w1: role: worker → manager"]}


def test_a_demotion_that_is_postponed_says_why() -> None:
    engine = fake_swarm(lag=1000)
    with pytest.raises(errors.WaitTimeout) as late:
        change_nodes(engine, {"hostname": "m3", "role": "worker"}, wait=2)
    assert str(late.value) == (
        "m3: it is still in the raft group: the swarm postpones its demotion while that would cost the quorum (waited 2 s)."
    )


def task(node_id: str, state: str) -> dict[str, t.Any]:
    return {"NodeID": node_id, "Status": {"State": state}}


def test_a_drain_waits_for_the_last_task_of_all_drained_nodes() -> None:
    engine = fake_swarm(raw_node("w2"))
    engine.tasks = Sequence(
        [task("w1", "running"), task("w2", "preparing")], [task("w2", "running"), task("w1", "shutdown")], []
    )
    change_nodes(engine, *({"hostname": name, "availability": "drain"} for name in ("w1", "w2")))
    asked = [query for request, _body, query in engine.requests if request == "GET /tasks"]
    assert asked == [{"filters": {"node": ["w1", "w2"]}}] * 3


def test_a_drain_that_does_not_end_names_the_nodes_and_their_tasks() -> None:
    engine = fake_swarm()
    engine.tasks = [task("w1", "running"), task("w1", "starting"), task("w1", "failed")]
    with pytest.raises(errors.WaitTimeout) as late:
        change_nodes(engine, {"hostname": "w1", "availability": "drain"}, wait=1)
    assert str(late.value) == "still draining: w1 runs 2 task(s) (waited 1 s)."


def test_a_drain_that_another_run_began_is_waited_for() -> None:
    engine = fake_swarm()
    engine.raws["w1"]["Spec"]["Availability"] = "drain"
    engine.tasks = Sequence([task("w1", "running")], [])
    result = change_nodes(engine, {"hostname": "w1", "availability": "drain"})
    assert (result["changed"], engine.writes) == (False, [])
    assert [request for request, *_rest in engine.requests].count("GET /tasks") == 2


@pytest.mark.parametrize("state", ["down", "disconnected"])
def test_a_node_that_is_gone_is_drained_without_waiting(state: str) -> None:
    engine = fake_swarm(raw_node("w2", state=state))
    engine.tasks = [task("w2", "running")]
    change_nodes(engine, {"hostname": "w2", "availability": "drain"})
    assert engine.raws["w2"]["Spec"]["Availability"] == "drain"


@pytest.mark.parametrize("state", ["down", "disconnected"])
def test_a_node_that_is_gone_is_removed_without_force(state: str, fake_time: t.Any) -> None:
    engine = fake_swarm(raw_node("w2", state=state))
    assert change_nodes(engine, {"hostname": "w2", "state": "absent"}, wait=None)["actions"] == [
        "w2: removed"
    ]
    assert engine.writes == [("DELETE /nodes/w2", None, {"force": False})]
    assert fake_time.sleeps == []


def test_a_manager_is_demoted_before_it_is_removed() -> None:
    engine = fake_swarm(lag=2)
    engine.raws["m3"]["Status"]["State"] = "down"
    result = change_nodes(engine, {"hostname": "m3", "state": "absent"})
    assert result["actions"] == ["m3: demoted and removed"]
    assert written(engine)[0] == "POST /nodes/m3/update"
    assert written(engine)[-1] == "DELETE /nodes/m3"
    assert "m3" not in engine.raws


def test_a_demotion_in_progress_is_not_written_again() -> None:
    engine = fake_swarm(raw_node("w9", role="worker", reachability="reachable", state="down"))
    result = change_nodes(engine, {"hostname": "w9", "state": "absent"})
    assert written(engine) == ["DELETE /nodes/w9"]
    assert result["actions"] == ["w9: removed"]


def test_what_a_forced_new_cluster_left_of_a_manager_is_removed_as_it_is() -> None:
    """The Engine refuses to demote it: "can't find manager in raft memberlist"."""
    engine = fake_swarm(raw_node("m4", role="manager", reachability=None, state="down"))
    result = change_nodes(engine, {"hostname": "m4", "state": "absent"})
    assert written(engine) == ["DELETE /nodes/m4"]
    assert result["actions"] == ["m4: removed"]


def test_an_entry_that_becomes_a_manager_while_it_is_removed_is_demoted() -> None:
    engine = fake_swarm(raw_node("m4", role="manager", reachability=None, state="down"))
    engine.trouble = [errors.StillManager("node m4 is a cluster manager", 400)]
    delete = engine.answer

    def joins_meanwhile(request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if request == "DELETE /nodes/m4" and engine.trouble:
            engine.raws["m4"]["ManagerStatus"] = {"Reachability": "unreachable", "Addr": "10.0.0.1:2377"}
        return delete(request, body, query)

    engine.answer = joins_meanwhile  # type: ignore[method-assign]
    change_nodes(engine, {"hostname": "m4", "state": "absent"})
    assert written(engine) == ["DELETE /nodes/m4", "POST /nodes/m4/update", "DELETE /nodes/m4"]


def test_a_node_that_does_not_leave_is_refused_once_three_heartbeats_would_have_told() -> None:
    engine = fake_swarm()
    with pytest.raises(errors.WaitTimeout, match=r"^w1: it is not down .* \(waited 20 s\)\.$"):
        change_nodes(engine, {"hostname": "w1", "state": "absent"}, wait=600)


def test_a_live_node_is_not_removed_unless_forced() -> None:
    engine = fake_swarm()
    with pytest.raises(errors.WaitTimeout) as refused:
        change_nodes(engine, {"hostname": "w1", "state": "absent"}, wait=None)
    assert str(refused.value) == (
        "w1: it is not down and so cannot be removed; let it leave the swarm first (swarm_join with state=absent on it) or "
        "set force: true (waited 0 s)."
    )
    assert engine.writes == []
    change_nodes(engine, {"hostname": "w1", "state": "absent"}, wait=None, force=True)
    assert engine.writes == [("DELETE /nodes/w1", None, {"force": True})]


def test_a_node_that_vanishes_meanwhile_is_removed() -> None:
    engine = fake_swarm(raw_node("w2", state="down"))
    engine.trouble = [errors.NotFound("node w2 not found", 404)]
    assert change_nodes(engine, {"hostname": "w2", "state": "absent"})["actions"] == ["w2: removed"]


def test_a_node_that_vanishes_while_its_state_is_read_is_removed() -> None:
    engine = fake_swarm(raw_node("w2"))
    answer = engine.answer

    def vanishing(request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if request == "GET /nodes/w2":
            engine.raws.pop("w2", None)
        return answer(request, body, query)

    engine.answer = vanishing  # type: ignore[method-assign]
    assert change_nodes(engine, {"hostname": "w2", "state": "absent"}, wait=1)["actions"] == ["w2: removed"]


def test_a_removal_is_tried_until_the_raft_group_lets_the_node_go(fake_time: t.Any) -> None:
    engine = fake_swarm(raw_node("w2", state="down"))
    engine.trouble = [errors.StillManager("still", 400)] * 3
    change_nodes(engine, {"hostname": "w2", "state": "absent"}, wait=None)
    assert "w2" not in engine.raws, "even without waiting there is some patience"
    assert len(written(engine)) == 4
    engine = fake_swarm(raw_node("w2", state="down"))
    engine.trouble = [errors.StillManager("still", 400)] * 1000
    with pytest.raises(errors.WaitTimeout, match=r"^w2: it is still a manager \(waited 30 s\)\.$"):
        change_nodes(engine, {"hostname": "w2", "state": "absent"}, wait=30)


def test_a_manager_that_demotes_itself_is_done() -> None:
    """It may not read the swarm any more, which is the answer; and it cannot tell how the nodes are now."""
    engine = fake_swarm()
    answer = engine.answer

    def deaf(request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if engine.writes and request.startswith("GET "):
            return errors.NotAManager("This node is not a swarm manager. Worker nodes can't be used", 503)
        return answer(request, body, query)

    read = engine.raws["m1"]
    engine.answer = lambda request, body, query: (  # type: ignore[method-assign]
        read if request == "GET /nodes/m1" and not engine.writes else deaf(request, body, query)
    )
    result = change_nodes(engine, {"hostname": "self", "role": "worker"})
    assert result["actions"] == ["m1: role: manager → worker"]
    assert result["nodes"] == []
