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
    Membership,
    plan_membership,
)
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    address_of,
    manager_look,
    member,
    raw_node,
    remote_managers,
    swarm_look,
)
from hypothesis import assume, given
from hypothesis import strategies as st

Raw = dict[str, t.Any]


def raw(name: str, role: str = "", **more: t.Any) -> Raw:
    role = role or ("manager" if name[0] == "m" else "worker")
    more.setdefault("address", address_of(name))
    return raw_node(more.pop("node_id", f"id-{name}"), name, role, **more)


def planned(members: list[Member]) -> Membership:
    return plan_membership(members, clusters.find(members))


def inactive(name: str) -> dict[str, t.Any]:
    return swarm_look("inactive", name=name)


def worker_look(raws: list[Raw], name: str) -> dict[str, t.Any]:
    return swarm_look("worker", f"id-{name}", name, remote_managers=remote_managers(raws))


def test_the_first_manager_makes_the_swarm_and_the_others_join_in_order() -> None:
    made = planned([member(name, swarm=inactive(name)) for name in ("w1", "m1", "m2", "m3")])
    assert (made.init, made.entry) == ("m1", "m1")
    assert made.join == {"w1": "worker", "m2": "manager", "m3": "manager"}
    assert list(made.join) == ["w1", "m2", "m3"]


def test_an_unseen_worker_is_left_out_of_a_formation() -> None:
    made = planned([member("m1", swarm=inactive("m1")), member("w1")])
    assert made.join == {}
    assert made.warnings == ["w1 was not seen and is left out."]


def test_half_a_join_is_dropped_and_does_not_make_the_swarm() -> None:
    made = planned([member("m1", swarm=swarm_look("pending", name="m1")), member("m2", swarm=inactive("m2"))])
    assert (made.init, made.reset, made.join) == ("m2", ["m1"], {"m1": "manager"})


def test_whoever_is_in_no_swarm_joins_the_one_that_is_there() -> None:
    raws = [raw("m1", leader=True)]
    made = planned(
        [
            member("m2", swarm=inactive("m2")),
            member("m1", swarm=manager_look(raws, "m1")),
            member("w1", swarm=swarm_look("no_engine", name="w1")),
        ]
    )
    assert (made.init, made.entry, made.join) == (None, "m1", {"m2": "manager", "w1": "worker"})


def test_a_wiped_first_manager_joins_and_its_stale_entry_goes() -> None:
    raws = [raw("m1", state="down", reachability="unreachable"), raw("m2", leader=True), raw("m3")]
    made = planned(
        [
            member("m1", swarm=inactive("m1")),
            member("m2", swarm=manager_look(raws, "m2")),
            member("m3", swarm=manager_look(raws, "m3")),
        ]
    )
    assert (made.init, made.join) == (None, {"m1": "manager"})
    assert [node["id"] for node in made.stale] == ["id-m1"]


def test_a_host_that_joined_anew_loses_its_old_entry_but_not_its_new_one() -> None:
    raws = [raw("m1"), raw("w1"), raw("w1", node_id="old", state="down")]
    made = planned(
        [member("m1", swarm=manager_look(raws, "m1")), member("w1", swarm=worker_look(raws, "w1"))],
    )
    assert [node["id"] for node in made.stale] == ["old"]
    assert made.join == {}


def test_an_entry_of_the_same_name_at_another_address_is_somebody_elses() -> None:
    raws = [raw("m1"), raw("w1", node_id="other", state="down", address="10.9.9.9")]
    made = planned([member("m1", swarm=manager_look(raws, "m1")), member("w1", swarm=inactive("w1"))])
    assert made.stale == []
    assert made.warnings == [
        "Node w1 (other, 10.9.9.9, down) is in the swarm but not in the inventory; flotilla.swarm.remove_nodes removes it."
    ]


def test_promotions_and_demotions_follow_the_groups() -> None:
    raws = [raw("m1"), raw("m2", role="worker"), raw("w1", role="manager"), raw("w2", role="manager")]
    made = planned(
        [
            member("m1", swarm=manager_look(raws, "m1")),
            member("m2", swarm=worker_look(raws, "m2")),
            member("w1", swarm=manager_look(raws, "w1")),
            member("w2", swarm=manager_look(raws, "w2")),
        ]
    )
    assert list(made.promote) == ["m2"]
    assert list(made.demote) == ["w1", "w2"]
    assert made.entry == "m1", "a manager that is to be demoted stops answering"


def test_the_only_manager_can_be_replaced_by_one_that_joins() -> None:
    raws = [raw("w1", role="manager")]
    made = planned([member("w1", swarm=manager_look(raws, "w1")), member("m1", swarm=inactive("m1"))])
    assert (made.join, list(made.demote)) == ({"m1": "manager"}, ["w1"])


def test_a_promotion_on_its_way_can_be_called_off() -> None:
    raws = [raw("m1"), raw("w1", role="manager", reachability=None)]
    made = planned(
        [member("m1", swarm=manager_look(raws, "m1")), member("w1", swarm=worker_look(raws, "w1"))]
    )
    assert list(made.demote) == ["w1"], "which costs the quorum nothing"


