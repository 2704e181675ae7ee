# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import (
    Member,
    advertised,
    data_path,
    is_address,
)
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import member, node, swarm_info

TWO = [
    {"interface": "eth0", "address": "10.0.0.11", "prefix": 24, "family": "inet"},
    {"interface": "eth1", "address": "192.168.7.11", "prefix": 24, "family": "inet"},
]


def host(state: str = "inactive", node_id: str | None = None, **variables: t.Any) -> Member:
    return member("m1", "manager", swarm_info(state, node_id), info={"addresses": TWO}, **variables)


def test_the_address_is_ansible_host_where_that_is_the_hosts_own() -> None:
    one = host()
    one.ansible_host = "192.168.7.11"
    assert advertised(one) == "192.168.7.11"
    one.ansible_host = "jump.example.org"
    assert advertised(one) == "10.0.0.11", "else that of the default route"


@pytest.mark.parametrize("wanted", ["192.168.7.11", "eth1"])
def test_an_address_or_an_interface_can_be_chosen(wanted: str) -> None:
    assert advertised(host(swarm_quorum_address=wanted)) == "192.168.7.11"
    assert data_path(host(swarm_quorum_data_path_address=wanted)) == "192.168.7.11"


@pytest.mark.parametrize(
    ("variable", "read"),
    [("swarm_quorum_address", advertised), ("swarm_quorum_data_path_address", data_path)],
)
def test_an_address_that_is_not_the_hosts_is_refused_with_those_it_has(
    variable: str, read: t.Callable[[Member], str | None]
) -> None:
    with pytest.raises(Refused) as refused:
        read(host(**{variable: "10.0.0.99"}))
    assert str(refused.value) == (
        f"{variable} of m1 is 10.0.0.99, which is not an address of this host (it has 10.0.0.11 on eth0, 192.168.7.11 on "
        "eth1)."
    )


def test_a_member_keeps_its_address_but_not_a_wrong_wish() -> None:
    assert advertised(host("worker", "id", swarm_quorum_address="eth1")) == "10.0.0.11"
    assert advertised(host("pending", "id", swarm_quorum_address="eth1")) == "10.0.0.11"
    with pytest.raises(Refused):
        advertised(host("worker", "id", swarm_quorum_address="10.0.0.99"))


def test_a_member_that_does_not_say_its_address_gets_one_as_any_host() -> None:
    silent = host("error", "id")
    silent.swarm["address"] = None
    assert advertised(silent) == "10.0.0.11"
    outside = host("inactive")
    outside.swarm["address"] = "10.9.9.9"
    assert advertised(outside) == "10.0.0.11", "what is left of an earlier membership does not count"


def test_a_host_without_a_default_route_needs_a_declared_address() -> None:
    one = host()
    assert one.host
    one.ansible_host = "elsewhere"
    one.host["default_address"] = None
    with pytest.raises(Refused) as refused:
        advertised(one)
    assert str(refused.value) == (
        "m1 has no default route, so its address is unknown: set swarm_quorum_address for this host."
    )


def test_a_host_that_was_not_reached_is_known_by_what_the_inventory_says() -> None:
    assert advertised(member("m1")) == "10.0.0.11"
    assert advertised(member("m1", swarm_quorum_address="10.0.0.77")) == "10.0.0.77"
    nameless = member("m1", swarm_quorum_address="eth1")
    nameless.ansible_host = "m1.example.org"
    assert advertised(nameless) is None
    assert data_path(member("m1", swarm_quorum_data_path_address="eth1")) is None
    assert data_path(member("m1", swarm_quorum_data_path_address="10.1.0.1")) == "10.1.0.1"
    assert data_path(member("m1")) is None
    assert data_path(host()) is None


def test_a_node_is_known_by_its_id_and_by_nothing_else_where_the_host_says_the_id() -> None:
    one = host("worker", "own")
    assert one.is_node(node("own", "renamed", address="10.9.9.9"))
    assert not one.is_node(node("other", "m1", address="10.0.0.11"))


def test_the_node_of_a_host_that_was_not_reached_is_known_by_address_or_name() -> None:
    missing = member("m1")
    assert missing.is_node(node("x", "other", address="10.0.0.11"))
    assert missing.is_node(node("x", "m1", address="10.9.9.9"))
    assert not missing.is_node(node("x", "m2", address="10.9.9.9"))
    assert not missing.was_node(node("x", "m1", address="10.0.0.11"))


@pytest.mark.parametrize("state", ["locked", "unknown"])
def test_a_silent_engines_node_is_known_by_address_and_name(state: str) -> None:
    silent = host(state)
    assert silent.is_silent
    assert silent.is_node(node("x", "m1", address="10.0.0.11"))
    assert not silent.is_node(node("x", "m1", address="10.9.9.9"))
    assert not silent.was_node(node("x", "m1", address="10.0.0.11"))


def test_only_a_stopped_engine_is_silent_not_an_absent_one() -> None:
    absent = host("no_engine")
    stopped = host("no_engine")
    assert stopped.host
    stopped.host["engine"]["state"] = "stopped"
    assert (absent.is_silent, stopped.is_silent) == (False, True)
    assert absent.was_node(node("x", "m1", address="10.0.0.11"))


def test_an_old_entry_has_the_hosts_name_and_address_and_another_id() -> None:
    one = host("worker", "own")
    assert one.was_node(node("old", "m1", address="192.168.7.11"))
    assert not one.was_node(node("own", "m1", address="10.0.0.11"))
    assert not one.was_node(node("old", "m2", address="10.0.0.11"))
    assert not one.was_node(node("old", "m1", address="10.9.9.9"))


@pytest.mark.parametrize(
    ("state", "node_id", "is_member"),
    [
        ("worker", "x", True),
        ("manager", "x", True),
        ("no_quorum", "x", True),
        ("locked", None, True),
        ("error", "x", True),
        ("pending", "x", True),
        ("pending", None, False),
        ("inactive", None, False),
        ("no_engine", None, False),
        ("unknown", None, False),
    ],
)
def test_which_states_are_those_of_a_member(state: str, node_id: str | None, is_member: bool) -> None:
    assert host(state, node_id).is_member is is_member


def test_a_host_that_was_not_reached_has_no_state_of_a_swarm() -> None:
    assert (member("m1").state, member("m1").swarm, member("m1").is_member) == ("not_reached", {}, False)


def test_addresses_are_kept_apart_from_names() -> None:
    assert [is_address(text) for text in ("10.0.0.1", "fd00::1", "m1", "", "10.0.0")] == [
        True,
        True,
        False,
        False,
        False,
    ]
