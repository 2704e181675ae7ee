# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import build
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.types import SitePlan
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    address_of,
    manager_look,
    member,
    raw_node,
    remote_managers,
    swarm_look,
)
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("m1", "m2", "m3", "w1", "w2")


def raw(name: str, role: str = "", **more: t.Any) -> dict[str, t.Any]:
    more.setdefault("labels", {"flotilla.declared": "[]"})
    more.setdefault("address", address_of(name))
    return raw_node(
        more.pop("node_id", f"id-{name}"),
        name,
        role or ("manager" if name[0] == "m" else "worker"),
        leader=name == "m1",
        **more,
    )


FIVE = [raw(name) for name in NAMES]


def fresh(names: t.Iterable[str] = NAMES, **variables: t.Any) -> list[Member]:
    return [member(name, swarm=swarm_look("inactive", name=name), **variables) for name in names]


def formed(raws: list[dict[str, t.Any]] | None = None, **variables: t.Any) -> list[Member]:
    raws = copy.deepcopy(raws or FIVE)
    return [
        member(
            name,
            swarm=manager_look(raws, name)
            if name[0] == "m"
            else swarm_look("worker", f"id-{name}", name, remote_managers=remote_managers(raws)),
            **variables,
        )
        for name in NAMES
    ]


def refusal(members: list[Member], by_size: bool = False) -> str:
    with pytest.raises(Refused) as refused:
        build(members, by_size)
    return str(refused.value)


def test_a_formed_swarm_needs_nothing() -> None:
    made = build(formed(), False)
    assert made == SitePlan(made.membership)
    assert made.membership.entry == "m1"


def test_a_formation_tells_every_step() -> None:
    members = fresh()
    members[3].labels = {"disk": "ssd", "bay": ""}
    made = build(members, False)
    assert made.lines == [
        "m1: make the swarm (advertise 10.0.0.11)",
        "m2: join as manager (advertise 10.0.0.12)",
        "m3: join as manager (advertise 10.0.0.13)",
        "w1: join as worker (advertise 10.0.0.101)",
        "w1: labels.bay: not set → ''",
        "w1: labels.disk: not set → ssd",
        "w2: join as worker (advertise 10.0.0.102)",
    ]
    assert made.hosts["w1"]["join"] == {
        "role": "worker",
        "remote_addrs": ["10.0.0.11:2377"],
        "advertise_addr": "10.0.0.101",
        "listen_addr": "0.0.0.0:2377",
        "data_path_addr": None,
        "availability": "active",
        "labels": {"disk": "ssd", "bay": ""},
    }
    assert made.settings == {"data_path_port": 4789, "subnet_size": 24}
    assert made.warnings == []


def test_variables_of_a_formation_reach_its_arguments() -> None:
    made = build(
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
    assert made.settings == {
        "task_history_retention_limit": 3,
        "data_path_port": 4790,
        "default_addr_pool": ["10.20.0.0/16"],
        "subnet_size": 26,
    }
    join = made.hosts["m2"]["join"]
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
        member("m2", swarm=manager_look(raws, "m2")),
        member("m1", swarm=manager_look(raws, "m1")),
        member("m3"),
        *fresh(["w1"]),
    ]
    made = build(members, False)
    assert made.hosts["w1"]["join"]["remote_addrs"] == ["10.0.0.11:2377", "10.0.0.12:2377"]
    assert made.warnings == ["m3 was not seen; its node is left as it is."]


