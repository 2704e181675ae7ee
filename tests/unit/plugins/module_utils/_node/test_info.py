# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._node import info as node_info
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import views
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, info
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import fake_swarm, raw_node

SEEN = views(
    [raw_node("abcdef111", "m1", "manager"), raw_node("abcdef222", "w1"), raw_node("old", "w1", state="down")]
)


def work(engine: FakeEngine, name: list[str] | None = None, own: bool = False) -> dict[str, t.Any]:
    return node_info.work({"name": name, "self": own, "verbose_output": False}, False, engine)


def test_all_nodes_are_returned_where_none_is_named() -> None:
    assert node_info.read(SEEN, "abcdef111", None) == {"nodes": SEEN, "missing": []}


def test_nodes_are_found_by_name_id_and_the_beginning_of_an_id_in_this_order() -> None:
    found = node_info.read(SEEN, "abcdef111", ["w1", "old", "abcdef1", "w9", "abcde"])
    assert [node["id"] for node in found["nodes"]] == ["abcdef222", "old", "abcdef111"]
    assert found["missing"] == ["w9", "abcde"]


def test_a_name_that_several_live_nodes_have_is_refused() -> None:
    with pytest.raises(errors.Refused, match=r"^2 nodes are called abcdef: "):
        node_info.read(SEEN, "abcdef111", ["abcdef"])


def test_a_manager_returns_the_nodes_and_says_how_the_quorum_is() -> None:
    found = work(fake_swarm(), ["w1", "w9"])
    assert (found["changed"], found["state"], found["missing"]) == (False, "manager", ["w9"])
    assert found["why"] == "Quorum holds: 3 of 3 managers reachable, 2 needed, 1 more may fail."
    assert [node["id"] for node in found["nodes"]] == ["w1"]
    assert [node["id"] for node in work(fake_swarm(), own=True)["nodes"]] == ["m1"]
    assert len(work(fake_swarm())["nodes"]) == 4


@pytest.mark.parametrize(("local", "state"), [(info(), "inactive"), (info("active", "id-w1"), "worker")])
def test_a_host_that_is_no_manager_says_so_and_finds_no_node(local: dict[str, t.Any], state: str) -> None:
    found = work(FakeEngine({"GET /info": local}), ["w1"])
    assert (found["state"], found["nodes"], found["missing"]) == (state, [], ["w1"])
