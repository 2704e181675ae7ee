# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be told of a rollout before it begins, on real Engines: an update that cannot converge, a wait that is too short."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, call
from ansible_collections.flotilla.swarm.tests.integration.services.swarm import ENGINES, Swarm

Raw = dict[str, t.Any]
START_FIRST = {"update_config": {"order": "start-first", "monitor": "1s"}}
STOP_FIRST = {"update_config": {"order": "stop-first", "monitor": "1s"}}
CHECKED = {"test": ["CMD", "true"]}


def edge(swarm: Swarm, version: int, node: str, **more: t.Any) -> Raw:
    """A service with a port of its node, which one node fits."""
    return {
        "name": "edge",
        "image": f"{swarm.image}:{version}",
        "placement": {"constraints": [f"node.hostname == {node}"]},
        "publish": [{"target_port": 80, "published_port": 9090, "mode": "host"}],
        "stop_grace_period": "1s",
        **START_FIRST,
        **more,
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_an_update_that_cannot_converge_is_refused_and_the_way_out_is_taken(
    swarm: Swarm, engine: str
) -> None:
    host = ENGINES[engine]
    made = swarm.one(host, **edge(swarm, 1, host))
    assert not made["failed"], made["msg"]
    writes, before = swarm.writes(), swarm.tasks("edge")
    for result in (
        *swarm.deploy(edge(swarm, 2, host), host=host, check=True),
        *swarm.deploy(edge(swarm, 2, host), host=host),
    ):
        assert result["msg"] == (
            "edge: the update would never converge: with update_config.order start-first each new task starts beside the old "
            f"one, but {host} has no room for both (port 9090/tcp in mode host is held by the old task), and no other node fits. "
            "Declare update_config: {order: stop-first}. Nothing was sent."
        )
    assert (writes.seen(), swarm.tasks("edge")) == ([], before)
    labelled, moved, updated = swarm.deploy(
        edge(swarm, 1, host, labels={"a": "1"}),
        edge(swarm, 2, host, placement={"constraints": ["node.hostname == w1"]}),
        edge(swarm, 1, "w1", **STOP_FIRST),
        host=host,
    )
    assert [one["failed"] for one in (labelled, moved, updated)] == [False] * 3, (labelled, moved, updated)


def test_what_is_held_once_is_counted_and_a_free_node_is_enough(swarm: Swarm) -> None:
    """A global service has no other node; limits and reservations are exclusive too; three of four nodes leave one free."""
    nodes = {"constraints": ["node.role == manager"]}
    cases: dict[str, Raw] = {
        "port": {"publish": [{"target_port": 80, "published_port": 9091, "mode": "host"}], "mode": "global"},
        "most": {"replicas": 3, "placement": {**nodes, "replicas_max_per_node": 1}},
        "memory": {"replicas": 3, "placement": nodes, "reservations": {"memory": memory(swarm)}},
        "free": {"replicas": 3, "placement": {"replicas_max_per_node": 1}},
    }
    beside = {"stop_grace_period": "1s", **START_FIRST}
    made = swarm.one(
        services=[{"name": name, "image": f"{swarm.image}:1", **beside, **one} for name, one in cases.items()]
    )
    assert not made["failed"], made["msg"]
    again = [{"name": name, "image": f"{swarm.image}:2", **beside, **one} for name, one in cases.items()]
    refused = swarm.one(services=again)["msg"]
    for words in (
        "port: the update would never converge",
        "m1, m2, m3 and 1 more have no room for both (port 9091/tcp in mode host is held by the old task)",
        "m1, m2, m3 have no room for both (placement.replicas_max_per_node is 1), and no other node fits",
        "m1, m2, m3 have no room for both (reservations.memory leaves no room for a second task), and no other",
    ):
        assert words in refused
    assert "free:" not in refused
    [done] = swarm.deploy(again[-1])
    assert (done["failed"], done["changes"]) == (False, ["image"]), done


def memory(swarm: Swarm) -> int:
    """More than half of what a node has, in bytes."""
    return int(swarm.sh("docker node inspect m1 -f '{{.Description.Resources.MemoryBytes}}'")) * 6 // 10


@pytest.mark.parametrize("engine", ENGINES)
def test_a_stuck_update_names_the_way_out_and_goes_on_with_it(swarm: Swarm, engine: str) -> None:
    """Another client began it; what was running is kept until then, and declaring that again is a way out too."""
    host = ENGINES[engine]
    assert not swarm.one(host, **edge(swarm, 1, host))["failed"]
    before = swarm.tasks("edge")
    swarm.sh(f"docker service update -d -q --image {swarm.image}:2 edge", host)
    stuck = swarm.one(host, **edge(swarm, 2, host))
    assert "slot 1 cannot be placed: no suitable node (" in stuck["msg"]
    assert stuck["msg"].endswith(
        "since update_config.order is start-first: declare update_config: {order: stop-first}, and it goes on."
    )
    assert swarm.tasks("edge") == before
    if engine == "20.10":
        back = swarm.one(host, **edge(swarm, 1, host))
        assert (back["failed"], swarm.tasks("edge")) == (False, before), back["msg"]
        return
    healed = swarm.one(host, **edge(swarm, 2, host, **STOP_FIRST))
    assert (healed["failed"], healed["changes"]) == (False, ["update_config.order"]), healed
    assert swarm.service("edge")["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"].startswith(
        f"{swarm.image}:2"
    )
    assert swarm.tasks("edge") != before


def test_a_stack_is_refused_and_healed_in_the_same_way(swarm: Swarm) -> None:
    def stack(version: int, order: str) -> Raw:
        port = {"target": 80, "published": 9092, "mode": "host"}
        deploy = {
            "update_config": {"order": order, "monitor": "1s"},
            "placement": {"constraints": ["node.hostname == m2"]},
        }
        service = {"image": f"{swarm.image}:{version}", "ports": [port], "deploy": deploy}
        return {"name": "shop", "compose": [{"services": {"edge": {**service, "stop_grace_period": "1s"}}}]}

    made, checked, refused, healed = swarm.stage.run(
        call("m2", "swarm_stack", **stack(1, "start-first")),
        call("m2", "swarm_stack", True, **stack(2, "start-first")),
        call("m2", "swarm_stack", **stack(2, "start-first")),
        call("m2", "swarm_stack", **stack(2, "stop-first")),
    )
    assert not made["failed"], made["msg"]
    for result in (checked, refused):
        assert result["msg"].startswith("shop_edge: the update would never converge: ")
        assert result["msg"].endswith("Declare update_config: {order: stop-first}. Nothing was sent.")
    assert not healed["failed"], healed["msg"]


def test_a_new_version_of_a_secret_and_a_rollback_are_refused_in_the_same_way(swarm: Swarm) -> None:
    """Nothing was made by then; the way out is taken for the rollback."""
    uses = {"secrets": [{"secret_name": "edge_key", "filename": "key"}]}
    back = {"rollback_config": {"order": "start-first", "monitor": "1s"}}

    def secret(data: str) -> Call:
        return call("m1", "swarm_secret", name="edge_key", data=data)

    def service(version: int, **more: t.Any) -> Call:
        return swarm.call("m1", **edge(swarm, version, "m1", **uses, **back, **more))

    try:
        first, made, rotated, updated, rolled_back, as_before = swarm.stage.run(
            secret("one"),
            service(1),
            secret("two"),
            service(2, **STOP_FIRST),
            swarm.call("m1", name="edge", state="rolled_back"),
            service(1, **STOP_FIRST),
        )
        assert not any(one["failed"] for one in (first, made, updated, as_before)), (made, updated, as_before)
        assert rotated["msg"].startswith(
            "edge: the update would never converge: with update_config.order start-first"
        )
        assert "edge_key_v2" not in swarm.sh("docker secret ls --format '{{.Name}}'")
        assert rolled_back["msg"].startswith(
            "edge: the rollback would never converge: with rollback_config.order"
        )
        assert "Declare the service as it was, with update_config: {order: stop-first}." in rolled_back["msg"]
    finally:
        swarm.clear()
        swarm.sh("docker secret rm edge_key", check=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_wait_that_is_too_short_is_warned_of_and_named_in_the_verdict(swarm: Swarm, engine: str) -> None:
    host = ENGINES[engine]
    slow = {
        "name": "slow",
        "image": f"{swarm.image}:1",
        "healthcheck": {**CHECKED, "interval": "14s"},
        "placement": {"constraints": [f"node.hostname == {host}"]},
        "update_config": {"monitor": "2s"},
        "wait_timeout": 3,
    }
    least = (
        "takes at least 16 s as it is declared: 14s until the first health check (healthcheck.interval), then 2s of watching "
        "(update_config.monitor); set wait_timeout to more than 16."
    )
    begun = time.monotonic()
    checked, late = swarm.deploy(slow, host=host, check=True) + swarm.deploy(slow, host=host)
    for result in (checked, late):
        assert result["warnings"] == [f"slow: wait_timeout is 3 s. slow {least}"]
    assert f"slot 1 on {host}: starting, first health check 14s after its start. slow takes" in late["msg"]
    assert late["msg"].endswith(least)
    enough = swarm.one(host, **{**slow, "wait_timeout": 60})
    assert (enough["failed"], enough["changed"], enough["warnings"]) == (False, False, []), enough["msg"]
    assert time.monotonic() - begun > 14


def test_the_least_time_is_a_lower_bound(swarm: Swarm) -> None:
    """Creation, update in batches, start interval and more replicas: none is over sooner than was counted."""
    base = {"name": "paced", "image": f"{swarm.image}:1", "replicas": 2, "stop_grace_period": "1s"}
    rolling = {"parallelism": 1, "delay": "2s", "monitor": "1s"}
    health = {**CHECKED, "interval": "3s"}
    cases: list[tuple[float, Raw]] = [
        (4, {"healthcheck": health}),
        (11, {"healthcheck": health, "env": {"A": "1"}}),
        (4, {"healthcheck": health, "env": {"A": "1"}, "replicas": 3}),
        (7, {"healthcheck": {**health, "interval": "60s", "start_period": "9s", "start_interval": "1s"}}),
    ]
    for least, more in cases:
        options = {**base, "update_config": rolling, **more}
        if "start_interval" in str(more):
            # An older Engine keeps to the interval.
            options["placement"] = {"constraints": ["node.hostname == w1"]}
        [warned] = swarm.deploy({**options, "wait_timeout": int(least)}, host="m2", check=True)
        assert f"takes at least {least:g} s" in str(warned["warnings"]), warned
        begun = time.monotonic()
        done = swarm.one("m2", **options)
        assert not done["failed"], done["msg"]
        assert least <= time.monotonic() - begun < least + 25, more
