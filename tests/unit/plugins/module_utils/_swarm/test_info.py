# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.info import lines
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import views
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node


def found(*raws: dict[str, object], **more: object) -> dict[str, object]:
    return {"swarm_id": "abc", "nodes": views(list(raws)), "why": "Quorum holds.", **more}


def test_a_host_that_cannot_see_the_swarm_says_why() -> None:
    assert lines({"state": "worker", "why": "w1 is a worker; ask a manager about the swarm."}) == [
        "w1 is a worker; ask a manager about the swarm."
    ]


def test_the_nodes_are_a_table() -> None:
    raws = [
        raw_node("i1", "m1", "manager", leader=True, labels={"zone": "a", "flotilla.declared": "[]"}),
        raw_node("i2", "manager2", "manager"),
        raw_node("i3", "w1", labels={"b": "2", "a": ""}),
    ]
    assert lines(found(*raws)) == [
        "Swarm abc, 3 nodes. Quorum holds.",
        "NODE      ROLE     STATE  TAKES TASKS  ENGINE  ADDRESS   LABELS",
        "m1        leader   ready  yes          26.1.5  10.0.0.1  zone=a",
        "manager2  manager  ready  yes          26.1.5  10.0.0.1",
        "w1        worker   ready  yes          26.1.5  10.0.0.1  a= b=2",
        "Every node is fine.",
    ]


def test_problems_stand_below() -> None:
    raws = [
        raw_node("i1", "m1", "manager", leader=True),
        raw_node("i2", "w1", availability="drain"),
        raw_node("i3", "w2", state="down", availability="pause"),
    ]
    summary = lines(found(*raws, root_rotation_in_progress=True))
    assert "no (drained)" in summary[3]
    assert "no (paused)" in summary[4]
    assert summary[5:] == [
        "Not fine:",
        "w1: drained: it runs no service task.",
        "w2: its state is down.",
        "w2: paused: it takes no new task.",
        "A CA rotation is in progress and waits for every node.",
    ]
