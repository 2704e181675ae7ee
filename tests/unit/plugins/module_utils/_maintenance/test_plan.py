# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which node is taken when, what has to hold before, and what becomes of its tasks."""

from __future__ import annotations

import typing as t

import hypothesis.strategies as st
from ansible_collections.flotilla.swarm.plugins.module_utils._maintenance import marks
from ansible_collections.flotilla.swarm.plugins.module_utils._maintenance.moves import crowded, moves
from ansible_collections.flotilla.swarm.plugins.module_utils._maintenance.plan import (
    Live,
    in_turn,
    lines,
    refusals,
)
from hypothesis import given

Raw = dict[str, t.Any]


def node(name: str, role: str = "worker", reachable: bool = True, **more: t.Any) -> Raw:
    """A node of ``/nodes``; ``role`` may be leader."""
    raw: Raw = {
        "ID": name,
        "Spec": {"Role": "worker" if role == "worker" else "manager", "Availability": "active", "Labels": {}},
        "Description": {"Hostname": name, "Resources": {"MemoryBytes": 10}},
        "Status": {"State": "ready"},
        **more,
    }
    if role != "worker":
        raw["ManagerStatus"] = {
            "Leader": role == "leader",
            "Reachability": "reachable" if reachable else "unreachable",
        }
    return raw


def service(
    name: str, replicas: int = 2, constraints: t.Sequence[str] = (), memory: int = 0, **spec: t.Any
) -> Raw:
    """A service of ``/services``."""
    template: Raw = {"ContainerSpec": {}, "Placement": {"Constraints": list(constraints)}}
    if memory:
        template["Resources"] = {"Reservations": {"MemoryBytes": memory}}
    mode = {"Replicated": {"Replicas": replicas}}
    return {"ID": name, "Spec": {"Name": name, "Mode": mode, "TaskTemplate": template, **spec}}


def task(of: Raw, on: str) -> Raw:
    """A running task of ``/tasks``."""
    return {
        "ServiceID": of["ID"],
        "NodeID": on,
        "DesiredState": "running",
        "Status": {"State": "running"},
        "Spec": of["Spec"]["TaskTemplate"],
    }


def marked(raw: Raw, *changes: t.Callable[[Raw], Raw | None]) -> Raw:
    """A node after writes."""
    for change in changes:
        spec = change(raw)
        raw = {**raw, "Spec": spec} if spec else raw
    return raw


def _away(raw: Raw) -> Raw | None:
    return marks.away(raw, "now")


NODES = [node("m1", "leader"), node("m2", "manager"), node("m3", "manager"), node("w1"), node("w2")]


@given(st.permutations(NODES))
def test_workers_come_first_and_the_leader_last(chosen: list[Raw]) -> None:
    assert [raw["ID"] for raw in in_turn(chosen, anew=False)] == ["w1", "w2", "m2", "m3", "m1"]


@given(st.sets(st.sampled_from(["w1", "w2", "m2", "m3", "m1"])), st.booleans())
def test_only_what_an_earlier_run_has_left_is_taken(left: set[str], anew: bool) -> None:
    chosen = [marked(raw, marks.planned) if raw["ID"] in left else raw for raw in NODES]
    order = in_turn(chosen, anew)
    assert {raw["ID"] for raw in order} == (left if left and not anew else {raw["ID"] for raw in NODES})
    assert ("Done before" in "\n".join(lines(order, chosen, Live(chosen, [], [], [])))) == (
        bool(left) and not anew and len(left) < len(NODES)
    )


def test_the_node_that_is_away_comes_before_all() -> None:
    chosen = [marked(raw, marks.planned, *([_away] if raw["ID"] == "m1" else [])) for raw in NODES]
    assert in_turn(chosen, anew=False)[0]["ID"] == "m1"


