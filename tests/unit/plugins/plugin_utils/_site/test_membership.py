# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import quorum
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site import cluster as clusters
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.membership import (
    MembershipPlan,
    plan_membership,
)
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    SWARM_ID,
    address_of,
    manager_info,
    member,
    raw_node,
    remote_managers,
    swarm_info,
)
from hypothesis import assume, given
from hypothesis import strategies as st

Raw = dict[str, t.Any]


def raw(name: str, role: str = "", **more: t.Any) -> Raw:
    role = role or ("manager" if name[0] == "m" else "worker")
    more.setdefault("address", address_of(name))
    return raw_node(more.pop("node_id", f"id-{name}"), name, role, **more)


def planned(members: list[Member]) -> MembershipPlan:
    return plan_membership(members, clusters.find(members))


def inactive(name: str) -> dict[str, t.Any]:
    return swarm_info("inactive", name=name)


def worker_info(raws: list[Raw], name: str) -> dict[str, t.Any]:
    return swarm_info("worker", f"id-{name}", name, remote_managers=remote_managers(raws))


def test_the_first_manager_creates_the_swarm_and_the_others_join_in_order() -> None:
    plan = planned([member(name, swarm=inactive(name)) for name in ("w1", "m1", "m2", "m3")])
    assert (plan.init, plan.entry) == ("m1", "m1")
    assert plan.join == {"w1": "worker", "m2": "manager", "m3": "manager"}
    assert list(plan.join) == ["w1", "m2", "m3"]


def test_a_worker_that_is_not_reached_is_left_out_of_a_new_swarm() -> None:
    plan = planned([member("m1", swarm=inactive("m1")), member("w1")])
    assert plan.join == {}
    assert plan.warnings == ["w1 was not reached and is skipped."]


def test_half_a_join_is_ended_and_does_not_create_the_swarm() -> None:
    plan = planned([member("m1", swarm=swarm_info("pending", name="m1")), member("m2", swarm=inactive("m2"))])
    assert (plan.init, plan.reset, plan.join) == ("m2", ["m1"], {"m1": "manager"})


def test_a_host_that_is_in_no_swarm_joins_the_live_one() -> None:
    raws = [raw("m1", leader=True)]
    plan = planned(
        [
            member("m2", swarm=inactive("m2")),
            member("m1", swarm=manager_info(raws, "m1")),
            member("w1", swarm=swarm_info("no_engine", name="w1")),
        ]
    )
    assert (plan.init, plan.entry, plan.join) == (None, "m1", {"m2": "manager", "w1": "worker"})


def test_a_wiped_first_manager_joins_and_its_stale_entry_goes() -> None:
    raws = [raw("m1", state="down", reachability="unreachable"), raw("m2", leader=True), raw("m3")]
    plan = planned(
        [
            member("m1", swarm=inactive("m1")),
            member("m2", swarm=manager_info(raws, "m2")),
            member("m3", swarm=manager_info(raws, "m3")),
        ]
    )
    assert (plan.init, plan.join) == (None, {"m1": "manager"})
    assert [node["id"] for node in plan.stale] == ["id-m1"]


def test_a_host_that_joined_again_loses_its_old_entry_but_not_its_new_one() -> None:
    raws = [raw("m1"), raw("w1"), raw("w1", node_id="old", state="down")]
    plan = planned(
        [member("m1", swarm=manager_info(raws, "m1")), member("w1", swarm=worker_info(raws, "w1"))],
    )
    assert [node["id"] for node in plan.stale] == ["old"]
    assert plan.join == {}


def test_an_entry_of_the_same_name_at_another_address_is_another_host_s() -> None:
    raws = [raw("m1"), raw("w1", node_id="other", state="down", address="10.9.9.9")]
    plan = planned([member("m1", swarm=manager_info(raws, "m1")), member("w1", swarm=inactive("w1"))])
    assert plan.stale == []
    [warning] = plan.warnings
    assert warning == (
        "Node w1 (other, 10.9.9.9, down) is in the swarm but not in the inventory; flotilla.swarm.remove_nodes with "
        "swarm_remove=w1 removes it."
    )


