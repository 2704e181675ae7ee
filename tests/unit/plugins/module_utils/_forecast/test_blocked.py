# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._forecast.blocked import (
    Blocked,
    Update,
    blocked,
    may_be_blocked,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._forecast.check import ROLLBACK, check_room
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.services import WEB, planned, service

Raw = dict[str, t.Any]
PORT: Raw = {"publish": [{"target_port": "80", "published_port": "9090", "mode": "host"}]}
MOST: Raw = {"placement": {"replicas_max_per_node": 1}}
START_FIRST: Raw = {"update_config": {"order": "start-first"}}
NEW_IMAGE = {"image": "nginx:2"}
HELD = "port 9090/tcp in mode host is held by the old task"


def node(name: str, **more: t.Any) -> Raw:
    raw = raw_node(name, **more)
    raw["Description"]["Resources"] = {"NanoCPUs": 4 * 10**9, "MemoryBytes": 8 * 1024**3}
    raw["Description"]["Platform"] = {"OS": "linux", "Architecture": "x86_64"}
    return raw


def task(live: Raw, on: str, slot: int = 1, state: str = "running", desired: str = "running") -> Raw:
    ports = (live["Spec"].get("EndpointSpec") or {}).get("Ports") or []
    return {
        "ID": f"{on}-{slot}",
        "ServiceID": live["ID"],
        "NodeID": on,
        "Slot": slot,
        "Spec": copy.deepcopy(live["Spec"]["TaskTemplate"]),
        "DesiredState": desired,
        "Status": {
            "State": state,
            "PortStatus": {"Ports": [p for p in ports if p.get("PublishMode") == "host"]},
        },
    }


def update(before: Raw, after: Raw, **status: t.Any) -> Update:
    """An update of a service that starts new tasks first."""
    live = {**service(WEB, **before), **status}
    plan = planned(WEB, live, **{**START_FIRST, **after})
    return Update("web", live, plan.spec)


def found(
    made: Update, nodes: list[Raw], on: t.Sequence[str], tasks: list[Raw] | None = None
) -> Blocked | None:
    if not may_be_blocked(made):
        return None
    running = [task(made.live, name, slot) for slot, name in enumerate(on, start=1)]
    return blocked(made, nodes, running if tasks is None else tasks)


def is_refused(made: Update, nodes: list[Raw], on: t.Sequence[str]) -> bool | None:
    """Whether an update is refused; ``None`` where it is sent with a warning."""
    answer = found(made, nodes, on)
    return (True if answer.certain else None) if answer else False


N = {name: node(name) for name in ("n1", "n2", "n3")}
ONE, TWO = [N["n1"]], [N["n1"], N["n2"]]


def test_a_port_of_the_only_node_is_held() -> None:
    answer = found(update(PORT, {**PORT, **NEW_IMAGE}), ONE, ["n1"])
    assert answer == Blocked(
        "with update_config.order start-first each new task starts beside the old one, but n1 has no room for both "
        f"({HELD}), and no other node fits",
        certain=True,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Nothing that a node has once.
        ({}, NEW_IMAGE),
        ({"publish": [{"target_port": "80", "published_port": "9090"}]}, NEW_IMAGE),
        # The old tasks go first.
        (PORT, {**PORT, **NEW_IMAGE, "update_config": {"order": "stop-first"}}),
        # No new task is made, or perhaps none.
        (PORT, {**PORT, "labels": {"a": "1"}}),
        (PORT, {**PORT, "replicas": 0}),
        (PORT, {**PORT, "placement": {"constraints": ["node.role == worker"]}}),
        # Another port, another protocol, or one that the node chooses.
        (PORT, {"publish": [{**PORT["publish"][0], "published_port": "9091"}], **NEW_IMAGE}),
        (PORT, {"publish": [{**PORT["publish"][0], "protocol": "udp"}], **NEW_IMAGE}),
        (
            {"publish": [{"target_port": "80", "mode": "host"}]},
            {"publish": [{"target_port": "80", "mode": "host"}], **NEW_IMAGE},
        ),
        # Two fit.
        ({}, {"placement": {"replicas_max_per_node": 2}, **NEW_IMAGE}),
        ({}, {"reservations": {"memory": "4G"}, **NEW_IMAGE}),
        # None fits, with or without the old task: stop-first is no way out.
        ({}, {"reservations": {"memory": "9G"}, **NEW_IMAGE}),
        (PORT, {**PORT, **NEW_IMAGE, "placement": {"constraints": ["node.labels.disk == ssd"]}}),
    ],
)
def test_what_can_converge_is_sent(before: Raw, after: Raw) -> None:
    assert found(update(before, after), ONE, ["n1"]) is None


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (PORT, {**PORT, **NEW_IMAGE}, HELD),
        (MOST, {**MOST, **NEW_IMAGE}, "placement.replicas_max_per_node is 1"),
        ({}, {**MOST, **NEW_IMAGE}, "placement.replicas_max_per_node is 1"),
        (
            {"reservations": {"memory": "5G"}},
            {"reservations": {"memory": "5G"}, **NEW_IMAGE},
            "reservations.memory leaves no room for a second task",
        ),
        (
            {"reservations": {"cpus": 3}},
            {"reservations": {"cpus": 1.5}, **NEW_IMAGE},
            "reservations.cpus leaves no room for a second task",
        ),
        # A new port beside the one that stays.
        (PORT, {"publish": [*PORT["publish"], {"target_port": "81", "published_port": "9091"}]}, HELD),
    ],
)
def test_what_a_node_has_once_is_counted(before: Raw, after: Raw, why: str) -> None:
    answer = found(update(before, after), ONE, ["n1"])
    assert answer is not None
    assert answer.certain
    assert f"({why})" in answer.sentence