def test_ports_are_proven_only_between_hosts_of_which_one_joins() -> None:
    raws = FIVE[:4]
    members = [one for one in formed(raws) if one.name != "w2"] + fresh(["w2"])
    made = build(members, False)
    assert made.prove == ["m1", "m2", "m3", "w1", "w2"]
    assert [peer["host"] for peer in made.hosts["m1"]["prove"]["peers"]] == ["w2"]
    assert [peer["host"] for peer in made.hosts["w2"]["prove"]["peers"]] == ["m1", "m2", "m3", "w1"]
    (peer,) = made.hosts["w1"]["prove"]["peers"]
    assert peer["address"] == "10.0.0.102"
    assert peer["ports"] == [
        {"protocol": "tcp", "port": 7946},
        {"protocol": "udp", "port": 7946},
        {"protocol": "udp", "port": 4789},
    ]
    assert made.hosts["m1"]["prove"]["ports"][0] == {"protocol": "tcp", "port": 2377}
    assert build(fresh(swarm_quorum_prove_ports=False), False).prove == []


@pytest.mark.parametrize("state", ["locked", "error", "unknown"])
def test_nobody_proves_ports_of_an_engine_that_takes_no_part(state: str) -> None:
    members = formed(FIVE[:4])
    members[2] = member("m3", swarm=swarm_look(state, "id-m3" if state == "error" else None, "m3"))
    members[4] = fresh(["w2"])[0]
    made = build(members, False)
    assert made.prove == ["m1", "m2", "w1", "w2"]
    assert [peer["host"] for peer in made.hosts["w2"]["prove"]["peers"]] == ["m1", "m2", "w1"]


def test_a_wiped_manager_comes_back_and_its_stale_entry_goes() -> None:
    members = formed()
    members[0] = fresh(["m1"])[0]
    made = build(members, False)
    assert "m1: join as manager (advertise 10.0.0.11)" in made.lines
    assert "m1: remove its stale entry id-m1" in made.lines
    assert made.membership.init is None
    join = made.hosts["m1"]["join"]
    assert join["remote_addrs"] == ["10.0.0.12:2377", "10.0.0.13:2377"], "not through the lost one"


def test_half_a_join_is_dropped_and_told() -> None:
    members = formed(FIVE[:4])
    members[4] = member("w2", swarm=swarm_look("pending", name="w2"))
    made = build(members, False)
    assert made.lines[:2] == [
        "w2: drop what is left of an earlier membership",
        "w2: join as worker (advertise 10.0.0.102)",
    ]


def test_roles_follow_the_groups() -> None:
    members = formed([*FIVE[:2], raw("m3", role="worker"), raw("w1", role="manager"), FIVE[4]])
    members[2].host["swarm"] = swarm_look("worker", "id-m3", "m3", remote_managers=[])  # type: ignore[index]
    made = build(members, False)
    assert made.lines == ["m3: role: worker → manager", "w1: role: manager → worker"]


def test_labels_and_availability_of_nodes_that_are_there() -> None:
    raws = [
        *FIVE[:3],
        raw("w1", labels={"flotilla.declared": '["labels.old"]', "old": "1", "theirs": "x"}),
        raw("w2", availability="drain"),
    ]
    members = formed(raws)
    members[3].labels = {"disk": "ssd"}
    made = build(members, False)
    assert made.labels == [{"hostname": "id-w1", "labels": {"disk": "ssd"}, "labels_state": "owned"}]
    assert made.lines == ["w1: labels.disk: not set → ssd", "w1: labels.old: 1 → not set"]
    members = formed(raws, swarm_quorum_availability="active")
    assert "w2: availability: drain → active" in build(members, False).lines


def test_a_join_that_broke_off_before_its_labels_is_finished() -> None:
    raws = [*FIVE[:3], raw("w1", labels={}, availability="pause"), raw("w2", availability="pause")]
    members = formed(raws)
    for one in members[:3]:
        one.swarm["unfinished"] = ["id-w1"]
    made = build(members, False)
    assert made.labels == [
        {"hostname": "id-w1", "labels": {}, "labels_state": "owned", "availability": "active"}
    ]