def test_promotions_and_demotions_follow_the_groups() -> None:
    raws = [raw("m1"), raw("m2", role="worker"), raw("w1", role="manager"), raw("w2", role="manager")]
    plan = planned(
        [
            member("m1", swarm=manager_info(raws, "m1")),
            member("m2", swarm=worker_info(raws, "m2")),
            member("w1", swarm=manager_info(raws, "w1")),
            member("w2", swarm=manager_info(raws, "w2")),
        ]
    )
    assert list(plan.promote) == ["m2"]
    assert list(plan.demote) == ["w1", "w2"]
    assert plan.entry == "m1", "a manager that is to be demoted stops answering"


def test_the_only_manager_can_be_replaced_by_one_that_joins() -> None:
    raws = [raw("w1", role="manager")]
    plan = planned([member("w1", swarm=manager_info(raws, "w1")), member("m1", swarm=inactive("m1"))])
    assert (plan.join, list(plan.demote)) == ({"m1": "manager"}, ["w1"])


def test_a_promotion_on_its_way_is_not_taken_back() -> None:
    """The Engine refuses it: "can't find manager in raft memberlist"."""
    raws = [raw("m1"), raw("w1", role="manager", reachability=None)]
    plan = planned(
        [member("m1", swarm=manager_info(raws, "m1")), member("w1", swarm=worker_info(raws, "w1"))]
    )
    assert plan.demote == {}
    [warning] = plan.warnings
    assert warning == (
        "w1 is to be a manager of the swarm and is none yet: it becomes one by itself within a minute, and run this playbook "
        "again then to demote it."
    )


def test_half_a_join_to_a_live_swarm_starts_again() -> None:
    raws = [raw("m1")]
    plan = planned(
        [member("m1", swarm=manager_info(raws, "m1")), member("w1", swarm=swarm_info("pending", name="w1"))]
    )
    assert (plan.reset, plan.join) == (["w1"], {"w1": "worker"})


def test_a_demotion_that_would_cost_the_quorum_is_refused() -> None:
    raws = [raw("m1"), raw("m2", state="down", reachability="unreachable"), raw("w1", role="manager")]
    members = [
        member("m1", swarm=manager_info(raws, "m1")),
        member("m2"),
        member("w1", swarm=manager_info(raws, "w1")),
    ]
    with pytest.raises(Refused) as refused:
        planned(members)
    assert str(refused.value) == (
        "Taking w1 out of the managers would cost the quorum (2 of 3 managers are reachable, 2 are needed): restore the "
        "unreachable managers first. Nothing was changed."
    )


def test_a_stale_entry_counts_as_lost_whatever_the_swarm_still_believes() -> None:
    """Two wiped managers of three: the swarm may not have noticed yet, but it can remove them no longer."""
    raws = [raw("m1"), raw("m2"), raw("m3")]
    members = [
        member("m1", swarm=manager_info(raws, "m1")),
        member("m2", swarm=inactive("m2")),
        member("m3", swarm=inactive("m3")),
    ]
    with pytest.raises(Refused) as refused:
        planned(members)
    assert str(refused.value) == (
        "The swarm has lost its quorum: of its 3 managers, m1 can be asked, 2 are needed. Start m2 or m3. If they are lost for "
        "good, run flotilla.swarm.recover. Nothing was changed."
    )


def forced(survivor: str, managers: str) -> list[Raw]:
    """The swarm after a new cluster was forced on one of its managers: the entries of the others stay, in no raft group."""
    others = [raw(name, reachability=None, state="down") for name in managers.split() if name != survivor]
    return [raw(survivor, leader=True), *others, raw("w1")]


@pytest.mark.parametrize("survivor", ["m1", "m2", "m5"])
def test_after_a_forced_new_cluster_wiped_managers_join_and_their_entries_go(survivor: str) -> None:
    names = ["m1", "m2", "m3", "m4", "m5"]
    raws = forced(survivor, " ".join(names))
    members = [
        member(name, swarm=manager_info(raws, name) if name == survivor else inactive(name)) for name in names
    ]
    plan = planned([*members, member("w1", swarm=worker_info(raws, "w1"))])
    wiped = [name for name in names if name != survivor]
    assert (plan.entry, plan.init, plan.reset) == (survivor, None, [])
    assert plan.join == dict.fromkeys(wiped, "manager")
    assert sorted(node["hostname"] for node in plan.stale) == wiped
    assert plan.warnings == []


