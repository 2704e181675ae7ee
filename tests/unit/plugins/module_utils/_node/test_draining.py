# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._node.draining import Draining


def tasks(**nodes: tuple[int, int]) -> list[dict[str, t.Any]]:
    """Tasks by node: so many that run, and so many that have ended."""
    states = {node: ["running"] * runs + ["shutdown"] * ended for node, (runs, ended) in nodes.items()}
    return [{"NodeID": node, "Status": {"State": state}} for node, all_ in states.items() for state in all_]


def test_the_tasks_of_a_node_are_counted_down() -> None:
    draining = Draining({"a": "w1"})
    assert draining.doing == "draining w1"
    assert not draining.see(tasks(a=(7, 2)))
    assert draining.doing == "draining w1: 7 of 7 tasks are still running"
    assert not draining.see(tasks(a=(3, 6)))
    assert draining.doing == "draining w1: 3 of 7 tasks are still running"
    assert not draining.see(tasks(a=(1, 8)))
    assert draining.doing == "draining w1: 1 of 7 tasks is still running"
    assert draining.late == "w1 runs 1 task(s)"
    assert draining.see(tasks(a=(0, 9)))


def test_of_many_nodes_some_are_named() -> None:
    draining = Draining({node: f"w{node}" for node in "abcde"})
    assert not draining.see(tasks(a=(2, 0), b=(1, 0), c=(1, 0), d=(1, 0), e=(1, 0)))
    assert draining.doing == (
        "draining wa: 2 of 2 tasks are still running; wb: 1 of 1 tasks is still running; "
        "wc: 1 of 1 tasks is still running; and 2 more nodes"
    )
    assert not draining.see(tasks(b=(1, 0)))
    assert draining.doing == "draining wb: 1 of 1 tasks is still running"
