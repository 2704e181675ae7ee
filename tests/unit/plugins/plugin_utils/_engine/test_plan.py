# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._engine.plan import STEPS
from ansible_collections.flotilla.swarm.tests.unit.support.engines import (
    ABSENT,
    ARCH,
    BOOKWORM,
    MANAGER,
    ROCKY,
    engine,
    plan,
    refusal,
)
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import node


@pytest.mark.parametrize("state", ["inactive", "worker", "manager"])
@pytest.mark.parametrize("version", ["20.10.0", "20.10.24+dfsg1", "26.1.5+dfsg1", "29.0.0"])
def test_an_engine_that_is_recent_enough_is_left_alone_wherever_it_came_from(
    state: str, version: str
) -> None:
    found = plan({"source": "docker"}, engine(version=version, package=None), ARCH, {"state": state})
    assert (found["refusals"], found["warnings"], found["changes"]) == ([], [], [])


def test_a_stopped_engine_is_started() -> None:
    found = plan(live=engine("stopped", None), swarm={"state": "no_engine"})
    assert found["changes"] == ["start the engine"]
    assert found["tasks"]["start"] is True


# Refusals of the whole host


def test_unusable_engines_are_refused() -> None:
    assert "does not answer (timed out)" in refusal({}, engine("unreachable", error="timed out"))
    assert "repair it on the host first" in refusal({}, engine("unreachable", error="timed out"))


def test_the_argument_spec_refuses_values_that_are_no_choice() -> None:
    assert refusal({"source": "snap"}, ABSENT) == (
        "m1: value of swarm_engine_source must be one of: distribution, docker, got: snap."
    )
    assert "'swarm_engine_hold' is of type" in refusal({"hold": "perhaps"}, ABSENT)


def test_a_variable_without_a_value_is_not_declared() -> None:
    assert plan({"version": None, "source": None, "hold": None}, ABSENT) == plan({}, ABSENT)


# The data root holds the node's identity


def test_a_node_keeps_its_data_root() -> None:
    assert "would have left its swarm" in refusal({"data_root": "/srv/docker"}, swarm=MANAGER)
    assert "it is unknown whether its data root holds a node" in refusal(
        {"data_root": "/srv"}, engine("stopped", None), swarm={"state": "no_engine"}
    )


def test_a_host_outside_of_a_swarm_may_move_with_a_warning_of_what_stays() -> None:
    found = plan({"data_root": "/srv/docker/"})
    assert found["changes"][0] == "daemon: data-root /var/lib/docker → /srv/docker"
    assert found["warnings"] == [
        "images, volumes and containers stay in the old data root and are not moved."
    ]
    assert plan({"data_root": "/srv/docker"}, ABSENT)["warnings"] == []


# Restarts and the quorum


def quorum(managers: int, reachable: int) -> dict[str, t.Any]:
    return {"state": "manager", "quorum": {"managers": managers, "reachable": reachable}}


def test_nodes_of_a_swarm_restart_one_at_a_time_and_come_back_as_what_they_were() -> None:
    found = plan({"mtu": 1400}, swarm=MANAGER)
    assert found["changes"][-1] == "restart the engine, one node at a time"
    assert (found["tasks"]["in_swarm"], found["tasks"]["state"], found["tasks"]["reachable"]) == (
        True,
        "manager",
        3,
    )
    assert found["warnings"] == []


def test_workers_restart_before_managers_and_the_leader_last() -> None:
    def turn(state: str, own_id: str) -> int:
        nodes = [node(name, role="manager", leader=name == "m1") for name in ("m1", "m2")]
        swarm = {**MANAGER, "state": state, "node_id": own_id, "nodes": nodes if state == "manager" else []}
        return t.cast(int, plan({"mtu": 1400}, swarm=swarm)["tasks"]["turn"])

    assert [turn("worker", "w1"), turn("manager", "m2"), turn("manager", "m1")] == [0, 1, 2]


@pytest.mark.parametrize(("managers", "few"), [(1, "one manager"), (2, "two managers")])
def test_a_restart_that_cannot_keep_the_quorum_is_warned_of(managers: int, few: str) -> None:
    found = plan({"mtu": 1400}, swarm=quorum(managers, managers))
    assert found["warnings"] == [
        f"the swarm has {few} and no quorum while this engine restarts; its services keep running."
    ]
    assert found["tasks"]["restart"] is True


@pytest.mark.parametrize(("managers", "reachable"), [(3, 2), (5, 3)])
def test_a_restart_that_would_cost_the_quorum_is_refused(managers: int, reachable: int) -> None:
    sentence = refusal({"mtu": 1400}, swarm=quorum(managers, reachable))
    assert f"with {reachable} of {managers} managers reachable" in sentence
    assert plan({"mtu": 1400}, swarm=quorum(managers, reachable))["tasks"]["options"] is False


def test_a_locking_swarm_is_not_restarted() -> None:
    swarm = {**MANAGER, "settings": {"autolock_managers": True}}
    assert "autolock" in refusal({"mtu": 1400}, swarm=swarm)
    assert plan({"insecure_registries": ["r:5000"]}, swarm=swarm)["refusals"] == []


@pytest.mark.parametrize(
    ("declared", "live", "system", "swarm", "steps"),
    [
        ({}, ABSENT, BOOKWORM, {}, ["install_debian", "start"]),
        (
            {"source": "docker", "version": "26.1", "daemon": {"mtu": 1400}},
            ABSENT,
            BOOKWORM,
            {},
            [
                *("options", "repository_debian", "version_debian", "install_debian"),
                *("hold_debian", "start"),
            ],
        ),
        (
            {"source": "docker", "version": "26.1"},
            ABSENT,
            ROCKY,
            {},
            ["install_redhat", "hold_redhat", "start"],
        ),
        ({"hold": True}, engine(), BOOKWORM, {}, ["hold_debian"]),
        ({}, engine("stopped", None), BOOKWORM, {"state": "no_engine"}, ["start"]),
        ({"daemon": {"debug": True}}, engine(), BOOKWORM, {}, ["options", "start"]),
        ({"daemon": {"mtu": 1400}}, engine(), BOOKWORM, {}, ["options", "reset_count", "start"]),
        ({"daemon": {"mtu": 1400}}, engine(), BOOKWORM, MANAGER, ["restart_in_turn"]),
        ({}, engine(), BOOKWORM, {}, []),
    ],
)
def test_the_role_gets_the_steps_that_a_host_needs_in_their_order(
    declared: dict[str, t.Any],
    live: dict[str, t.Any],
    system: dict[str, t.Any],
    swarm: dict[str, t.Any],
    steps: list[str],
) -> None:
    found = plan(declared, live, system, swarm)["tasks"]["steps"]
    assert found == steps == [step for step in STEPS if step in found]
