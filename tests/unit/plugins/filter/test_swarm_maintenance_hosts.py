# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.filter.swarm_maintenance_hosts import FilterModule

choose = FilterModule().filters()["swarm_maintenance_hosts"]
HOSTS = ["m1", "m2", "w1", "w2", "w3"]
GROUPS = {"swarm_workers": ["w1", "w2", "w3"], "others": ["x1"]}
NODES = [
    {"id": f"id-{name}", "hostname": name, "labels": {"rack": "a" if name in ("m2", "w1") else "b"}}
    for name in HOSTS
]


def _chosen(words: str | list[str], lost: str = "w3") -> dict[str, t.Any]:
    hostvars: dict[str, t.Any] = {}
    for name in HOSTS:
        read = {"state": "manager" if name[0] == "m" else "worker", "node_id": f"id-{name}"}
        if name[0] == "m":
            read.update(nodes=NODES, quorum={"reachable": 2})
        hostvars[name] = {} if name == lost else {"read": read}
    found: dict[str, t.Any] = choose(words, HOSTS, hostvars, GROUPS, "read")
    return found


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        ("w1", ["w1"]),
        ("w1, m1,w1", ["w1", "m1"]),
        (["w2", "rack=a"], ["w2", "m2", "w1"]),
    ],
)
def test_hosts_and_labels(words: str | list[str], hosts: list[str]) -> None:
    assert list(_chosen(words)["host_of"].values()) == hosts


def test_groups() -> None:
    assert list(_chosen("swarm_workers", lost="")["host_of"].values()) == ["w1", "w2", "w3"]


def test_a_manager_that_stays_is_asked() -> None:
    found = _chosen("w1,m1,m2")
    assert found["entry_of"] == {"w1": "m1", "m1": "m2", "m2": "m1"}
    assert (found["entry"], found["reachable"]) == ("m1", 2)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "swarm_nodes is empty"),
        ("w9", "swarm_nodes names w9, and no host"),
        ("rack=z", "swarm_nodes names rack=z, and no host"),
        ("others", "swarm_nodes names others"),
        ("w3", "w3 was not reached, or is in no swarm"),
        ("swarm_workers", "w3 was not reached"),
        ("rack=b", "w3 with the label rack=b were not reached"),
    ],
)
def test_refusals(words: str, why: str) -> None:
    with pytest.raises(AnsibleFilterError, match=why):
        _chosen(words)