@given(st.sampled_from(["active", "pause", "drain"]), st.integers(0, 5))
def test_a_node_gets_back_what_it_had_wherever_a_run_was_stopped(had: str, stopped: int) -> None:
    raw = node("w1")
    raw["Spec"] = {**raw["Spec"], "Availability": had, "Labels": {"rack": "a"}}
    way = [marks.planned, _away, marks.drained, marks.back, marks.done]
    assert marked(raw, *way) == raw
    # What was done is done again, as a run that goes on does.
    first = 1 if stopped < 5 else 5
    assert marked(raw, *way[:stopped], *way[first:]) == raw


def test_an_active_node_is_paused_first() -> None:
    assert marks.availability(marked(node("w1"), _away)) == "pause"


def test_gates() -> None:
    assert refusals("w1", Live(NODES, [], [], [])) == []
    assert refusals("w1", Live(NODES, [], [], ["web: slot 1 failed"])) == ["web: slot 1 failed"]
    lost = [*NODES[:2], node("m3", "manager", reachable=False), *NODES[3:]]
    assert refusals("m2", Live(lost, [], [], [])) == [
        "without m2 the swarm would lose its quorum (2 of 3 managers are reachable)"
    ]
    assert refusals("w1", Live(lost, [], [], [])) == []
    other = [*NODES[:4], marked(NODES[4], _away)]
    assert refusals("w1", Live(other, [], [], [])) == [
        "w2 is in maintenance since now: run it to its end first"
    ]
    # It goes on, whatever is broken meanwhile.
    assert refusals("w2", Live(other, [], [], ["web: slot 1 failed"]), ["w1: its disk is full"]) == []
    assert refusals("w1", Live(NODES, [], [], []), ["w2: its disk is full"]) == ["w2: its disk is full"]
    assert refusals("w1", Live([node("w1")], [], [], [])) == ["no other node takes tasks"]


def _reasons(*services: Raw) -> dict[str, str]:
    tasks = [task(one, "w1") for one in services]
    return {one.name: one.gap for one in moves("w1", NODES, list(services), tasks)}


def test_what_stops_before_it_starts_elsewhere_is_named() -> None:
    template = {"ContainerSpec": {"Mounts": [{"Type": "volume", "Source": "data", "Target": "/d"}]}}
    reads = {
        "ContainerSpec": {"Mounts": [{"Type": "bind", "Source": "/etc/x", "Target": "/x", "ReadOnly": True}]}
    }
    ports = {"Ports": [{"PublishedPort": 80, "PublishMode": "host"}]}
    assert _reasons(
        service("web", 1),
        service("agent", Mode={"Global": {}}),
        service("job", Mode={"ReplicatedJob": {}}),
        service("pinned", constraints=["node.hostname==w1"]),
        service("proxy", EndpointSpec=ports),
        service("db", TaskTemplate=template),
        service("reader", TaskTemplate=reads),
        service("only", 1, UpdateConfig={"Order": "stop-first"}),
        service("many", 2, UpdateConfig={"Order": "stop-first"}),
    ) == {
        "agent": "global",
        "db": "writes to data",
        "job": "a job, whose task begins again",
        "many": "",
        "only": "one replica, and its update_config.order is stop-first",
        "pinned": "no other node fits it",
        "proxy": "ports in mode host",
        "reader": "",
        "web": "",
    }


def test_where_every_other_node_has_one_the_service_misses_one_until_the_node_is_back() -> None:
    spread = service("spread", 5)
    spread["Spec"]["TaskTemplate"]["Placement"]["MaxReplicas"] = 1
    tasks = [task(spread, raw["ID"]) for raw in NODES]
    [found] = moves("w1", NODES, [spread], tasks)
    assert found.waits
    assert found.gap == "placement.replicas_max_per_node is 1"
    assert crowded("w1", NODES, [spread], tasks) == []


@given(st.integers(1, 10), st.integers(0, 10), st.integers(1, 12))
def test_room_is_counted_over_all_tasks(memory: int, others: int, count: int) -> None:
    nodes = [node("w1"), node("w2")]
    big, old = service("big", count, memory=memory), service("old", memory=others)
    tasks = [task(big, "w1") for _each in range(count)] + [task(old, "w2")]
    fits = memory * count + others <= 10
    assert bool(crowded("w1", nodes, [big, old], tasks)) == (not fits)
