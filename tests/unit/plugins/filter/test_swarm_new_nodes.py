# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.filter.swarm_new_nodes import FilterModule

new_nodes = FilterModule().filters()["swarm_new_nodes"]


def join(**labels: str) -> dict[str, t.Any]:
    return {"join": {"labels": labels, "availability": "active", "role": "worker"}}


def test_nodes_are_known_by_the_id_their_engine_was_given() -> None:
    plan = {
        "init": "m1",
        "hosts": {"m1": join(zone="a"), "m2": join(), "w1": join(disk="ssd"), "w2": {"engine": {}}},
    }
    init = {"node_id": "id-m1"}
    hostvars = {
        # The task that makes the swarm runs once, and every host has its result.
        "m1": {"__swarm_quorum_init": init, "__swarm_quorum_join": {"skipped": True}},
        "m2": {"__swarm_quorum_init": init, "__swarm_quorum_join": {"node_id": "id-m2"}},
        "w1": {
            "__swarm_quorum_init": init,
            "__swarm_quorum_join": {"node_id": "id-w1"},
        },
        "w2": {"__swarm_quorum_init": init},
    }
    common = {"labels_state": "owned", "availability": "active"}
    assert new_nodes(plan, hostvars) == [
        {"hostname": "id-m1", "labels": {"zone": "a"}, **common},
        {"hostname": "id-m2", "labels": {}, **common},
        {"hostname": "id-w1", "labels": {"disk": "ssd"}, **common},
    ]


def test_a_host_that_failed_to_join_is_left_out() -> None:
    plan = {"init": None, "hosts": {"w1": join(), "w2": join()}}
    hostvars = {
        "w1": {
            "__swarm_quorum_init": {"node_id": "id-m1"},
            "__swarm_quorum_join": {"failed": True, "node_id": None},
        },
        "w2": {},
    }
    assert new_nodes(plan, hostvars) == []