def test_settings_that_differ_are_changed_and_others_left() -> None:
    same = {"task_history_retention_limit": "5", "autolock_managers": "no", "node_cert_expiry": "2160h"}
    made = build(formed(swarm_quorum_settings=same), False)
    assert (made.settings, made.lines) == ({}, [])
    other = {**same, "task_history_retention_limit": 9, "node_cert_expiry": "100h"}
    made = build(formed(swarm_quorum_settings=other), False)
    assert made.settings == {"task_history_retention_limit": 9, "node_cert_expiry": "100h"}
    assert made.lines == [
        "swarm: task_history_retention_limit: 5 → 9",
        "swarm: node_cert_expiry: 2160h → 100h",
    ]


def test_a_setting_nobody_knows_is_refused_with_those_that_are_known() -> None:
    told = refusal(fresh(swarm_quorum_settings={"heartbeat": 1}))
    assert told.startswith("swarm_quorum_settings has no heartbeat; it knows task_history_retention_limit, ")
    assert told.endswith("autolock_managers, ca_force_rotate.")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"node_cert_expiry": "5m"}, "node_cert_expiry: a certificate has to live at least 1h."),
        ({"snapshot_interval": "-1"}, "snapshot_interval: -1 is below 0: it is a count."),
    ],
)
def test_a_setting_that_cannot_work_is_refused(settings: dict[str, t.Any], sentence: str) -> None:
    assert refusal(formed(swarm_quorum_settings=settings)) == sentence


def test_what_is_fixed_when_a_swarm_is_made_is_warned_of() -> None:
    made = build(formed(swarm_quorum_data_path_port=4790), False)
    assert made.warnings == [
        "data_path_port is 4789 since the swarm was made and cannot be changed to 4790; only a new swarm can."
    ]


def test_a_swarm_that_was_made_otherwise_keeps_its_port_without_a_word() -> None:
    members = formed()
    for one in members:
        if one.host and "data_path_port" in one.host["swarm"]:
            one.host["swarm"].update(data_path_port=5000, subnet_size=26, default_addr_pool=["10.99.0.0/16"])
    made = build(members, False)
    assert made.warnings == []
    assert made.data_path_port == 5000


def test_hosts_that_nobody_could_look_at_are_refused() -> None:
    assert refusal([member("m1"), member("w1")]) == (
        "No host could be looked at; check that Ansible reaches them."
    )


def test_two_hosts_with_one_address_are_refused_naming_both() -> None:
    members = fresh()
    twin = members[4]
    assert twin.host
    twin.host["addresses"] = members[3].host["addresses"]  # type: ignore[index]
    twin.ansible_host = "10.0.0.101"
    assert refusal(members) == (
        "w1 and w2 would both be 10.0.0.101 in the swarm; they are one host under two names, or swarm_quorum_address of one "
        "is wrong."
    )


def test_an_address_that_is_not_the_hosts_is_refused() -> None:
    members = [*fresh(["m1"]), *fresh(["w1"], swarm_quorum_address="10.0.0.250")]
    assert refusal(members) == (
        "swarm_quorum_address of w1 is 10.0.0.250, which is not an address of this host (it has 10.0.0.101 on eth0)."
    )


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
    told = refusal(members)
    assert "m1: port 2377/tcp, needed for the managers' API, is held by nc" in told
    assert "set swarm_quorum_data_path_port to a free port" in told


def test_a_member_holds_its_own_ports() -> None:
    members = formed()
    members[0].host["listeners"] = [held(2377), held(7946), held(4789, "udp")]  # type: ignore[index]
    assert build(members, False).lines == []


def test_an_engine_that_cannot_work_is_refused_once_for_all_its_hosts() -> None:
    members = fresh(["m1", "w1"], swarm_engine_daemon={"live-restore": True})
    assert refusal(members).startswith(
        "m1, w1: swarm_engine_daemon sets live-restore, which excludes swarm mode"
    )


def test_an_engine_that_is_absent_is_installed_first() -> None:
    members = [*fresh(["m1"]), member("w1", swarm=swarm_look("no_engine", name="w1"))]
    made = build(members, False)
    assert made.hosts["w1"]["engine"]["install"]
    assert any(line.startswith("w1: install") for line in made.lines)


