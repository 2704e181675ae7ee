# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which manager is copied, what speaks against it, and which archives stay."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import plan
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import Node
from hypothesis import given
from hypothesis import strategies as st


def _node(
    name: str, leader: bool = False, reachable: bool = True, drained: bool = False, manager: bool = True
) -> Node:
    return {
        "id": name,
        "hostname": name,
        "role": "manager" if manager else "worker",
        "availability": "drain" if drained else "active",
        "state": "ready" if reachable else "down",
        "address": "10.0.0.1",
        "manager": {
            "leader": leader,
            "reachability": "reachable" if reachable else "unreachable",
            "address": "",
        }
        if manager
        else None,
        "engine_version": "26.1.4",
        "labels": {},
        "problems": [],
    }


@st.composite
def _swarms(draw: t.Any) -> list[Node]:
    count = draw(st.integers(1, 7))
    leader = draw(st.integers(0, count - 1))
    return [
        _node(f"m{at}", at == leader, at == leader or draw(st.booleans()), draw(st.booleans()))
        for at in range(count)
    ] + [_node(f"w{at}", manager=False) for at in range(draw(st.integers(0, 2)))]


@given(_swarms(), st.randoms())
def test_chosen_is_a_manager_that_leads_nothing(nodes: list[Node], mixed: t.Any) -> None:
    order = [node["id"] for node in nodes]
    mixed.shuffle(order)
    found = plan.choose(nodes, {name: name for name in order})
    able = [node for node in nodes if node["manager"] and node["state"] == "ready"]
    chosen = next(node for node in able if node["id"] == found)
    others = [node for node in able if not t.cast(t.Any, node["manager"])["leader"]]
    assert not (others and t.cast(t.Any, chosen["manager"])["leader"])
    if any(node["availability"] == "drain" for node in others):
        assert chosen["availability"] == "drain"


@given(_swarms())
def test_what_is_let_through_keeps_the_quorum_and_the_leader(nodes: list[Node]) -> None:
    members = [node for node in nodes if node["manager"]]
    reachable = sum(node["state"] == "ready" for node in members)
    for node in members:
        if plan.refusal(nodes, node["id"], outage=False, is_locked=False, has_key=False) is None:
            assert not t.cast(t.Any, node["manager"])["leader"]
            assert reachable - 1 > len(members) // 2
        leads = t.cast(t.Any, node["manager"])["leader"]
        told = plan.refusal(nodes, node["id"], outage=True, is_locked=False, has_key=False)
        assert (told is None) == (len(members) == 1 or not leads)


@pytest.mark.parametrize(
    ("node", "locked", "key", "said"),
    [
        ("m2", True, True, "makes no new swarm of one of several managers that are locked"),
        ("m1", False, False, "leads the swarm"),
        ("w1", False, False, "no manager"),
        ("m2", False, False, None),
    ],
)
def test_a_refusal_says_why(node: str, locked: bool, key: bool, said: str | None) -> None:
    nodes = [_node("m1", leader=True), _node("m2"), _node("m3"), _node("w1", manager=False)]
    found = plan.refusal(nodes, node, outage=False, is_locked=locked, has_key=key)
    assert found is None if said is None else said in str(found)


def test_the_only_manager_is_copied_locked_with_its_key() -> None:
    nodes = [_node("m1", leader=True)]
    assert "give unlock_key" in str(plan.refusal(nodes, "m1", outage=True, is_locked=True, has_key=False))
    assert plan.refusal(nodes, "m1", outage=True, is_locked=True, has_key=True) is None


def test_two_managers_are_copied_only_where_an_outage_is_allowed() -> None:
    nodes = [_node("m1", leader=True), _node("m2")]
    assert "outage" in str(plan.refusal(nodes, "m2", outage=False, is_locked=False, has_key=False))
    assert plan.refusal(nodes, "m2", outage=True, is_locked=False, has_key=False) is None


_MINE, _OTHER = "c" * 25, "d" * 25
_NAMES = st.lists(
    st.one_of(
        st.builds(
            lambda cluster, day, end: plan.name(cluster, f"2026-11-{day:02}T05:00:00Z") + end,
            st.sampled_from([_MINE, _OTHER]),
            st.integers(1, 28),
            st.sampled_from(["", ".age"]),
        ),
        st.sampled_from(["notes.txt", f"swarm-{_MINE}.tar", f"swarm-{_MINE}-20261128T050000Z.tar.part.x"]),
    ),
    unique=True,
)


@given(_NAMES, st.integers(0, 5))
def test_only_old_archives_of_the_same_swarm_go(names: list[str], keep: int) -> None:
    gone = plan.outdated(names, _MINE, keep)
    mine = [one for one in names if one.startswith(f"swarm-{_MINE}-") and one.endswith((".tar", ".age"))]
    assert set(gone) <= set(mine)
    assert len(gone) == (max(0, len(mine) - keep) if keep else 0)
    left = set(mine) - set(gone)
    assert all(max(gone) >= one and min(left) >= one for one in gone)


def test_what_never_became_whole_goes_whatever_is_kept() -> None:
    part = f".swarm-{_MINE}-20261128T050000Z.tar"
    names = [part, f".swarm-{_OTHER}-20261128T050000Z.tar", f"swarm-{_MINE}-20261128T050000Z.tar"]
    assert plan.outdated(names, _MINE, 0) == [part]


def test_a_copy_that_does_not_fit_is_told() -> None:
    assert plan.no_room(10 << 20, 1 << 30, "/srv") is None
    assert plan.no_room(10 << 20, 50 << 20, "/srv") == "/srv has 50 MiB free, and the copy needs 74 MiB"