def test_half_a_join_to_a_swarm_that_is_there_starts_anew() -> None:
    raws = [raw("m1")]
    made = planned(
        [member("m1", swarm=manager_look(raws, "m1")), member("w1", swarm=swarm_look("pending", name="w1"))]
    )
    assert (made.reset, made.join) == (["w1"], {"w1": "worker"})


def test_a_demotion_that_would_cost_the_quorum_is_refused() -> None:
    raws = [raw("m1"), raw("m2", state="down", reachability="unreachable"), raw("w1", role="manager")]
    members = [
        member("m1", swarm=manager_look(raws, "m1")),
        member("m2"),
        member("w1", swarm=manager_look(raws, "w1")),
    ]
    with pytest.raises(Refused) as refused:
        planned(members)
    assert str(refused.value) == (
        "Taking w1 out of the managers would cost the quorum (2 of 3 managers are reachable, 2 are needed); bring the "
        "unreachable managers back first. Nothing was changed."
    )


def test_a_stale_entry_counts_as_lost_whatever_the_swarm_still_believes() -> None:
    """Two wiped managers of three: the swarm may not have noticed yet, but nobody can remove them anymore."""
    raws = [raw("m1"), raw("m2"), raw("m3")]
    members = [
        member("m1", swarm=manager_look(raws, "m1")),
        member("m2", swarm=inactive("m2")),
        member("m3", swarm=inactive("m3")),
    ]
    with pytest.raises(
        Refused, match=r"^Taking the stale entry of m2 out of the managers would cost the quorum"
    ):
        planned(members)


@pytest.mark.parametrize("state", ["locked", "unknown"])
def test_the_entry_of_a_host_that_cannot_say_who_it_is_is_not_stale(state: str) -> None:
    """A locked Engine reports no node ID (seen on 20.10 and 26.1); its entry is still its own."""
    raws = [raw("m1"), raw("m2"), raw("m3", state="down", reachability="unreachable")]
    made = planned(
        [
            member("m1", swarm=manager_look(raws, "m1")),
            member("m2", swarm=manager_look(raws, "m2")),
            member("m3", swarm=swarm_look(state, name="m3")),
        ]
    )
    assert (made.stale, made.join, made.reset) == ([], {}, [])
    assert made.warnings == [f"m3 is left as it is: m3 is {state}."]


def test_a_stopped_engine_is_neither_joined_nor_stale_before_it_was_asked() -> None:
    raws = [raw("m1"), raw("w1", state="down")]
    stopped = member("w1", swarm=swarm_look("no_engine", name="w1"))
    assert stopped.host
    stopped.host["engine"]["state"] = "stopped"
    made = planned([member("m1", swarm=manager_look(raws, "m1")), stopped])
    assert (made.stale, made.join, made.warnings) == ([], {}, [])


def test_no_swarm_is_made_while_an_engine_is_stopped() -> None:
    stopped = swarm_look("no_engine", name="m2")
    made = planned(
        [
            member("m1", swarm=inactive("m1")),
            member("m2", swarm=stopped, look={"engine": {"state": "stopped"}}),
        ]
    )
    assert made == Membership(
        entry="m1", warnings=["Whether m2 is in a swarm is only seen once the engine runs, and planned then."]
    )


def test_a_member_that_was_restarted_and_reaches_no_manager_yet_keeps_its_place() -> None:
    """Such a node is pending, as one that joins is, but with its node ID (seen on 20.10)."""
    raws = [raw("m1"), raw("w1", state="down")]
    pending = swarm_look("pending", "id-w1", "w1", remote_managers=remote_managers(raws))
    made = planned([member("m1", swarm=manager_look(raws, "m1")), member("w1", swarm=pending)])
    assert (made.reset, made.join, made.stale) == ([], {}, [])
    assert made.warnings == ["w1 is left as it is: w1 is pending."]


def test_a_join_that_broke_off_with_its_entry_made_starts_anew() -> None:
    raws = [raw("m1"), raw("w1", state="unknown", availability="pause")]
    look = {**manager_look(raws, "m1"), "unfinished": ["id-w1"]}
    pending = swarm_look("pending", "id-w1", "w1", remote_managers=remote_managers(raws))
    made = planned([member("m1", swarm=look), member("w1", swarm=pending)])
    assert (made.reset, made.join) == (["w1"], {"w1": "worker"})
    assert [node["id"] for node in made.stale] == ["id-w1"]


def test_a_node_that_was_removed_without_knowing_joins_anew() -> None:
    raws = [raw("m1")]
    gone = swarm_look("worker", "id-w1", "w1", remote_managers=remote_managers(raws))
    made = planned([member("m1", swarm=manager_look(raws, "m1")), member("w1", swarm=gone)])
    assert (made.reset, made.join) == (["w1"], {"w1": "worker"})


def test_an_unseen_host_changes_nothing_and_is_told() -> None:
    raws = [raw("m1"), raw("w1", state="down")]
    made = planned([member("m1", swarm=manager_look(raws, "m1")), member("w1"), member("w2")])
    assert (made.join, made.stale) == ({}, [])
    assert made.warnings == [
        "w1 was not seen; its node is left as it is.",
        "w2 was not seen; it cannot join.",
    ]


