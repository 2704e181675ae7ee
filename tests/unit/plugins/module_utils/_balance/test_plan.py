# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is skewed, and the fewest moves that even it out."""

from __future__ import annotations

import collections
import copy
import time
import typing as t

import hypothesis.strategies as st
from ansible_collections.flotilla.swarm.plugins.module_utils._balance import marks
from ansible_collections.flotilla.swarm.plugins.module_utils._balance.plan import Balance, hints, lines, plan
from ansible_collections.flotilla.swarm.plugins.module_utils._maintenance.plan import Live
from hypothesis import given

Raw = dict[str, t.Any]
NAMES = ("n1", "n2", "n3", "n4")


def node(name: str, memory: int = 100, zone: str = "a", **status: t.Any) -> Raw:
    """A node of ``/nodes``."""
    return {
        "ID": name,
        "Spec": {
            "Role": "worker",
            "Availability": status.get("availability", "active"),
            "Labels": {"zone": zone},
        },
        "Description": {"Hostname": name, "Resources": {"MemoryBytes": memory}},
        "Status": {"State": status.get("state", "ready")},
    }


def service(name: str, replicas: int, memory: int = 0, mounts: t.Any = (), **placement: t.Any) -> Raw:
    """A service of ``/services``."""
    template = {
        "ContainerSpec": {"Mounts": list(mounts)},
        "Placement": placement,
        "Resources": {"Reservations": {"MemoryBytes": memory}},
    }
    mode = {"Replicated": {"Replicas": replicas}}
    return {"ID": name, "Spec": {"Name": name, "Mode": mode, "TaskTemplate": template, "Labels": {}}}


def tasks(of: Raw, *on: str) -> list[Raw]:
    """Running tasks of ``/tasks``."""
    template = of["Spec"]["TaskTemplate"]
    state = {"DesiredState": "running", "Status": {"State": "running"}}
    return [{"ServiceID": of["ID"], "NodeID": one, "Spec": template, **state} for one in on]


def one(raw: Raw, *on: str, nodes: t.Sequence[Raw] = (), problems: t.Sequence[str] = ()) -> Live:
    """A swarm with one service."""
    return Live(list(nodes) or [node(name) for name in NAMES[:2]], [raw], tasks(raw, *on), list(problems))


def after(live: Live, found: Balance) -> Live:
    """The swarm once all moves are made."""
    left = copy.deepcopy(live.tasks)
    for shift in found.shifts:
        for away, to in zip(shift.away, shift.to, strict=True):
            moving = next(
                each for each in left if (each["ServiceID"], each["NodeID"]) == (shift.service["ID"], away)
            )
            moving["NodeID"] = to
    return live._replace(tasks=left)


def counts(live: Live, service_id: str) -> dict[str, int]:
    """How many tasks of a service each node has."""
    found = collections.Counter(each["NodeID"] for each in live.tasks if each["ServiceID"] == service_id)
    return {raw["ID"]: found[raw["ID"]] for raw in live.nodes}


@st.composite
def swarms(draw: st.DrawFn, amounts: t.Sequence[int] = (0,)) -> Live:
    """Swarms with some services, whose tasks run where they may."""
    zones = [draw(st.sampled_from("ab")) for _name in NAMES]
    nodes = [node(name, zone=zone) for name, zone in zip(NAMES, zones, strict=True)]
    services, running = [], []
    for number in range(draw(st.integers(1, 4))):
        zone = draw(st.sampled_from(["", *sorted(set(zones))]))
        fitting = [raw["ID"] for raw in nodes if zone in ("", raw["Spec"]["Labels"]["zone"])]
        on = draw(st.lists(st.sampled_from(fitting), max_size=12))
        most = draw(st.sampled_from([0, max(collections.Counter(on).values(), default=1)]))
        more = {"Constraints": [f"node.labels.zone=={zone}"] if zone else [], "MaxReplicas": most}
        raw = service(f"s{number}", len(on), draw(st.sampled_from(amounts)), **more)
        services.append(raw)
        running += tasks(raw, *on)
    return Live(nodes, services, running, [])


@given(swarms())
def test_the_plan_evens_out_by_the_fewest_moves_and_a_second_one_is_empty(live: Live) -> None:
    found = plan(live)
    then = after(live, found)
    assert plan(then).shifts == []
    for raw in live.services:
        zone = [text.rpartition("=")[2] for text in raw["Spec"]["TaskTemplate"]["Placement"]["Constraints"]]
        fitting = [each["ID"] for each in live.nodes if not zone or each["Spec"]["Labels"]["zone"] in zone]
        before, now = counts(live, raw["ID"]), counts(then, raw["ID"])
        assert all(now[each] == before[each] for each in NAMES if each not in fitting)
        level, over = divmod(sum(before.values()), len(fitting))
        assert sorted(now[each] for each in fitting) == [level] * (len(fitting) - over) + [level + 1] * over
        lowest = max(
            sum(max(0, before[each] - level - bool(over)) for each in fitting),
            sum(max(0, level - before[each]) for each in fitting),
        )
        assert sum(len(each.to) for each in found.shifts if each.service["ID"] == raw["ID"]) == lowest


