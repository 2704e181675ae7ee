# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._recover.plan import plan, rest
from ansible_collections.flotilla.swarm.plugins.module_utils._recover.seen import Seen, seen
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import Node, view
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.quorum import majority
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import host_info
from ansible_collections.flotilla.swarm.tests.unit.support.sites import raw
from hypothesis import given
from hypothesis import strategies as st

MILD = ("no_quorum", "pending", "locked", "stopped")
AWAY = ("not_reached", "inactive", "error", "unknown", "no_engine")
POSITIONS = st.one_of(st.none(), st.tuples(st.integers(1, 3), st.integers(1, 5)))


def host(
    name: str, state: str, position: tuple[int, int] | None = (2, 10), count: int = 3, swarm: str = "s1"
) -> Seen:
    """One of ``m1``, ``m2`` and so on, that knows ``count`` managers."""
    if state in ("not_reached", "inactive"):
        return Seen(name, state, addresses=() if state == "not_reached" else (f"10.0.0.{name[1:]}",))
    known = {f"id-m{number}": f"10.0.0.{number}" for number in range(1, count + 1)}
    return Seen(name, state, True, f"id-{name}", swarm, known, (f"10.0.0.{name[1:]}",), position)


def quorate(*nodes: dict[str, t.Any]) -> Seen:
    """``m1``, which leads."""
    rows: tuple[Node, ...] = tuple(view(node) for node in nodes)
    return Seen("m1", "manager", True, rows[0]["id"], "s1", addresses=("10.0.0.11",), nodes=rows)


@st.composite
def lost(draw: st.DrawFn) -> tuple[list[Seen], int]:
    """The managers of a swarm of which none has a quorum, and how many there are."""
    count = draw(st.integers(1, 7))
    states = st.sampled_from((*MILD, *AWAY))
    return [host(f"m{number}", draw(states), draw(POSITIONS), count) for number in range(1, count + 1)], count


@given(lost())
def test_the_mildest_way_is_taken_and_the_furthest_log_survives(drawn: tuple[list[Seen], int]) -> None:
    hosts, count = drawn
    found = plan(hosts)
    run = [one.name for one in hosts if one.state in ("no_quorum", "pending")]
    locked = [one.name for one in hosts if one.state == "locked"]
    stopped = [one.name for one in hosts if one.state == "stopped"]
    there = {one.name: one for one in hosts if one.state in MILD}
    if found.way == "force":
        # Nothing milder would do.
        assert len(there) < majority(count)
        survivor = there[found.survivor or ""]
        for other in there.values():
            theirs, own = other.position or (-1, -1), survivor.position or (-1, -1)
            assert theirs <= own
            assert theirs < own or survivor.name <= other.name
        assert found.start == [survivor.name] * (survivor.state == "stopped")
        assert found.unlock == []
        assert survivor.state != "locked"
    else:
        assert found.survivor is None
    if found.way == "impossible":
        assert not there
    if found.way == "sealed":
        # The Engine would refuse, whoever is named beside the one that goes furthest.
        assert len(there) < majority(count)
        assert max(there.values(), key=lambda one: one.position or (-1, -1)).position in {
            one.position for one in there.values() if one.state == "locked"
        }
    if found.way == "leaderless":
        assert len(run) >= majority(count)
    if found.way == "unlock":
        assert len(run) < majority(count) <= len(run + locked)
        assert (found.start, found.unlock) == ([], locked)
    if found.way == "start":
        assert len(run + locked) < majority(count) <= len(there)
        assert (found.start, found.unlock) == (stopped, locked)
    assert found.way not in ("none", "rest")
    assert plan(list(reversed(hosts))).survivor == found.survivor, (
        "the order of the inventory decides nothing"
    )


@given(lost(), st.sampled_from(["m1", "m2", "m7"]))
def test_a_named_survivor_is_taken_only_where_nothing_milder_would_do(
    drawn: tuple[list[Seen], int], named: str
) -> None:
    hosts, _count = drawn
    way = plan(hosts).way
    if way in ("unlock", "start", "impossible"):
        assert plan(hosts, named) == plan(hosts)
    elif any(one.name == named and one.state == "locked" for one in hosts):
        assert plan(hosts, named).way == "sealed"
    elif any(one.name == named and one.state in MILD for one in hosts):
        assert (plan(hosts, named).way, plan(hosts, named).survivor) == ("force", named)
    else:
        with pytest.raises(
            Refused, match=f"swarm_recover_on is {named}, which is no manager that was reached"
        ):
            plan(hosts, named)


