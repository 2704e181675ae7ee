# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes as hosts of an inventory."""

from __future__ import annotations

import typing as t

import hypothesis.strategies as st
from ansible_collections.flotilla.swarm.plugins.plugin_utils._inventory.hosts import InventoryHost, Uri, hosts
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from hypothesis import given

NAMES = ("hostname", "id")


def one(**more: t.Any) -> InventoryHost:
    """The host of a node."""
    [host] = hosts([raw_node("i1", "m1", **more)], NAMES)
    return host


def test_a_node_is_in_the_groups_of_all_that_it_is() -> None:
    assert one(
        role="manager", leader=True, labels={"zone": "a", "ssd": "", "flotilla.declared": "[]"}
    ).groups == [
        "swarm",
        "swarm_managers",
        "manager",
        "leader",
        "swarm_availability_active",
        "swarm_status_ready",
        "swarm_engine_26.1.5",
        "swarm_label_ssd",
        "swarm_label_zone_a",
    ]
    assert {"swarm_workers", "worker", "nonleaders", "swarm_availability_drain"} <= set(
        one(availability="drain").groups
    )


def test_variables_are_what_a_user_needs_and_what_the_engine_says() -> None:
    raw = raw_node("i1", "m1", address="10.0.0.9", labels={"a": "1", "flotilla.declared": "[]"})
    [host] = hosts([raw], NAMES, verbose=True, uri=Uri(2376))
    assert host.variables["ansible_host"] == "10.0.0.9"
    assert host.variables["ansible_host_uri"] == "tcp://10.0.0.9:2376"
    assert host.variables["swarm_node"]["labels"] == {"a": "1"}
    assert host.variables["docker_swarm_node_attributes"] == raw
    [short] = hosts([raw], NAMES, verbose=False)
    assert set(short.variables) == {"ansible_host", "swarm_node"}
    assert Uri(2375).of("fd00::1") == "tcp://[fd00::1]:2375"


def test_a_leader_that_does_not_know_its_own_address_has_the_one_of_its_part_in_the_quorum() -> None:
    raw = raw_node("i1", "m1", "manager", address="0.0.0.0", leader=True)
    raw["ManagerStatus"]["Addr"] = "10.0.0.1:2377"
    assert hosts([raw], NAMES)[0].variables["ansible_host"] == "10.0.0.1"


def test_the_old_entry_of_a_host_that_joined_again_is_no_host() -> None:
    now, before = raw_node("i2", "w1"), raw_node("i1", "w1", state="down")
    assert [host.raw["ID"] for host in hosts([before, now], NAMES)] == ["i2"]
    # A host that is down, and has no other entry, is one.
    assert [host.name for host in hosts([before], NAMES)] == ["w1"]


_node = st.tuples(
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["10.0.0.1", "10.0.0.2", ""]),
    st.sampled_from(["ready", "down"]),
)


@given(st.lists(_node, max_size=8), st.lists(st.sampled_from(["hostname", "address", "id"]), max_size=3))
def test_every_host_has_a_name_of_its_own(seen: list[tuple[str, str, str]], names: list[str]) -> None:
    raws = [
        raw_node(f"i{number}", name, address=address, state=state)
        for number, (name, address, state) in enumerate(seen)
    ]
    found = hosts(raws, names)
    assert all(host.name for host in found)
    assert len({host.name for host in found}) == len(found)
    living = [raw["ID"] for raw in raws if raw["Status"]["State"] == "ready"]
    assert set(living) <= {host.raw["ID"] for host in found}