def test_stopped_engines_are_started_and_nothing_else_is_claimed() -> None:
    members = fresh(["m1", "w1"])
    for one in members:
        assert one.host
        one.host["engine"]["state"] = "stopped"
        one.host["swarm"] = swarm_look("no_engine", name=one.name)
    made = build(members, False)
    assert made.lines == ["m1: start the engine", "w1: start the engine"]
    assert made.settings == {}
    assert made.warnings == [
        "Whether m1, w1 are in a swarm is only seen once the engine runs, and planned then."
    ]


def test_a_firewall_that_cannot_be_read_is_refused() -> None:
    members = fresh(["m1"])
    members[0].host["firewall"] = {"backend": "unknown", "note": "nft: no such program."}  # type: ignore[index]
    assert refusal(members) == "m1: nft: no such program."


def test_managers_by_number_are_chosen_and_told() -> None:
    members = [
        member(name, "worker", swarm_look("inactive", name=name), {"zone": zone}, swarm_quorum_size=3)
        for name, zone in zip(NAMES, ("a", "a", "b", "b", "c"), strict=False)
    ]
    made = build(members, True)
    assert [one.name for one in members if one.role == "manager"] == ["m1", "m3", "w2"]
    assert made.membership.init == "m1"
    assert {name for name, role in made.membership.join.items() if role == "manager"} == {"m3", "w2"}


def test_managers_by_number_stay_who_they_are() -> None:
    raws = [raw("w1", role="manager"), raw("w2")]
    looks = {
        "w1": manager_look(raws, "w1"),
        "w2": swarm_look("worker", "id-w2", "w2", remote_managers=remote_managers(raws)),
    }
    members = [member(name, "worker", looks[name], swarm_quorum_size=1) for name in ("w2", "w1")]
    made = build(members, True)
    assert [one.role for one in members] == ["worker", "manager"]
    assert made.lines == []


def test_hosts_whose_address_nobody_knows_are_not_taken_for_one() -> None:
    unseen = [member(name) for name in ("w1", "w2")]
    for one in unseen:
        one.ansible_host = f"{one.name}.example.org"
    made = build([*fresh(["m1"]), *unseen], False)
    assert made.lines == ["m1: make the swarm (advertise 10.0.0.11)"]


def test_managers_by_number_do_not_make_a_second_swarm_while_one_may_be_out_of_sight() -> None:
    members = [
        member("m1", "worker", swarm_quorum_size=1),
        member("w1", "worker", swarm_look("inactive", name="w1"), swarm_quorum_size=1),
    ]
    assert "m1 was not seen and may hold one" in refusal(members, by_size=True)


@given(st.sets(st.sampled_from(NAMES)), st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["a", "b"])))
def test_only_what_is_missing_is_planned(there: set[str], zones: dict[str, str]) -> None:
    """Whatever part of the hosts is in the swarm with its labels in force, the plan names the others only."""
    there |= {"m1"}
    raws = []
    for name in NAMES:
        if name in there:
            labels = {"zone": zones[name]} if name in zones else {}
            memory = '["labels.zone"]' if labels else "[]"
            raws.append(raw(name, labels={**labels, "flotilla.declared": memory}))
    members = []
    for one in formed(raws) if there == set(NAMES) else _some(raws, there):
        one.labels = {"zone": zones[one.name]} if one.name in zones else {}
        members.append(one)
    made = build(members, False)
    assert {line.split(":")[0] for line in made.lines} == set(NAMES) - there
    assert made.labels == []
    assert set(made.membership.join) == set(NAMES) - there


def _some(raws: list[dict[str, t.Any]], there: set[str]) -> list[Member]:
    members = []
    for name in NAMES:
        if name not in there:
            members += fresh([name])
        elif name[0] == "m":
            members.append(member(name, swarm=manager_look(raws, name)))
        else:
            look = swarm_look("worker", f"id-{name}", name, remote_managers=remote_managers(raws))
            members.append(member(name, swarm=look))
    return members