def test_generic_resources_are_counted_by_kind() -> None:
    gpu: Raw = {"reservations": {"generic_resources": {"gpu": 1}}}
    made = update(gpu, {**gpu, **NEW_IMAGE})
    one = copy.deepcopy(N["n1"])
    counted = {"DiscreteResourceSpec": {"Kind": "gpu", "Value": 2}}
    named = {"NamedResourceSpec": {"Kind": "gpu", "Value": "a"}}
    for resources, refused in (([named], True), ([named, named], False), ([counted], False)):
        one["Description"]["Resources"]["GenericResources"] = resources
        assert is_refused(made, [one], ["n1"]) is refused


def test_a_free_node_is_enough_and_each_slot_needs_one() -> None:
    made = update({**PORT, "replicas": 2}, {**PORT, **NEW_IMAGE, "replicas": 2})
    assert is_refused(made, list(N.values()), ["n1", "n2"]) is False
    assert is_refused(made, TWO, ["n1", "n2"]) is True
    # Two tasks of which one is not placed are no reason to think that another node is taken.
    assert is_refused(made, TWO, ["n1"]) is False


def test_fewer_replicas_make_room() -> None:
    made = update({**PORT, "replicas": 2}, {**PORT, **NEW_IMAGE, "replicas": 1})
    assert is_refused(made, TWO, ["n1", "n2"]) is False


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        ({"availability": "drain"}, True),
        ({"availability": "pause"}, True),
        ({"state": "down"}, True),
        ({"state": "disconnected"}, True),
        ({"state": "unknown"}, None),
        ({}, False),
    ],
)
def test_a_node_that_takes_no_tasks_is_named(other: Raw, refused: bool | None) -> None:
    made = update(PORT, {**PORT, **NEW_IMAGE})
    nodes = [N["n1"], node("n2", **other)]
    assert is_refused(made, nodes, ["n1"]) is refused
    answer = found(made, nodes, ["n1"])
    if refused:
        assert answer
        assert answer.sentence.endswith(", and n2, which would fit, takes no tasks now")
    elif answer:
        assert answer.sentence.endswith("; whether n2 can run one is not known")


@pytest.mark.parametrize(
    ("constraint", "refused"),
    [
        ("node.labels.disk == ssd", True),
        ("node.labels.disk != ssd", False),
        ("node.hostname == n1", True),
        ("node.id != n2", True),
        ("node.role == worker", False),
        ("node.role == manager", False),
        ("node.platform.os == LINUX", False),
        ("node.platform.arch == aarch64", False),
        ("engine.labels.rack == 1", True),
        ("node.ip == 10.0.0.1", None),
    ],
)
def test_constraints_are_read_as_the_scheduler_reads_them(constraint: str, refused: bool | None) -> None:
    placed = {"placement": {"constraints": [constraint]}}
    made = update({**PORT, **placed}, {**PORT, **placed, **NEW_IMAGE})
    one, other = node("n1", labels={"disk": "ssd"}), node("n2", labels={"disk": "hdd"})
    one["Description"]["Engine"]["Labels"] = {"rack": "1"}
    answer = found(made, [one, other], ["n1"])
    if constraint in ("node.labels.disk != ssd", "node.role == manager", "node.platform.arch == aarch64"):
        # The old task's own node does not fit any longer.
        assert answer is None
    else:
        assert is_refused(made, [one, other], ["n1"]) is refused


@pytest.mark.parametrize(
    ("platforms", "refused"),
    [
        ([{"OS": "linux", "Architecture": "amd64"}], True),
        ([{"OS": "linux", "Architecture": "amd64"}, {"OS": "linux", "Architecture": "arm64"}], False),
        ([{"OS": "linux"}], False),
        ([], False),
    ],
)
def test_a_node_of_another_platform_is_not_free(platforms: list[Raw], refused: bool) -> None:
    made = update(PORT, {**PORT, **NEW_IMAGE})
    made.after["TaskTemplate"]["Placement"] = {"Platforms": platforms}
    other = node("n2")
    other["Description"]["Platform"]["Architecture"] = "aarch64"
    assert is_refused(made, [N["n1"], other], ["n1"]) is refused
    del other["Description"]["Platform"]
    if platforms:
        assert is_refused(made, [N["n1"], other], ["n1"]) is None


