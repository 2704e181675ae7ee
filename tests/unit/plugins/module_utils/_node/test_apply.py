# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._node import deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._node.options import ARGUMENTS, MODULE
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeSwarm, Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node


def swarm(*more: dict[str, t.Any], lag: int = 0, managers: int = 3) -> FakeSwarm:
    raws = [raw_node(f"m{number}", role="manager", leader=number == 1) for number in range(1, managers + 1)]
    return FakeSwarm([*raws, raw_node("w1"), *more], "m1", lag)


def changed(
    engine: FakeSwarm,
    *wanted: dict[str, t.Any],
    check_mode: bool = False,
    wait: float | None = 60,
    force: bool = False,
) -> dict[str, t.Any]:
    options = {
        **{name: argument.get("default") for name, argument in ARGUMENTS.items()},
        "nodes": [{**dict.fromkeys(MODULE.one), **one} for one in wanted],
        "wait": wait is not None,
        "wait_timeout": wait,
        "force": force,
    }
    return deploy.work(options, check_mode, engine)


def written(engine: FakeSwarm) -> list[str]:
    return [request for request, _body, _query in engine.writes]


def test_a_node_as_declared_sends_nothing() -> None:
    engine = swarm()
    result = changed(engine, {"hostname": "w1", "role": "worker", "availability": "active"})
    assert (result["changed"], result["actions"]) == (False, [])
    assert result["diff"] == {"before": {}, "after": {}}
    assert [node["id"] for node in result["nodes"]] == ["w1"]
    assert engine.writes == []
    assert [request for request, *_rest in engine.requests] == ["GET /nodes", "GET /info"]


