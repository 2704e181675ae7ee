# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.filter.swarm_backup_outdated import FilterModule as Outdated
from ansible_collections.flotilla.swarm.plugins.filter.swarm_backup_plan import FilterModule

plan = FilterModule().filters()["swarm_backup_plan"]
HOSTS = ["m1", "m2", "w1"]


def hostvars() -> dict[str, dict[str, t.Any]]:
    nodes = [
        {
            "id": f"id-{name}",
            "state": "ready",
            "availability": "active",
            "manager": {"leader": name == "m1", "reachability": "reachable"} if name[0] == "m" else None,
        }
        for name in HOSTS
    ]
    settings = {"autolock_managers": True}
    seen = {
        "m1": {"state": "manager", "nodes": nodes, "settings": settings},
        "m2": {"state": "manager"},
        "w1": {},
    }
    return {name: {"r": {"node_id": f"id-{name}", **info}} for name, info in seen.items()}


def test_the_manager_that_does_not_lead_is_copied() -> None:
    found = plan("", HOSTS, hostvars(), "r")
    assert (found["host"], found["entry"], found["locked"]) == ("m2", "m1", True)
    assert plan("m1", HOSTS, hostvars(), "r")["host"] == "m1"


def test_a_host_that_is_none_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="swarm_backup_node is x"):
        plan("x", HOSTS, hostvars(), "r")
    with pytest.raises(AnsibleFilterError, match="No host of the inventory is a manager"):
        plan("", ["w1"], hostvars(), "r")


def test_the_oldest_archives_go() -> None:
    names = [f"swarm-abc-2026112{day}T050000Z.tar.enc" for day in (3, 1, 2)]
    assert Outdated().filters()["swarm_backup_outdated"](names, "abc", 2) == [names[1]]