# What a host may be found as, when there is a swarm with a quorum.
_FOUND = (
    "manager",
    "worker",
    "lost manager",
    "wiped manager",
    "wiped worker",
    "inactive",
    "no_engine",
    "unseen",
)


@st.composite
def inventories(draw: st.DrawFn) -> tuple[list[Member], dict[str, str]]:
    """Hosts of one swarm, and as what each was found."""
    count = draw(st.integers(1, 7))
    names = [f"m{number}" for number in range(1, count + 1)]
    found = {name: draw(st.sampled_from(_FOUND)) for name in names}
    found[draw(st.sampled_from(names))] = "manager"
    roles = {name: draw(st.sampled_from(("manager", "worker"))) for name in names}
    raws = []
    for name in names:
        told = found[name]
        if "manager" in told:
            state = {"manager": {}}.get(told, {"state": "down", "reachability": "unreachable"})
            raws.append(raw(name, "manager", **state))
        elif "worker" in told:
            raws.append(raw(name, "worker", state="ready" if told == "worker" else "down"))
    up = sum(told == "manager" for told in found.values())
    assume(up >= quorum.majority(sum("manager" in told for told in found.values())))
    members = []
    for name in names:
        look: dict[str, t.Any] | None
        if found[name] in ("lost manager", "unseen"):
            look = None
        elif found[name] == "manager":
            look = manager_look(raws, name)
        elif found[name] == "worker":
            look = worker_look(raws, name)
        else:
            look = swarm_look("no_engine" if found[name] == "no_engine" else "inactive", name=name)
        members.append(member(name, roles[name], look))
    return members, found


def apply(made: Membership, members: list[Member]) -> list[Raw]:
    """The swarm after a plan, each step taken in order and each keeping the majority."""
    before = next(one for one in members if one.name == made.entry).swarm["nodes"]
    alive = {
        node["id"]: bool(node["manager"] and node["manager"]["reachability"] == "reachable")
        for node in before
    }
    group = {node["id"] for node in before if node["manager"]}
    gone = {node["id"] for node in made.stale}
    for node_id in gone:
        alive[node_id] = False

    def holds(why: str) -> None:
        assert sum(alive[one] for one in group) >= quorum.majority(len(group)), why

    for node in made.stale:
        holds(f"before {node['id']} is removed")
        group.discard(node["id"])
        holds(f"after {node['id']} was removed")
    after = {node["id"]: raw(node["hostname"], node["role"]) for node in before if node["id"] not in gone}
    for node_id, row in after.items():
        if node_id in group and not alive[node_id]:
            row["ManagerStatus"]["Reachability"] = "unreachable"
            row["Status"]["State"] = "down"
    for name, role in made.join.items():
        row = raw(name, role, node_id=f"id-{name}")
        after[row["ID"]] = row
        if role == "manager":
            group.add(row["ID"])
            alive[row["ID"]] = True
            holds(f"after {name} joined")
    for node in made.promote.values():
        group.add(node["id"])
        alive[node["id"]] = True
        holds(f"after {node['hostname']} was promoted")
        after[node["id"]] = raw(node["hostname"], "manager")
    for node in made.demote.values():
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
    members, _found = inventory
    try:
        made = planned(members)
    except Refused as refused:
        # Only a demotion, or a quorum that nobody noticed to be lost, can be in the way.
        assert "would cost the quorum" in str(refused)
        return
    assert made.init is None, "there is a swarm already"
    raws = apply(made, members)
    roles = {row["Description"]["Hostname"]: row["Spec"]["Role"] for row in raws}
    assert {one.name: one.role for one in members if one.host}.items() <= roles.items()
    again = []
    for one in members:
        if one.host is None:
            again.append(one)
            continue
        look = manager_look if one.role == "manager" else worker_look
        again.append(member(one.name, one.role, look(raws, one.name)))
    if not any(one.role == "manager" and one.host for one in again):
        return  # Nobody is left to ask; the steps above have shown that the swarm itself has its quorum.
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
                    "unseen",
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
def test_nobody_makes_a_swarm_while_a_host_may_be_in_one(hosts: list[tuple[str, str]], named: bool) -> None:
    members = []
    for number, (role, state) in enumerate(hosts, 1):
        name = f"m{number}"
        holds = state in ("member+pending", "worker", "error", "no_quorum")
        look = swarm_look(state.split("+")[-1], f"id-{name}" if holds else None, name, swarm_id="s")
        members.append(member(name, role if named else "worker", None if state == "unseen" else look))
    assume(not named or any(one.role == "manager" for one in members))
    try:
        cluster = clusters.find(members)
    except Refused:
        return
    assert cluster is None
    allowed = {"inactive", "no_engine", "pending"} | ({"unseen"} if named else set())
    assert {state for _role, state in hosts} <= allowed
    assert not any(one.state == "unseen" and one.role == "manager" for one in members)