def test_check_mode_plans_everything_and_sends_nothing() -> None:
    engine = swarm()
    result = changed(
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


def test_only_the_values_that_differ_are_written() -> None:
    engine = swarm(raw_node("w2", labels={"others": "x"}))
    engine.raws["w2"]["Spec"]["Name"] = "kept"
    changed(engine, {"hostname": "w2", "labels": {"a": "1"}})
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
    engine = swarm()
    engine.trouble = [errors.OutOfSequence("x", 500), errors.NoQuorum("leader changes", 500)]
    changed(engine, {"hostname": "w1", "labels": {"a": "1"}})
    assert written(engine) == ["POST /nodes/w1/update"] * 3
    assert engine.raws["w1"]["Spec"]["Labels"] == {"a": "1"}


def test_what_another_client_did_meanwhile_is_not_done_again() -> None:
    engine = swarm()
    read = engine.answer

    def answer(request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if request == "GET /nodes/w1":
            engine.raws["w1"]["Spec"]["Labels"] = {"a": "1"}
        return read(request, body, query)

    engine.answer = answer  # type: ignore[method-assign]
    result = changed(engine, {"hostname": "w1", "labels": {"a": "1"}})
    assert engine.writes == []
    assert result["actions"] == []


def test_roles_are_swapped_promotions_first_each_to_its_end() -> None:
    engine = swarm(raw_node("w2"), raw_node("w3"), lag=3)
    result = changed(
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
    engine = swarm(lag=1000)
    changed(engine, {"hostname": "w1", "role": "manager"}, wait=None)
    assert fake_time.sleeps == []


def test_a_promotion_that_does_not_end_fails_and_says_what_was_done() -> None:
    engine = swarm(lag=1000)
    with pytest.raises(errors.WaitTimeout) as late:
        changed(engine, {"hostname": "w1", "role": "manager"}, wait=2)
    assert str(late.value) == "w1: it is not a reachable manager yet (waited 2 s)."
    assert late.value.facts == {"changed": True, "actions": ["w1: role: worker → manager"]}


def test_a_demotion_that_is_postponed_says_why() -> None:
    engine = swarm(lag=1000)
    with pytest.raises(errors.WaitTimeout) as late:
        changed(engine, {"hostname": "m3", "role": "worker"}, wait=2)
    assert str(late.value) == (
        "m3: it is still in the raft group: the swarm postpones its demotion while that would cost the quorum (waited 2 s)."
    )


def test_a_failure_in_the_middle_says_what_was_done_before() -> None:
    engine = swarm(raw_node("w2"))
    engine.trouble = []
    update = engine._update

    def failing(raw: dict[str, t.Any], body: t.Any, query: dict[str, t.Any]) -> t.Any:
        return errors.EngineError("disk full", 500) if raw["ID"] == "w2" else update(raw, body, query)

    engine._update = failing  # type: ignore[method-assign]
    wanted = [{"hostname": name, "labels": {"a": "1"}} for name in ("w1", "w2")]
    with pytest.raises(errors.EngineError, match="disk full") as failed:
        changed(engine, *wanted)
    assert failed.value.facts == {"changed": True, "actions": ["w1: labels.a: not set → 1"]}


def test_a_failure_before_anything_was_done_changed_nothing() -> None:
    engine = swarm()
    engine.trouble = [errors.EngineError("no", 500)]
    with pytest.raises(errors.EngineError) as failed:
        changed(engine, {"hostname": "w1", "labels": {"a": "1"}})
    assert failed.value.facts == {"changed": False, "actions": []}


def task(node_id: str, state: str) -> dict[str, t.Any]:
    return {"NodeID": node_id, "Status": {"State": state}}


def test_a_drain_waits_for_the_last_task_of_all_drained_nodes() -> None:
    engine = swarm(raw_node("w2"))
    engine.tasks = Sequence(
        [task("w1", "running"), task("w2", "preparing")], [task("w2", "running"), task("w1", "shutdown")], []
    )
    changed(engine, *({"hostname": name, "availability": "drain"} for name in ("w1", "w2")))
    asked = [query for request, _body, query in engine.requests if request == "GET /tasks"]
    assert asked == [{"filters": {"node": ["w1", "w2"]}}] * 3


def test_a_drain_that_does_not_end_names_the_nodes_and_their_tasks() -> None:
    engine = swarm()
    engine.tasks = [task("w1", "running"), task("w1", "starting"), task("w1", "failed")]
    with pytest.raises(errors.WaitTimeout) as late:
        changed(engine, {"hostname": "w1", "availability": "drain"}, wait=1)
    assert str(late.value) == "still draining: w1 runs 2 task(s) (waited 1 s)."


def test_a_drain_that_another_run_began_is_waited_for() -> None:
    engine = swarm()
    engine.raws["w1"]["Spec"]["Availability"] = "drain"
    engine.tasks = Sequence([task("w1", "running")], [])
    result = changed(engine, {"hostname": "w1", "availability": "drain"})
    assert (result["changed"], engine.writes) == (False, [])
    assert [request for request, *_rest in engine.requests].count("GET /tasks") == 2


def test_a_node_that_is_down_is_drained_without_waiting() -> None:
    engine = swarm(raw_node("w2", state="down"))
    engine.tasks = [task("w2", "running")]
    changed(engine, {"hostname": "w2", "availability": "drain"})
    assert engine.raws["w2"]["Spec"]["Availability"] == "drain"


def test_a_manager_is_demoted_before_it_is_removed() -> None:
    engine = swarm(lag=2)
    engine.raws["m3"]["Status"]["State"] = "down"
    result = changed(engine, {"hostname": "m3", "state": "absent"})
    assert result["actions"] == ["m3: demoted and removed"]
    assert written(engine)[0] == "POST /nodes/m3/update"
    assert written(engine)[-1] == "DELETE /nodes/m3"
    assert "m3" not in engine.raws


def test_a_demotion_in_progress_is_not_written_again() -> None:
    engine = swarm(raw_node("w9", role="worker", reachability="reachable", state="down"))
    result = changed(engine, {"hostname": "w9", "state": "absent"})
    assert written(engine) == ["DELETE /nodes/w9"]
    assert result["actions"] == ["w9: removed"]


def test_a_live_node_is_not_removed_unless_forced() -> None:
    engine = swarm()
    with pytest.raises(errors.WaitTimeout) as refused:
        changed(engine, {"hostname": "w1", "state": "absent"}, wait=None)
    assert str(refused.value) == (
        "w1: it is not down and so cannot be removed; let it leave the swarm first (swarm_join with state=absent on it) or "
        "set force: true (waited 0 s)."
    )
    assert engine.writes == []
    changed(engine, {"hostname": "w1", "state": "absent"}, wait=None, force=True)
    assert engine.writes == [("DELETE /nodes/w1", None, {"force": True})]


def test_a_node_that_vanishes_meanwhile_is_removed() -> None:
    engine = swarm(raw_node("w2", state="down"))
    engine.trouble = [errors.NotFound("node w2 not found", 404)]
    assert changed(engine, {"hostname": "w2", "state": "absent"})["actions"] == ["w2: removed"]


def test_a_node_that_vanishes_while_its_state_is_read_is_removed() -> None:
    engine = swarm(raw_node("w2"))
    answer = engine.answer

    def vanishing(request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if request == "GET /nodes/w2":
            engine.raws.pop("w2", None)
        return answer(request, body, query)

    engine.answer = vanishing  # type: ignore[method-assign]
    assert changed(engine, {"hostname": "w2", "state": "absent"}, wait=1)["actions"] == ["w2: removed"]


def test_a_removal_is_tried_until_the_raft_group_lets_the_node_go(fake_time: t.Any) -> None:
    engine = swarm(raw_node("w2", state="down"))
    engine.trouble = [errors.StillManager("still", 400)] * 3
    changed(engine, {"hostname": "w2", "state": "absent"}, wait=None)
    assert "w2" not in engine.raws, "even without waiting there is some patience"
    assert len(written(engine)) == 4
    engine = swarm(raw_node("w2", state="down"))
    engine.trouble = [errors.StillManager("still", 400)] * 1000
    with pytest.raises(errors.WaitTimeout, match=r"^w2: it is still a manager \(waited 30 s\)\.$"):
        changed(engine, {"hostname": "w2", "state": "absent"}, wait=30)


def test_a_manager_that_demotes_itself_is_done() -> None:
    """It may not read the swarm any more, which is the answer; and it cannot tell how the nodes are now."""
    engine = swarm()
    answer = engine.answer

    def deaf(request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if engine.writes and request.startswith("GET "):
            return errors.NotAManager("This node is not a swarm manager. Worker nodes can't be used", 503)
        return answer(request, body, query)

    read = engine.raws["m1"]
    engine.answer = lambda request, body, query: (  # type: ignore[method-assign]
        read if request == "GET /nodes/m1" and not engine.writes else deaf(request, body, query)
    )
    result = changed(engine, {"hostname": "self", "role": "worker"})
    assert result["actions"] == ["m1: role: manager → worker"]
    assert result["nodes"] == []