@given(swarms((0, 5, 20)), st.integers(0, 8))
def test_no_move_makes_anything_worse(live: Live, most: int) -> None:
    found = plan(live, most=most)
    assert sum(len(each.to) for each in found.shifts) <= most
    then = after(live, found)
    for raw in live.services:
        before, now = counts(live, raw["ID"]), counts(then, raw["ID"])
        assert max(now.values()) <= max(before.values())
        assert sum(each**2 for each in now.values()) <= sum(each**2 for each in before.values())
    for each in live.nodes:
        used = [
            sum(
                task["Spec"]["Resources"]["Reservations"]["MemoryBytes"]
                for task in state.tasks
                if task["NodeID"] == each["ID"]
            )
            for state in (live, then)
        ]
        assert used[1] <= max(100, used[0])


def test_a_node_without_room_gets_nothing() -> None:
    assert plan(one(service("web", 4, memory=50), *["n1"] * 4)).shifts[0].to == ["n2"] * 2
    assert plan(one(service("web", 4, memory=60), *["n1"] * 4)).shifts[0].to == ["n2"]
    assert plan(one(service("web", 4, memory=101), *["n1"] * 4)).shifts == []


def test_only_nodes_that_take_tasks_and_fit_get_some() -> None:
    web = service("web", 2)
    for other in (node("n2", availability="pause"), node("n2", state="down")):
        assert plan(one(web, "n1", "n1", nodes=[node("n1"), other])).shifts == []
    fixed = service("web", 2, Constraints=["node.hostname==n1"])
    assert plan(one(fixed, "n1", "n1")).shifts == []


def _why(live: Live) -> str:
    found = plan(live)
    assert found.shifts == []
    return found.skipped[0].skipped if found.skipped else ""


def test_what_is_skewed_and_left_has_its_reason() -> None:
    web, on = service("web", 2), ("n1", "n1")
    assert _why(one({**web, "UpdateStatus": {"State": "paused"}}, *on)) == "its update is not over"
    assert _why(one(web, *on, problems=["web: slot 1 failed"])) == "it is not well"
    assert _why(one(service("web", 3), *on)) == "2 of 3 tasks run"
    spread = service("web", 2, Preferences=[{"Spread": {"SpreadDescriptor": "node.labels.zone"}}])
    assert "placement.preferences" in _why(one(spread, *on))
    keeps = service("web", 2, mounts=[{"Type": "volume", "Source": "data"}])
    assert _why(one(keeps, *on)) == "it writes to data, which stays on its node"
    paused = [node("n1"), node("n2"), node("n3", availability="pause")]
    four = one(service("web", 4), "n1", "n1", "n3", "n3", nodes=paused)
    assert _why(four) == "n3 has tasks of it and takes no new ones"
    moving = copy.deepcopy(web)
    moving["Spec"]["Labels"]["flotilla.surge"] = "{}"
    assert _why(one(moving, *on)) == "a maintenance of nodes moves it"
    agent = service("web", 2)
    agent["Spec"]["Mode"] = {"Global": {}}
    assert _why(one(agent, *on)) == ""


def test_only_and_lines_and_hints() -> None:
    web, api = service("web", 4), service("api", 2)
    live = Live([node("n1"), node("n2")], [web, api], tasks(web, *["n1"] * 4) + tasks(api, "n1", "n1"), [])
    assert lines(plan(live), live) == [
        "Rebalance by 3 moves, one service after the other:",
        "SERVICE  SKEW  THEN  MOVES  FROM    TO",
        "web      4     0     2      n1 (2)  n2 (2)",
        "api      2     0     1      n1      n2",
    ]
    assert [each.name for each in plan(live, ["api"]).shifts] == ["api"]
    assert lines(plan(live, most=1), live)[-1] == "2 more left for later by max_moves."
    assert plan(live, most=1).shifts[0].after == 2
    assert hints(plan(live)) == [
        "n2 runs no task of a replicated service; flotilla.swarm.rebalance spreads them"
    ]
    even = after(live, plan(live))
    assert (lines(plan(even), even), hints(plan(even))) == (["Nothing is skewed."], [])
    begun = {**web, "Spec": marks.raised(web["Spec"], 2)}
    stopped = one(begun, *["n1"] * 4, "n2", "n2")
    assert lines(plan(stopped), stopped) == ["web: an earlier run was stopped, this one finishes it first"]


def test_what_an_earlier_run_has_begun_counts_for_max_moves() -> None:
    web, api = service("web", 2), service("api", 4)
    begun = {**web, "Spec": marks.raised(web["Spec"], 2)}
    running = tasks(begun, "n1", "n1", "n2", "n2") + tasks(api, *["n1"] * 4)
    live = Live([node("n1"), node("n2")], [begun, api], running, [])
    for most, moves, rest in ((None, 4, 0), (3, 3, 1), (2, 2, 2), (0, 2, 2)):
        found = plan(live, most=most)
        assert (found.moves, found.rest) == (moves, rest)


def test_a_large_swarm_is_planned_in_a_moment() -> None:
    nodes = [node(f"n{number}") for number in range(300)]
    services = [service(f"s{number}", 5, Constraints=["node.role==worker"]) for number in range(1000)]
    running = [each for number, raw in enumerate(services) for each in tasks(raw, *[f"n{number % 150}"] * 5)]
    start = time.process_time()
    found = plan(Live(nodes, services, running, []))
    # One second on a machine with nothing beside.
    assert time.process_time() - start < 5
    assert sum(len(each.to) for each in found.shifts) == 4000
