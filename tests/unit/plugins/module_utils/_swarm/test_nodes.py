# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import node, raw_node

FIXTURES = Path(__file__).parents[3] / "fixtures"


def test_nodes_of_real_engines_are_read() -> None:
    raws = json.loads((FIXTURES / "nodes_20.10_and_26.1.json").read_text())
    seen = nodes.views(raws)
    assert [one["hostname"] for one in seen] == ["m1", "m2", "m3"]
    assert seen[0] == {
        "id": "izs0019rxi8bgkj83ebzngqcy",
        "hostname": "m1",
        "role": "manager",
        "availability": "active",
        "state": "ready",
        "address": "10.89.3.11",
        "manager": {"leader": True, "reachability": "reachable", "address": "10.89.3.11:2377"},
        "engine_version": "20.10.24+dfsg1",
        "labels": {},
        "problems": [],
    }
    assert seen[1]["engine_version"].startswith("26.1")
    assert seen[2]["manager"] is None
    assert nodes.quorum_summary(seen) == {"managers": 2, "reachable": 2, "majority": 2, "may_fail": 0}


def test_a_node_that_has_only_just_joined_has_little_to_tell() -> None:
    seen = nodes.view({"ID": "new", "Spec": None, "Description": None, "Status": None})
    assert (seen["hostname"], seen["role"], seen["state"], seen["labels"]) == ("", "worker", "unknown", {})


@pytest.mark.parametrize("reported", ["", "0.0.0.0", "127.0.0.1", "::"])
def test_a_managers_address_is_taken_from_its_part_in_the_quorum_where_it_reports_none(reported: str) -> None:
    raw = raw_node("m", role="manager", address="10.0.0.5")
    raw["Status"]["Addr"] = reported
    assert nodes.view(raw)["address"] == "10.0.0.5"
    raw["ManagerStatus"]["Addr"] = "[fd00::5]:2377"
    assert nodes.view(raw)["address"] == "fd00::5"


def test_a_worker_keeps_the_address_it_reports() -> None:
    assert node("w", address="0.0.0.0")["address"] == "0.0.0.0"


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (raw_node("n"), []),
        (raw_node("n", state="down"), ["its state is down"]),
        (
            raw_node("n", role="manager", reachability="unreachable"),
            ["as a manager it is unreachable"],
        ),
        (raw_node("n", role="manager", reachability=None), ["its promotion is not finished"]),
        (raw_node("n", role="worker", reachability="reachable"), ["its demotion is not finished"]),
        (raw_node("n", availability="drain"), ["drained: it runs no service task"]),
        (raw_node("n", availability="pause"), ["paused: it takes no new task"]),
    ],
)
def test_what_is_wrong_with_a_node_is_said(raw: dict[str, object], problems: list[str]) -> None:
    assert nodes.view(raw)["problems"] == problems


def test_the_engines_message_is_passed_on() -> None:
    raw = raw_node("n", state="down")
    raw["Status"]["Message"] = "heartbeat failure"
    assert nodes.view(raw)["problems"] == ["its state is down (heartbeat failure)"]


@pytest.mark.parametrize(
    ("state", "gone"), [("ready", False), ("unknown", False), ("down", True), ("disconnected", True)]
)
def test_a_node_is_gone_where_it_is_down_or_disconnected(state: str, gone: bool) -> None:
    assert nodes.is_gone(node("n", state=state)) is gone


@pytest.mark.parametrize("state", ["down", "disconnected"])
def test_an_entry_that_is_gone_is_stale_where_its_host_has_another_one(state: str) -> None:
    seen = nodes.views([raw_node("new", "w1"), raw_node("old", "w1", state=state), raw_node("x", "w2")])
    by_id = {one["id"]: one["problems"] for one in seen}
    assert by_id == {
        "old": [f"its state is {state}", "it is a stale entry: w1 is now new"],
        "new": [],
        "x": [],
    }


def test_only_members_of_the_raft_group_count() -> None:
    seen = nodes.views(
        [
            raw_node("a", role="manager"),
            raw_node("b", role="manager", reachability="unreachable"),
            raw_node("c", role="manager", reachability=None),
            raw_node("d", role="worker", reachability="reachable"),
            raw_node("e"),
        ]
    )
    assert [one["id"] for one in nodes.managers(seen)] == ["a", "b", "d"]
    assert [one["id"] for one in nodes.reachable(seen)] == ["a", "d"]


SEEN = nodes.views(
    [
        raw_node("abcdef111", "w1"),
        raw_node("abcdef222", "w1", state="down"),
        raw_node("abcdef333", "w2"),
        raw_node("twin000001", "t"),
        raw_node("twin000002", "t", address="10.0.0.2"),
        raw_node("w2", "odd"),
    ]
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("abcdef222", "abcdef222"),
        ("w1", "abcdef111"),
        ("abcdef3", "abcdef333"),
        # An ID is never ambiguous, though a host may be called like it.
        ("w2", "w2"),
        ("abcde", None),
        ("nobody", None),
    ],
)
def test_nodes_are_found_by_id_name_and_beginning(name: str, found: str | None) -> None:
    node = nodes.find(SEEN, name)
    assert (node["id"] if node else None) == found


def test_self_is_the_node_that_is_asked() -> None:
    own = nodes.find(SEEN, "self", "abcdef333")
    assert own and own["id"] == "abcdef333"
    assert nodes.find(SEEN, "self") is None


def test_several_live_namesakes_are_refused_with_their_ids() -> None:
    with pytest.raises(Refused) as refused:
        nodes.find(SEEN, "t")
    assert str(refused.value) == (
        "2 nodes are called t: twin000001 (10.0.0.1, ready), twin000002 (10.0.0.2, ready); name the node by its ID."
    )


@pytest.mark.parametrize("state", ["down", "disconnected"])
def test_an_ambiguous_beginning_is_refused_unless_all_but_one_are_gone(state: str) -> None:
    with pytest.raises(Refused, match=r"^2 nodes are called abcdef: "):
        nodes.find(SEEN, "abcdef")
    alive = nodes.find(nodes.views([raw_node("prefix1"), raw_node("prefix2", state=state)]), "prefix")
    assert alive and alive["id"] == "prefix1"