def test_what_is_lost_is_said_and_what_is_done() -> None:
    found = plan([host("m1", "inactive"), host("m2", "no_quorum", (4, 812)), host("m3", "not_reached")])
    assert found.lines[:3] == [
        "The swarm s1 has lost its quorum: of its 3 managers, m2 can be asked, 2 are needed; 10.0.0.3 and m1 do not answer.",
        "The logs of the managers go m2 to term 4, index 812.",
        "Force a new cluster on m2. Writes that only managers that do not answer had taken are lost.",
    ]


def test_an_engine_with_autolock_is_not_forced() -> None:
    sealed = replace(host("m2", "no_quorum"), is_sealed=True)
    found = plan([host("m1", "inactive"), sealed, host("m3", "not_reached")])
    assert (found.way, found.survivor) == ("sealed", None)
    assert "autolock_managers is on" in found.lines[-1]


def test_a_leader_that_nobody_follows_has_no_quorum() -> None:
    away = [raw(name, reachability="unreachable", state="down") for name in ("m2", "m3")]
    found = plan([quorate(raw("m1"), *away)])
    assert found.way == "leaderless"
    assert found.lines[0] == "Quorum lost: 1 of 3 managers reachable, 2 needed."


def test_hosts_of_two_swarms_are_refused() -> None:
    with pytest.raises(Refused, match=r"of 2 swarms: s1 \(m1\) and s2 \(m2\)\. Nothing was changed"):
        plan([host("m1", "no_quorum"), host("m2", "locked", swarm="s2")])


def test_no_manager_is_left() -> None:
    found = plan([host("m1", "inactive"), host("m2", "not_reached")])
    assert found.way == "impossible"
    assert "m2 did not answer" in found.lines[0]
    assert "flotilla.swarm.restore makes the swarm anew" in found.lines[0]


def test_a_quorum_is_left_alone() -> None:
    leader, away = raw("m1"), raw("m3", reachability="unreachable", state="down")
    found = plan([quorate(leader, raw("m2"), away), host("m2", "locked")])
    assert found.way == "none"
    assert found.lines[1:] == [
        "m3 is down.",
        "There is nothing to recover: flotilla.swarm.site brings back what is missing.",
    ]


def test_a_run_that_was_stopped_after_a_new_cluster_was_forced_goes_on() -> None:
    old = [raw(name, reachability=None, state="down") for name in ("m2", "m3", "m4")]
    entry = quorate(raw("m1"), *old)
    # m2 still thinks that it is a manager of the old one; m3 lost its state; m4 was not reached; m5 was removed and came back.
    hosts = [
        entry,
        Seen("m2", "no_quorum", True, old[0]["ID"], "s1"),
        Seen("m3", "inactive"),
        Seen("m4"),
        Seen("m5", "locked", True, "removed", "s1"),
    ]
    found = plan(hosts)
    assert (found.way, found.survivor) == ("rest", None)
    left = rest(hosts)
    assert (left.entry, left.leave) == ("m1", ["m2", "m5"])
    assert [node["hostname"] for node in left.dead] == [old[1]["ID"], old[2]["ID"]]
    # A promotion that is at work, or stuck, is none of this.
    stuck = [raw("m1"), raw("m2"), raw("m3", reachability=None, state="down")]
    assert plan([quorate(*stuck)]).way == "none"


def test_a_host_is_seen_by_its_engine_or_by_its_files() -> None:
    stored = {
        "node_id": "n2",
        "swarm_id": "s1",
        "role": "manager",
        "sealed": True,
        "managers": [{"id": "n1", "address": "[fd00::1]:2377"}],
        "term": 2,
        "index": 7,
    }
    info = host_info("m2", {"state": "no_engine", "why": "", "stored": stored})
    info["engine"]["state"] = "stopped"
    assert seen("m2", info) == Seen(
        "m2", "stopped", True, "n2", "s1", {"n1": "fd00::1"}, ("10.0.0.12",), (2, 7), is_sealed=True
    )
    assert seen("w1", host_info("w1", {"state": "locked", "why": "", "stored": None})).is_manager is False
    assert seen("m3", None) == Seen("m3")