@pytest.mark.parametrize("state", ["no_quorum", "worker"])
@pytest.mark.parametrize(
    ("role", "rest"), [("manager", ""), ("worker", ", and run this playbook again then to demote it")]
)
def test_a_manager_that_comes_back_after_a_forced_new_cluster_is_waited_for(
    state: str, role: str, rest: str
) -> None:
    raws = forced("m3", "m2 m3")
    back = swarm_info(state, "id-m2", "m2", swarm_id=SWARM_ID, remote_managers=remote_managers(raws))
    plan = planned([member("m2", role, back), member("m3", swarm=manager_info(raws, "m3"))])
    assert (plan.join, plan.stale, plan.promote, plan.demote) == ({}, [], {}, {})
    assert plan.warnings[0] == (
        f"m2 is to be a manager of the swarm and is none yet: it becomes one by itself within a minute{rest}."
    )


def nobody(node_id: str, **more: t.Any) -> Raw:
    """What is left of a join that broke off: a node that never reported anything."""
    row = raw_node(
        node_id, "", more.pop("role", "worker"), "pause", more.pop("state", "down"), address="", **more
    )
    row["Description"] = {}
    return row


def test_an_entry_that_a_broken_join_left_is_removed_unless_somebody_is_that_node() -> None:
    raws = [raw("m1"), nobody("x1"), nobody("x2", state="unknown"), nobody("x3")]
    own = swarm_info("worker", "x3", "w1", remote_managers=remote_managers(raws))
    plan = planned([member("m1", swarm=manager_info(raws, "m1")), member("w1", swarm=own)])
    assert [node["id"] for node in plan.stale] == ["x1"]
    [warning] = plan.warnings
    assert warning == (
        "Node x2 (no host name, no address, unknown) is in the swarm but not in the inventory; flotilla.swarm.remove_nodes with "
        "swarm_remove=x2 removes it."
    )


def test_a_broken_join_of_a_manager_counts_in_the_quorum_until_it_is_removed() -> None:
    raws = [raw("m1"), raw("m2"), nobody("x1", role="manager", reachability="unreachable")]
    both = [member(name, swarm=manager_info(raws, name)) for name in ("m1", "m2")]
    assert [node["id"] for node in planned(both).stale] == ["x1"]
    lost = [raw("m1"), raw("m2", state="down", reachability="unreachable"), raws[2]]
    with pytest.raises(Refused, match=r"^The swarm has lost its quorum: of its 3 managers, m1 can be asked"):
        planned([member("m1", swarm=manager_info(lost, "m1")), member("m2", swarm=inactive("m2"))])


@pytest.mark.parametrize("state", ["locked", "unknown"])
def test_the_entry_of_a_host_that_cannot_say_who_it_is_is_not_stale(state: str) -> None:
    """A locked Engine reports no node ID (seen on 20.10 and 26.1); its entry is still its own."""
    raws = [raw("m1"), raw("m2"), raw("m3", state="down", reachability="unreachable")]
    plan = planned(
        [
            member("m1", swarm=manager_info(raws, "m1")),
            member("m2", swarm=manager_info(raws, "m2")),
            member("m3", swarm=swarm_info(state, name="m3")),
        ]
    )
    assert (plan.stale, plan.join, plan.reset) == ([], {}, [])
    assert plan.warnings == [f"m3 is skipped: m3 is {state}."]


def test_a_stopped_engine_is_neither_joined_nor_stale_before_it_was_asked() -> None:
    raws = [raw("m1"), raw("w1", state="down")]
    stopped = member("w1", swarm=swarm_info("no_engine", name="w1"))
    assert stopped.host
    stopped.host["engine"]["state"] = "stopped"
    plan = planned([member("m1", swarm=manager_info(raws, "m1")), stopped])
    assert (plan.stale, plan.join, plan.warnings) == ([], {}, [])


