# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.managers import check_count, choose
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import member, node, swarm_info
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("count", [1, 3, 5, 7])
@pytest.mark.parametrize("even", ["refuse", "warn"])
def test_odd_numbers_up_to_seven_are_fine(count: int, even: str) -> None:
    assert check_count(count, even, "The group swarm_managers") == []


@pytest.mark.parametrize("count", [2, 4, 6, 8, 10])
def test_even_numbers_are_refused_or_warned_of(count: int) -> None:
    problem = f"The group swarm_managers names {count} managers, and an even number tolerates no more losses than {count - 1}"
    with pytest.raises(Refused) as refused:
        check_count(count, "refuse", "The group swarm_managers")
    assert str(refused.value) == (
        f"{problem}: choose an odd number, or set swarm_quorum_even to warn during a recovery."
    )
    assert check_count(count, "warn", "The group swarm_managers")[0] == f"{problem}: choose an odd number."


@pytest.mark.parametrize("even", ["refuse", "warn"])
@pytest.mark.parametrize("count", [0, -1])
def test_no_manager_is_refused_whatever_the_day(even: str, count: int) -> None:
    with pytest.raises(Refused) as refused:
        check_count(count, even, "swarm_quorum_size")
    assert str(refused.value) == "swarm_quorum_size names no manager: a swarm needs 1, 3, 5 or 7."


def test_more_than_seven_are_allowed_and_advised_against() -> None:
    (warning,) = check_count(9, "refuse", "swarm_quorum_size")
    assert warning == (
        "swarm_quorum_size names 9 managers: more than 7 make a swarm slower without making it safer."
    )
    assert len(check_count(8, "warn", "x")) == 2


def hosts(zones: list[str], seen: bool = True) -> list[Member]:
    return [
        member(
            f"w{number}",
            "worker",
            swarm_info("worker", f"id-{number}", f"w{number}") if seen else None,
            {"zone": zone} if zone else {},
        )
        for number, zone in enumerate(zones, 1)
    ]


def chosen(members: list[Member]) -> list[str]:
    return [one.name for one in members if one.role == "manager"]


def as_nodes(members: list[Member]) -> list[object]:
    return [node(f"id-{one.name[1:]}", one.name, one.role, address=one.own_addresses[0]) for one in members]


zones = st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=9)


@given(zones, st.data(), st.booleans())
def test_choosing_again_chooses_the_same(where: list[str], data: st.DataObject, seen: bool) -> None:
    size = data.draw(st.integers(1, len(where)))
    members = hosts(where, seen)
    choose(members, size, "zone", [])
    first = chosen(members)
    assert len(first) == size
    choose(members, size, "zone", as_nodes(members))  # type: ignore[arg-type]
    assert chosen(members) == first


@given(zones, st.data())
def test_zones_differ_by_one_at_most_as_far_as_they_have_hosts(where: list[str], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(where)))
    members = hosts(where)
    choose(members, size, "zone", [])
    managers = [where[int(name[1:]) - 1] for name in chosen(members)]
    counts = {zone: managers.count(zone) for zone in set(where)}
    for zone, count in counts.items():
        if count < where.count(zone):
            assert max(counts.values()) <= count + 1


@given(zones, st.data())
def test_managers_that_are_there_stay_as_long_as_there_are_not_too_many(
    where: list[str], data: st.DataObject
) -> None:
    members = hosts(where)
    there = data.draw(st.sets(st.sampled_from([one.name for one in members])))
    for one in members:
        one.role = "manager" if one.name in there else "worker"
    nodes = as_nodes(members)
    size = data.draw(st.integers(1, len(where)))
    choose(members, size, "zone", nodes)  # type: ignore[arg-type]
    after = set(chosen(members))
    assert len(after) == size
    assert there <= after if len(there) <= size else after <= there


def test_the_inventorys_order_decides_among_equals() -> None:
    members = hosts(["a", "a", "b", "b", "c"])
    choose(members, 3, "zone", [])
    assert chosen(members) == ["w1", "w3", "w5"]
    choose(members, 3, "rack", [])
    assert chosen(members) == ["w1", "w2", "w3"], "another label is another choice"


def test_a_lost_manager_is_still_one_but_a_wiped_host_is_not() -> None:
    members = hosts(["", "", "", ""])
    nodes = [
        node(f"id-{number}", f"w{number}", "manager", address=f"10.0.0.{100 + number}")
        for number in (2, 3, 4)
    ]
    members[3].host = None
    choose(members, 3, "zone", nodes)
    assert chosen(members) == ["w2", "w3", "w4"]
    members[1].host = members[0].host
    choose(members, 3, "zone", nodes)
    assert "w1" in chosen(members)


def test_too_few_hosts_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        choose(hosts(["", ""]), 3, "zone", [])
    assert str(refused.value) == "swarm_quorum_size is 3, but the group swarm has only 2 hosts."
