# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import SitePlan, build
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    manager_info,
    member,
    remote_managers,
    swarm_info,
)
from ansible_collections.flotilla.swarm.tests.unit.support.sites import (
    FIVE,
    NAMES,
    formed,
    fresh,
    raw,
    refusal,
)
from hypothesis import given
from hypothesis import strategies as st


def test_a_formed_swarm_needs_nothing() -> None:
    plan = build(formed(), False)
    assert plan == SitePlan(plan.membership)
    assert plan.membership.entry == "m1"


def test_the_plan_of_a_new_swarm_names_every_step() -> None:
    members = fresh()
    members[3].labels = {"disk": "ssd", "bay": ""}
    plan = build(members, False)
    assert plan.lines == [
        "m1: create the swarm (advertise 10.0.0.11)",
        "m2: join as manager (advertise 10.0.0.12)",
        "m3: join as manager (advertise 10.0.0.13)",
        "w1: join as worker (advertise 10.0.0.101)",
        "w1: labels.bay: not set → ''",
        "w1: labels.disk: not set → ssd",
        "w2: join as worker (advertise 10.0.0.102)",
    ]
    assert plan.hosts["w1"]["join"] == {
        "role": "worker",
        "remote_addrs": ["10.0.0.11:2377"],
        "advertise_addr": "10.0.0.101",
        "listen_addr": "0.0.0.0:2377",
        "data_path_addr": None,
        "availability": "active",
        "labels": {"disk": "ssd", "bay": ""},
    }
    assert plan.settings == {"data_path_port": 4789, "subnet_size": 24}
    assert plan.warnings == []


def test_roles_follow_the_groups() -> None:
    members = formed([*FIVE[:2], raw("m3", role="worker"), raw("w1", role="manager"), FIVE[4]])
    members[2].host["swarm"] = swarm_info("worker", "id-m3", "m3", remote_managers=[])  # type: ignore[index]
    plan = build(members, False)
    assert plan.lines == ["m3: role: worker → manager", "w1: role: manager → worker"]


def test_labels_and_availability_of_live_nodes() -> None:
    raws = [
        *FIVE[:3],
        raw("w1", labels={"flotilla.declared": '["labels.old"]', "old": "1", "theirs": "x"}),
        raw("w2", availability="drain"),
    ]
    members = formed(raws)
    members[3].labels = {"disk": "ssd"}
    plan = build(members, False)
    assert plan.labels == [{"hostname": "id-w1", "labels": {"disk": "ssd"}, "labels_state": "owned"}]
    assert plan.lines == ["w1: labels.disk: not set → ssd", "w1: labels.old: 1 → not set"]
    members = formed(raws, swarm_quorum_availability="active")
    assert "w2: availability: drain → active" in build(members, False).lines


def test_a_join_that_broke_off_before_its_labels_is_finished() -> None:
    raws = [*FIVE[:3], raw("w1", labels={}, availability="pause"), raw("w2", availability="pause")]
    members = formed(raws)
    for one in members[:3]:
        one.swarm["unfinished"] = ["id-w1"]
    plan = build(members, False)
    assert plan.labels == [
        {"hostname": "id-w1", "labels": {}, "labels_state": "owned", "availability": "active"}
    ]


def test_settings_that_differ_are_changed_and_others_left() -> None:
    same = {"task_history_retention_limit": "5", "autolock_managers": "no", "node_cert_expiry": "2160h"}
    plan = build(formed(swarm_quorum_settings=same), False)
    assert (plan.settings, plan.lines) == ({}, [])
    other = {**same, "task_history_retention_limit": 9, "node_cert_expiry": "100h"}
    plan = build(formed(swarm_quorum_settings=other), False)
    assert plan.settings == {"task_history_retention_limit": 9, "node_cert_expiry": "100h"}
    assert plan.lines == [
        "swarm: task_history_retention_limit: 5 → 9",
        "swarm: node_cert_expiry: 2160h → 100h",
    ]


def test_ticks_that_exclude_each_other_are_refused_before_a_host_is_touched() -> None:
    """Of a swarm that is there, the number that is not declared is its own."""

    def living(**settings: int) -> list[Member]:
        members = formed(swarm_quorum_settings=settings)
        for one in members:
            if one.host and "settings" in one.host["swarm"]:
                one.host["swarm"]["settings"].update(heartbeat_tick=3, election_tick=20)
        return members

    sentence = "election_tick is 10 and heartbeat_tick is 10: an election would begin before"
    assert refusal(fresh(swarm_quorum_settings={"heartbeat_tick": 10})).startswith(sentence)
    build(fresh(swarm_quorum_settings={"heartbeat_tick": 9}), False)
    assert refusal(living(election_tick=3)).startswith("election_tick is 3 and heartbeat_tick is 3: ")
    assert build(living(heartbeat_tick=19), False).settings == {"heartbeat_tick": 19}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"node_cert_expiry": "5m"}, "node_cert_expiry: a certificate has to live at least 1h."),
        ({"snapshot_interval": "-1"}, "snapshot_interval: -1 is below 0: it is a count."),
    ],
)
def test_a_setting_that_cannot_work_is_refused(settings: dict[str, t.Any], sentence: str) -> None:
    assert refusal(formed(swarm_quorum_settings=settings)) == sentence


def test_what_is_fixed_when_a_swarm_is_created_is_warned_of() -> None:
    plan = build(formed(swarm_quorum_data_path_port=4790), False)
    assert plan.warnings == [
        "data_path_port is 4789 since the swarm was created and cannot be changed to 4790; only a new swarm can have it."
    ]


