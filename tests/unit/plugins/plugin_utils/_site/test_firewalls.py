# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import build
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import member
from ansible_collections.flotilla.swarm.tests.unit.support.sites import FIVE, formed, fresh, raw, refusal


def firewall(backend: str = "nftables", **more: t.Any) -> dict[str, t.Any]:
    """A firewall without a rule of ours."""
    nothing: dict[str, t.Any] = {"openings": [], "guarded": []}
    return {
        "backend": backend,
        **nothing,
        "partial": nothing,
        "persistent": True,
        "installed": ["nftables"],
        "leftover": [],
        "note": None,
        **more,
    }


def behind(members: list[Member], **more: t.Any) -> list[Member]:
    """The same hosts, each with a firewall of its own."""
    for one in members:
        if one.host:
            one.host["firewall"] = firewall(**more)
    return members


def test_a_firewall_that_cannot_be_read_is_refused() -> None:
    members = fresh(["m1"])
    members[0].host["firewall"] = {"backend": "unknown", "note": "nft: no such program."}  # type: ignore[index]
    assert refusal(members) == "m1: nft: no such program."


def test_the_ports_of_every_host_are_opened_to_the_members_first() -> None:
    plan = build(
        behind(fresh(("m1", "w1"), swarm_quorum_listen_port=4000, swarm_quorum_data_path_port=4790)), False
    )
    assert plan.hosts["m1"]["firewall"] == {
        "members": ["10.0.0.101", "10.0.0.11"],
        "manager": True,
        "listen_port": 4000,
        "data_path_port": 4790,
        "encrypted_overlays": False,
        "backend": "auto",
        "keep": False,
    }
    assert plan.hosts["w1"]["firewall"]["manager"] is False
    assert [line for line in plan.lines if line.startswith("w1: firewall")] == [
        "w1: firewall (nftables): open tcp 7946 for 10.0.0.101, 10.0.0.11",
        "w1: firewall (nftables): open udp 4790 for 10.0.0.101, 10.0.0.11",
        "w1: firewall (nftables): open udp 7946 for 10.0.0.101, 10.0.0.11",
    ]


def test_other_addresses_may_be_members_too() -> None:
    members = behind(fresh(["m1"], swarm_firewall_extra_members=["10.9.0.1"]))
    members[0].variables["swarm_quorum_data_path_address"] = "10.0.0.11"
    assert build(members, False).hosts["m1"]["firewall"]["members"] == ["10.0.0.11", "10.9.0.1"]


def test_while_an_address_is_unknown_no_host_loses_its_access() -> None:
    missing = member("w2")
    missing.ansible_host = "w2.example.org"
    plan = build(behind([*fresh(["m1"]), missing]), False)
    assert plan.hosts["m1"]["firewall"]["keep"] is True


def test_a_manager_keeps_its_port_until_it_is_demoted() -> None:
    plan = build(behind(formed([*FIVE[:3], raw("w1", role="manager"), FIVE[4]])), False)
    assert list(plan.membership.demote) == ["w1"]
    assert "firewall_after" not in plan.hosts["m1"]
    before, after = plan.hosts["w1"]["firewall"], plan.hosts["w1"]["firewall_after"]
    assert after == {**before, "manager": False}


def test_the_program_of_a_declared_backend_is_installed_where_it_is_missing() -> None:
    bare = {"backend": "none", "installed": []}
    members = behind(fresh(("m1", "w1"), swarm_firewall_backend="nftables"), **bare)
    members[1].host["firewall"]["installed"] = ["nftables"]  # type: ignore[index]
    plan = build(members, False)
    assert plan.hosts["m1"]["firewall_package"] == "nftables"
    assert "firewall" in plan.hosts["w1"]
    assert "firewall_package" not in plan.hosts["w1"]


def test_a_host_without_a_firewall_gets_none_and_its_note_is_a_warning() -> None:
    members = behind(fresh(["m1"]), backend="none", note="Nothing filters here.")
    plan = build(members, False)
    assert "firewall" not in plan.hosts["m1"]
    assert plan.warnings == ["m1: Nothing filters here."]


def test_a_backend_that_the_host_does_not_have_is_refused_with_the_host() -> None:
    members = behind(fresh(["m1"], swarm_firewall_backend="ufw"))
    assert refusal(members).startswith("m1: backend: ufw was chosen, but nftables filters on this host")


def test_ports_that_are_open_to_the_members_are_closed_to_all_others() -> None:
    members = behind(fresh(["w1", "m1"]))
    openings = [
        f"{address} {port}"
        for address in ("10.0.0.101", "10.0.0.11")
        for port in ("tcp 7946", "udp 4789", "udp 7946")
    ]
    members[0].host["firewall"].update(openings=sorted(openings))  # type: ignore[index]
    lines = build(members, False).lines
    assert "w1: firewall (nftables): close the swarm's ports to all other addresses" in lines
