# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import build
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import manager_info, member, swarm_info
from ansible_collections.flotilla.swarm.tests.unit.support.sites import FIVE, formed, fresh, raw, refusal


def test_variables_of_a_new_swarm_reach_its_arguments() -> None:
    plan = build(
        fresh(
            swarm_quorum_listen_port=4000,
            swarm_quorum_data_path_port=4790,
            swarm_quorum_address_pools=["10.20.0.0/16"],
            swarm_quorum_subnet_size=26,
            swarm_quorum_availability="drain",
            swarm_quorum_data_path_address="eth0",
            swarm_quorum_settings={"task_history_retention_limit": "3"},
        ),
        False,
    )
    assert plan.settings == {
        "task_history_retention_limit": 3,
        "data_path_port": 4790,
        "default_addr_pool": ["10.20.0.0/16"],
        "subnet_size": 26,
    }
    join = plan.hosts["m2"]["join"]
    assert (join["remote_addrs"], join["listen_addr"]) == (["10.0.0.11:4000"], "0.0.0.0:4000")
    assert (join["availability"], join["data_path_addr"]) == ("drain", "10.0.0.12")


def test_an_ipv6_address_to_join_through_is_in_brackets() -> None:
    members = fresh(("m1", "w1"))
    for number, one in enumerate(members, 1):
        assert one.host
        one.host["addresses"] = [
            {"interface": "e", "address": f"fd00::{number}", "prefix": 64, "family": "inet6"}
        ]
        one.host["default_address"] = f"fd00::{number}"
    assert build(members, False).hosts["w1"]["join"]["remote_addrs"] == ["[fd00::1]:2377"]


def test_a_new_host_joins_through_every_reachable_manager_the_leader_first() -> None:
    raws = [raw("m2"), raw("m1"), raw("m3", state="down", reachability="unreachable")]
    members = [
        member("m2", swarm=manager_info(raws, "m2")),
        member("m1", swarm=manager_info(raws, "m1")),
        member("m3"),
        *fresh(["w1"]),
    ]
    plan = build(members, False)
    assert plan.hosts["w1"]["join"]["remote_addrs"] == ["10.0.0.11:2377", "10.0.0.12:2377"]
    assert plan.warnings == ["m3 was not reached; its node stays as it is."]


def test_ports_are_proven_only_between_hosts_of_which_one_joins() -> None:
    raws = FIVE[:4]
    members = [one for one in formed(raws) if one.name != "w2"] + fresh(["w2"])
    plan = build(members, False)
    assert plan.prove == ["m1", "m2", "m3", "w1", "w2"]
    assert [peer["host"] for peer in plan.hosts["m1"]["prove"]["peers"]] == ["w2"]
    assert [peer["host"] for peer in plan.hosts["w2"]["prove"]["peers"]] == ["m1", "m2", "m3", "w1"]
    (peer,) = plan.hosts["w1"]["prove"]["peers"]
    assert peer["address"] == "10.0.0.102"
    assert peer["ports"] == [
        {"protocol": "tcp", "port": 7946},
        {"protocol": "udp", "port": 7946},
        {"protocol": "udp", "port": 4789},
    ]
    assert plan.hosts["m1"]["prove"]["ports"][0] == {"protocol": "tcp", "port": 2377}
    assert build(fresh(swarm_quorum_prove_ports=False), False).prove == []


@pytest.mark.parametrize("state", ["locked", "error", "unknown"])
def test_no_host_proves_ports_of_an_engine_that_takes_no_part(state: str) -> None:
    members = formed(FIVE[:4])
    members[2] = member("m3", swarm=swarm_info(state, "id-m3" if state == "error" else None, "m3"))
    members[4] = fresh(["w2"])[0]
    plan = build(members, False)
    assert plan.prove == ["m1", "m2", "w1", "w2"]
    assert [peer["host"] for peer in plan.hosts["w2"]["prove"]["peers"]] == ["m1", "m2", "w1"]


def test_a_wiped_manager_comes_back_and_its_stale_entry_goes() -> None:
    members = formed()
    members[0] = fresh(["m1"])[0]
    plan = build(members, False)
    assert "m1: join as manager (advertise 10.0.0.11)" in plan.lines
    assert "m1: remove the stale entry id-m1" in plan.lines
    assert plan.membership.init is None
    join = plan.hosts["m1"]["join"]
    assert join["remote_addrs"] == ["10.0.0.12:2377", "10.0.0.13:2377"], "not through the lost one"


def test_half_a_join_is_ended_first() -> None:
    members = formed(FIVE[:4])
    members[4] = member("w2", swarm=swarm_info("pending", name="w2"))
    plan = build(members, False)
    assert plan.lines[:2] == [
        "w2: leave what is left of an earlier membership",
        "w2: join as worker (advertise 10.0.0.102)",
    ]


def held(port: int, protocol: str = "tcp") -> dict[str, t.Any]:
    return {"protocol": protocol, "port": port, "address": "0.0.0.0", "process": "nc", "pid": 7}


def test_a_port_that_is_taken_is_refused_with_who_holds_it() -> None:
    members = fresh(["m1", "w1"])
    members[1].host["listeners"] = [held(7946), held(2377)]  # type: ignore[index]
    assert refusal(members) == (
        "w1: port 7946/tcp, needed for the swarm's gossip, is held by nc (process 7) on 0.0.0.0: stop it, or move it."
    )
    members = fresh(["m1", "w1"])
    members[0].host["listeners"] = [held(2377), held(4789, "udp")]  # type: ignore[index]
    sentence = refusal(members)
    assert "m1: port 2377/tcp, needed for the managers' API, is held by nc" in sentence
    assert "set swarm_quorum_data_path_port to a free port" in sentence


def test_a_member_holds_its_own_ports() -> None:
    members = formed()
    members[0].host["listeners"] = [held(2377), held(7946), held(4789, "udp")]  # type: ignore[index]
    assert build(members, False).lines == []