def test_no_swarm_is_created_while_an_engine_is_stopped() -> None:
    stopped = swarm_info("no_engine", name="m2")
    plan = planned(
        [
            member("m1", swarm=inactive("m1")),
            member("m2", swarm=stopped, info={"engine": {"state": "stopped"}}),
        ]
    )
    assert plan == MembershipPlan(
        entry="m1",
        warnings=["Whether m2 is in a swarm is known, and planned, only once the stopped engine runs."],
    )


def test_a_member_that_was_restarted_and_reaches_no_manager_yet_keeps_its_place() -> None:
    """Such a node is pending, as one that joins is, but with its node ID (seen on 20.10)."""
    raws = [raw("m1"), raw("w1", state="down")]
    pending = swarm_info("pending", "id-w1", "w1", remote_managers=remote_managers(raws))
    plan = planned([member("m1", swarm=manager_info(raws, "m1")), member("w1", swarm=pending)])
    assert (plan.reset, plan.join, plan.stale) == ([], {}, [])
    assert plan.warnings == ["w1 is skipped: w1 is pending."]


def test_a_join_that_broke_off_with_its_entry_created_starts_again() -> None:
    raws = [raw("m1"), raw("w1", state="unknown", availability="pause")]
    info = {**manager_info(raws, "m1"), "unfinished": ["id-w1"]}
    pending = swarm_info("pending", "id-w1", "w1", remote_managers=remote_managers(raws))
    plan = planned([member("m1", swarm=info), member("w1", swarm=pending)])
    assert (plan.reset, plan.join) == (["w1"], {"w1": "worker"})
    assert [node["id"] for node in plan.stale] == ["id-w1"]


def test_a_node_that_was_removed_without_noticing_joins_again() -> None:
    raws = [raw("m1")]
    gone = swarm_info("worker", "id-w1", "w1", remote_managers=remote_managers(raws))
    plan = planned([member("m1", swarm=manager_info(raws, "m1")), member("w1", swarm=gone)])
    assert (plan.reset, plan.join) == (["w1"], {"w1": "worker"})


def test_a_host_that_was_not_reached_changes_nothing_and_is_warned_of() -> None:
    raws = [raw("m1"), raw("w1", state="down")]
    plan = planned([member("m1", swarm=manager_info(raws, "m1")), member("w1"), member("w2")])
    assert (plan.join, plan.stale) == ({}, [])
    assert plan.warnings == [
        "w1 was not reached; its node stays as it is.",
        "w2 was not reached; it cannot join.",
    ]


# What a host may be, when there is a swarm with a quorum.
_KINDS = (
    "manager",
    "worker",
    "lost manager",
    "wiped manager",
    "forgotten",
    "wiped worker",
    "inactive",
    "no_engine",
    "not_reached",
)


@st.composite
def inventories(draw: st.DrawFn) -> tuple[list[Member], dict[str, str]]:
    """Hosts of one swarm, and what each of them is."""
    count = draw(st.integers(1, 7))
    names = [f"m{number}" for number in range(1, count + 1)]
    kinds = {name: draw(st.sampled_from(_KINDS)) for name in names}
    kinds[draw(st.sampled_from(names))] = "manager"
    roles = {name: draw(st.sampled_from(("manager", "worker"))) for name in names}
    raws = []
    for name in names:
        kind = kinds[name]
        if "manager" in kind:
            state = {"manager": {}}.get(kind, {"state": "down", "reachability": "unreachable"})
            raws.append(raw(name, "manager", **state))
        elif kind == "forgotten":
            raws.append(raw(name, "manager", state="down", reachability=None))
        elif "worker" in kind:
            raws.append(raw(name, "worker", state="ready" if kind == "worker" else "down"))
    up = sum(kind == "manager" for kind in kinds.values())
    assume(up >= quorum.majority(sum("manager" in kind for kind in kinds.values())))
    members = []
    for name in names:
        info: dict[str, t.Any] | None
        if kinds[name] in ("lost manager", "not_reached"):
            info = None
        elif kinds[name] == "manager":
            info = manager_info(raws, name)
        elif kinds[name] == "worker":
            info = worker_info(raws, name)
        else:
            info = swarm_info("no_engine" if kinds[name] == "no_engine" else "inactive", name=name)
        members.append(member(name, roles[name], info))
    return members, kinds