def test_a_global_service_has_no_other_node() -> None:
    everywhere: Raw = {**PORT, "mode": "global"}
    made = update(everywhere, {**everywhere, **NEW_IMAGE})
    assert is_refused(made, list(N.values()), ["n1", "n2"]) is True
    answer = found(made, list(N.values()), ["n1", "n2"])
    assert answer
    assert answer.sentence.endswith(f"n1, n2 have no room for both ({HELD})")
    assert is_refused(made, [node("n1", state="unknown")], ["n1"]) is None
    assert is_refused(made, [node("n1", availability="drain")], ["n1"]) is False
    assert is_refused(made, list(N.values()), []) is False


@pytest.mark.parametrize(
    ("state", "desired"), [("running", "shutdown"), ("failed", "running"), ("pending", "running")]
)
def test_a_task_that_ends_or_has_no_node_holds_nothing(state: str, desired: str) -> None:
    made = update(PORT, {**PORT, **NEW_IMAGE})
    assert found(made, ONE, [], [task(made.live, "n1", state=state, desired=desired)]) is None
    assert found(made, ONE, [], [{**task(made.live, "n1"), "NodeID": ""}]) is None


def test_going_back_to_what_runs_is_a_way_out_of_a_stuck_update() -> None:
    """The service is at the second image, its tasks are at the first one."""
    first, second = service(WEB, **PORT, **START_FIRST), service(WEB, **PORT, **START_FIRST, **NEW_IMAGE)
    second["UpdateStatus"] = {"State": "updating"}
    old = task(first, "n1")
    waiting = {**task(second, "", state="pending"), "NodeID": ""}
    for image, refused in (("nginx:1", False), ("nginx:3", True)):
        plan = planned(WEB, second, **PORT, **START_FIRST, image=image)
        answer = found(Update("web", second, plan.spec), ONE, [], [old, waiting])
        assert bool(answer and answer.certain) is refused
    # In other words of the Engine, it is the same task.
    old["Spec"] = {**old["Spec"], "Resources": {}, "Networks": None, "ForceUpdate": 0}
    plan = planned(WEB, second, **PORT, **START_FIRST)
    assert found(Update("web", second, plan.spec), ONE, [], [old, waiting]) is None


def test_nothing_is_read_where_the_specs_tell_it() -> None:
    harmless = [update({}, NEW_IMAGE), update(PORT, {**PORT, "labels": {"a": "1"}})]
    assert check_room(FakeEngine(), harmless) == []
    assert check_room(FakeEngine(), []) == []


def test_all_that_is_certain_is_refused_in_one_message() -> None:
    made = update(PORT, {**PORT, **NEW_IMAGE})
    other = Update("api", {**made.live, "ID": "id2"}, made.after)
    free = Update("free", {**made.live, "ID": "id3"}, made.after)
    tasks = [task(one.live, "n1") for one in (made, other)]
    client = FakeEngine({"GET /nodes": ONE, "GET /tasks": tasks})
    with pytest.raises(Refused) as refused:
        check_room(client, [made, other, free])
    assert str(refused.value).count("the update would never converge") == 2
    assert str(refused.value).endswith("Declare update_config: {order: stop-first}. Nothing was sent.")
    assert [request for request, _body, _query in client.requests] == ["GET /nodes", "GET /tasks"]
    assert client.requests[1][2] == {"filters": {"service": ["id1", "id2", "id3"]}}


def test_what_is_not_certain_is_warned_of() -> None:
    made = update(PORT, {**PORT, **NEW_IMAGE})
    client = FakeEngine(
        {"GET /nodes": [*ONE, node("n2", state="unknown")], "GET /tasks": [task(made.live, "n1")]}
    )
    [warning] = check_room(client, [made])
    assert warning.startswith("web: the update may never converge: with update_config.order start-first")
    assert warning.endswith(
        "; whether n2 can run one is not known. If it does not, declare update_config: {order: stop-first}."
    )


def test_a_rollback_has_an_order_and_a_way_out_of_its_own() -> None:
    back: Raw = {**PORT, "rollback_config": {"order": "start-first"}}
    live = {**service(WEB, **PORT, **NEW_IMAGE), "PreviousSpec": service(WEB, **back)["Spec"]}
    client = FakeEngine({"GET /nodes": ONE, "GET /tasks": [task(live, "n1")]})
    rollback = Update("web", live, live["PreviousSpec"], ROLLBACK)
    assert not may_be_blocked(rollback._replace(state="updating"))
    with pytest.raises(Refused) as refused:
        check_room(client, [rollback])
    assert str(refused.value) == (
        "web: the rollback would never converge: with rollback_config.order start-first each new task starts beside the old one, "
        f"but n1 has no room for both ({HELD}), and no other node fits. Declare the service as it was, with "
        "update_config: {order: stop-first}. Nothing was sent."
    )
