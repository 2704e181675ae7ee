# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.filter.swarm_rotating import FilterModule

rotating = FilterModule().filters()["swarm_rotating"]
HOSTS = ["m1", "m2", "w1"]


def hostvars(
    locked: bool = True, in_progress: bool = False, counter: int | None = 2, **states: str
) -> dict[str, dict[str, t.Any]]:
    nodes = [
        {
            "id": f"id-{name}",
            "hostname": name,
            "state": states.get(name, "ready"),
            "manager": {"leader": False, "reachability": "reachable"} if name[0] == "m" else None,
        }
        for name in HOSTS
    ]
    manager = {
        "state": "manager",
        "nodes": nodes,
        "settings": {"autolock_managers": locked, "ca_force_rotate": counter},
        "root_rotation_in_progress": in_progress,
    }
    return {"m1": {}, "m2": {"r": manager}, "w1": {"r": {"state": "worker"}}}


def test_the_first_manager_that_was_reached_rotates_what_is_named() -> None:
    assert rotating("worker_token, ca,", HOSTS, hostvars(), "r") == {
        "entry": "m2",
        "what": ["worker_token", "ca"],
        "lines": [
            "replace the join token of workers",
            "replace the root certificate, and the certificates of all 3 nodes",
        ],
        "ca_force_rotate": 3,
    }
    assert rotating(["manager_token"], HOSTS, hostvars(), "r")["ca_force_rotate"] is None
    assert rotating("ca", HOSTS, hostvars(counter=None), "r")["ca_force_rotate"] == 1


def test_a_rotation_that_goes_on_is_not_begun_again() -> None:
    found = rotating("ca", HOSTS, hostvars(in_progress=True), "r")
    assert found["ca_force_rotate"] == 2
    assert found["lines"] == ["go on with the rotation of the root certificate that an earlier run has begun"]


@pytest.mark.parametrize(
    ("what", "swarm", "sentence"),
    [
        (
            "",
            hostvars(),
            "swarm_rotate is empty: give some of worker_token, manager_token, unlock_key, ca, with",
        ),
        ("ca,keys", hostvars(), "swarm_rotate names keys: give some of worker_token, "),
        ("ca", {}, "No host of the inventory is a manager with a quorum, so nothing can be rotated"),
        (
            "unlock_key",
            hostvars(locked=False),
            "The managers are not locked (autolock_managers is false), so there",
        ),
        (
            "unlock_key",
            hostvars(m1="down"),
            "The manager m1 is not ready, and a manager that is away needs the old",
        ),
        (
            "ca",
            hostvars(w1="down"),
            "The node w1 is not ready, and a rotation of the CA ends only when every node has",
        ),
        ("ca", hostvars(w1="down", m1="down"), "The nodes m1, w1 are not ready, and "),
    ],
)
def test_what_would_leave_a_node_behind_is_refused(what: str, swarm: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        rotating(what, HOSTS, swarm or {host: {} for host in HOSTS}, "r")
    assert str(refused.value).startswith(sentence)


def test_tokens_and_locks_do_not_need_every_node() -> None:
    assert rotating("worker_token", HOSTS, hostvars(w1="down", m1="down"), "r")["entry"] == "m2"
    assert rotating("unlock_key", HOSTS, hostvars(w1="down"), "r")["entry"] == "m2"