def apply(plan: MembershipPlan, members: list[Member]) -> list[Raw]:
    """The swarm after a plan, each step taken in order and each keeping the majority."""
    before = next(one for one in members if one.name == plan.entry).swarm["nodes"]
    alive = {
        node["id"]: bool(node["manager"] and node["manager"]["reachability"] == "reachable")
        for node in before
    }
    group = {node["id"] for node in before if node["manager"]}
    gone = {node["id"] for node in plan.stale}
    for node_id in gone:
        alive[node_id] = False

    def holds(why: str) -> None:
        assert sum(alive[one] for one in group) >= quorum.majority(len(group)), why

    for node in plan.stale:
        holds(f"before {node['id']} is removed")
        group.discard(node["id"])
        holds(f"after {node['id']} was removed")
    after = {node["id"]: raw(node["hostname"], node["role"]) for node in before if node["id"] not in gone}
    for node_id, row in after.items():
        if node_id in group and not alive[node_id]:
            row["ManagerStatus"]["Reachability"] = "unreachable"
            row["Status"]["State"] = "down"
    for name, role in plan.join.items():
        row = raw(name, role, node_id=f"id-{name}")
        after[row["ID"]] = row
        if role == "manager":
            group.add(row["ID"])
            alive[row["ID"]] = True
            holds(f"after {name} joined")
    for node in plan.promote.values():
        group.add(node["id"])
        alive[node["id"]] = True
        holds(f"after {node['hostname']} was promoted")
        after[node["id"]] = raw(node["hostname"], "manager")
    for node in plan.demote.values():
        holds(f"before {node['hostname']} is demoted")
        group.discard(node["id"])
        assert group
        holds(f"after {node['hostname']} was demoted")
        after[node["id"]] = raw(node["hostname"], "worker")
    return list(after.values())


@given(inventories())
def test_each_step_keeps_the_majority_and_the_second_plan_is_empty(
    inventory: tuple[list[Member], dict[str, str]],
) -> None:
    members, _kinds = inventory
    try:
        plan = planned(members)
    except Refused as refused:
        # Only a demotion, or a lost quorum that the swarm has not noticed, can be in the way.
        assert "would cost the quorum" in str(refused) or "has lost its quorum" in str(refused)
        return
    assert plan.init is None, "there is a swarm already"
    raws = apply(plan, members)
    roles = {row["Description"]["Hostname"]: row["Spec"]["Role"] for row in raws}
    assert {one.name: one.role for one in members if one.host}.items() <= roles.items()
    again = []
    for one in members:
        if one.host is None:
            again.append(one)
            continue
        info = manager_info if one.role == "manager" else worker_info
        again.append(member(one.name, one.role, info(raws, one.name)))
    if not any(one.role == "manager" and one.host for one in again):
        return  # No manager is left to ask; the steps above have shown that the swarm itself has its quorum.
    second = planned(again)
    assert (second.init, second.reset, second.join, second.stale, second.promote, second.demote) == (
        None,
        [],
        {},
        [],
        {},
        {},
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("manager", "worker")),
            st.sampled_from(
                [
                    "not_reached",
                    "inactive",
                    "no_engine",
                    "pending",
                    "member+pending",
                    "worker",
                    "locked",
                    "error",
                    "no_quorum",
                    "unknown",
                ]
            ),
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_no_host_creates_a_swarm_while_another_may_be_in_one(
    hosts: list[tuple[str, str]], named: bool
) -> None:
    members = []
    for number, (role, state) in enumerate(hosts, 1):
        name = f"m{number}"
        holds = state in ("member+pending", "worker", "error", "no_quorum")
        info = swarm_info(state.split("+")[-1], f"id-{name}" if holds else None, name, swarm_id="s")
        members.append(member(name, role if named else "worker", None if state == "not_reached" else info))
    assume(not named or any(one.role == "manager" for one in members))
    try:
        cluster = clusters.find(members)
    except Refused:
        return
    assert cluster is None
    allowed = {"inactive", "no_engine", "pending"} | ({"not_reached"} if named else set())
    assert {state for _role, state in hosts} <= allowed
    assert not any(one.state == "not_reached" and one.role == "manager" for one in members)