def test_a_declared_value_is_warned_of_even_where_it_is_the_default() -> None:
    members = formed(swarm_quorum_subnet_size=24, swarm_quorum_address_pools=[])
    for one in members:
        if one.host and "subnet_size" in one.host["swarm"]:
            one.host["swarm"].update(subnet_size=26)
    assert build(members, False).warnings == [
        "subnet_size is 26 since the swarm was created and cannot be changed to 24; only a new swarm can have it."
    ]


def test_a_swarm_that_was_created_with_another_port_keeps_it_without_a_warning() -> None:
    members = formed()
    for one in members:
        if one.host and "data_path_port" in one.host["swarm"]:
            one.host["swarm"].update(data_path_port=5000, subnet_size=26, default_addr_pool=["10.99.0.0/16"])
    plan = build(members, False)
    assert plan.warnings == []
    assert plan.data_path_port == 5000


def test_a_run_that_reaches_no_host_is_refused() -> None:
    assert refusal([member("m1"), member("w1")]) == (
        "No host was reached: check that Ansible reaches the hosts of the inventory."
    )


def test_two_hosts_with_one_address_are_refused_naming_both() -> None:
    members = fresh()
    twin = members[4]
    assert twin.host
    twin.host["addresses"] = members[3].host["addresses"]  # type: ignore[index]
    twin.ansible_host = "10.0.0.101"
    assert refusal(members) == (
        "w1 and w2 would both be 10.0.0.101 in the swarm: remove one of them where both are the same host, or correct "
        "swarm_quorum_address of one."
    )


def test_an_address_that_is_not_the_hosts_is_refused() -> None:
    members = [*fresh(["m1"]), *fresh(["w1"], swarm_quorum_address="10.0.0.250")]
    assert refusal(members) == (
        "swarm_quorum_address of w1 is 10.0.0.250, which is not an address of this host (it has 10.0.0.101 on eth0)."
    )


def test_an_engine_that_cannot_work_is_refused_once_for_all_its_hosts() -> None:
    members = fresh(["m1", "w1"], swarm_engine_daemon={"live-restore": True})
    assert refusal(members).startswith(
        "m1, w1: swarm_engine_daemon sets live-restore, which excludes swarm mode"
    )


def test_an_engine_that_is_absent_is_installed_first() -> None:
    members = [*fresh(["m1"]), member("w1", swarm=swarm_info("no_engine", name="w1"))]
    plan = build(members, False)
    assert plan.hosts["w1"]["engine"]["install"]
    assert any(line.startswith("w1: install") for line in plan.lines)


def test_stopped_engines_are_started_and_nothing_else_is_planned() -> None:
    members = fresh(["m1", "w1"])
    for one in members:
        assert one.host
        one.host["engine"]["state"] = "stopped"
        one.host["swarm"] = swarm_info("no_engine", name=one.name)
    plan = build(members, False)
    assert plan.lines == ["m1: start the engine", "w1: start the engine"]
    assert plan.settings == {}
    assert plan.warnings == [
        "Whether m1, w1 are in a swarm is known, and planned, only once the stopped engine runs."
    ]


def test_managers_by_number_are_chosen() -> None:
    members = [
        member(name, "worker", swarm_info("inactive", name=name), {"zone": zone}, swarm_quorum_size=3)
        for name, zone in zip(NAMES, ("a", "a", "b", "b", "c"), strict=False)
    ]
    plan = build(members, True)
    assert [one.name for one in members if one.role == "manager"] == ["m1", "m3", "w2"]
    assert plan.membership.init == "m1"
    assert {name for name, role in plan.membership.join.items() if role == "manager"} == {"m3", "w2"}


def test_managers_by_number_stay_managers() -> None:
    raws = [raw("w1", role="manager"), raw("w2")]
    infos = {
        "w1": manager_info(raws, "w1"),
        "w2": swarm_info("worker", "id-w2", "w2", remote_managers=remote_managers(raws)),
    }
    members = [member(name, "worker", infos[name], swarm_quorum_size=1) for name in ("w2", "w1")]
    plan = build(members, True)
    assert [one.role for one in members] == ["worker", "manager"]
    assert plan.lines == []


def test_hosts_whose_addresses_are_unknown_are_not_taken_for_one() -> None:
    missing = [member(name) for name in ("w1", "w2")]
    for one in missing:
        one.ansible_host = f"{one.name}.example.org"
    plan = build([*fresh(["m1"]), *missing], False)
    assert plan.lines == ["m1: create the swarm (advertise 10.0.0.11)"]


def test_managers_by_number_do_not_create_a_second_swarm_while_a_host_is_not_reached() -> None:
    members = [
        member("m1", "worker", swarm_quorum_size=1),
        member("w1", "worker", swarm_info("inactive", name="w1"), swarm_quorum_size=1),
    ]
    assert "m1 was not reached and may be in one" in refusal(members, by_size=True)


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
    plan = build(members, False)
    assert {line.split(":")[0] for line in plan.lines} == set(NAMES) - there
    assert plan.labels == []
    assert set(plan.membership.join) == set(NAMES) - there


def _some(raws: list[dict[str, t.Any]], there: set[str]) -> list[Member]:
    members = []
    for name in NAMES:
        if name not in there:
            members += fresh([name])
        elif name[0] == "m":
            members.append(member(name, swarm=manager_info(raws, name)))
        else:
            info = swarm_info("worker", f"id-{name}", name, remote_managers=remote_managers(raws))
            members.append(member(name, swarm=info))
    return members
