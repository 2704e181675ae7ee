# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.filter.swarm_leaving import FilterModule

leaving = FilterModule().filters()["swarm_leaving"]
MANAGER = {"leader": False, "reachability": "reachable", "address": "10.0.0.1:2377"}
NODES = [
    *(
        {
            "id": f"id-{name}",
            "hostname": name,
            "state": "ready",
            "engine_version": "26.1.5",
            "manager": MANAGER if name[0] == "m" else None,
        }
        for name in ("m1", "m2", "w1", "w9")
    ),
    {"id": "lost-1", "hostname": "w8", "state": "down", "engine_version": "26.1.5", "manager": None},
    {"id": "lost-2", "hostname": "w8", "state": "disconnected", "engine_version": "26.1.5", "manager": None},
    {"id": "never", "hostname": "", "state": "unknown", "engine_version": "", "manager": None},
]
EVEN = (
    "The swarm has 2 managers, and an even number tolerates no more losses than 1: make another host a manager, or one of these "
    "a worker."
)
HOSTS = ["m1", "m2", "w1", "w2"]


def hostvars(**states: str) -> dict[str, dict[str, t.Any]]:
    variables = {}
    for name in HOSTS:
        state = states.get(name, "manager" if name[0] == "m" else "worker")
        info: dict[str, t.Any] = {"state": state}
        if state in ("manager", "worker"):
            info["node_id"] = f"id-{name}"
        if state == "manager":
            info["nodes"] = NODES
        variables[name] = {"r": info} if state != "not_reached" else {}
    return variables


def test_hosts_leave_by_their_node_ids_and_a_manager_that_stays_removes_them() -> None:
    assert leaving("m1, w1,", HOSTS, hostvars(), "r") == {
        "entry": "m2",
        "names": ["m1", "w1"],
        "present": [{"hostname": "id-m1"}, {"hostname": "id-w1"}],
        "reached": [{"hostname": "id-m1"}, {"hostname": "id-w1"}],
        "note": "",
    }
    assert leaving(["w1"], HOSTS, hostvars(), "r")["note"] == EVEN
    assert leaving(["w1"], HOSTS, hostvars(), "r")["entry"] == "m1"


def test_a_node_that_is_gone_leaves_by_its_name_or_id_with_all_its_entries() -> None:
    both = [{"hostname": "lost-1"}, {"hostname": "lost-2"}]
    assert leaving("w8", HOSTS, hostvars(), "r")["present"] == both
    assert leaving("w8", HOSTS, hostvars(), "r")["reached"] == [], "it can neither be drained nor demoted"
    assert leaving("lost-2", HOSTS, hostvars(), "r")["present"] == both[1:]
    assert leaving("never", HOSTS, hostvars(), "r")["present"] == [{"hostname": "never"}]


@pytest.mark.parametrize(("names", "sentence"), [("w7", "w7, which is"), ("w1,w6,w7", "w6, w7, which are")])
def test_a_name_of_nobody_is_refused_with_those_there_are(names: str, sentence: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        leaving(names, HOSTS, hostvars(), "r")
    assert str(refused.value) == (
        f"swarm_remove names {sentence} neither in the inventory nor in the swarm: the swarm has m1, m2, w1, w8, w9, never. "
        "Nothing was changed."
    )


@pytest.mark.parametrize("name", ["w1", "w9", "id-w9"])
def test_a_node_that_runs_but_was_not_reached_cannot_be_asked_to_leave(name: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        leaving(name, HOSTS, hostvars(w1="not_reached"), "r")
    assert str(refused.value) == (
        f"{name} runs in the swarm but was not reached, so it cannot leave: add it to the inventory again, or stop its "
        "Engine, and run again."
    )


def test_a_host_that_is_no_node_is_named_and_not_removed() -> None:
    assert leaving("w2", HOSTS, hostvars(w2="inactive"), "r") == {
        "entry": "m1",
        "names": ["w2"],
        "present": [],
        "reached": [],
        "note": EVEN,
    }


@pytest.mark.parametrize("empty", ["", " , ", []])
def test_a_run_that_names_no_host_is_refused(empty: t.Any) -> None:
    with pytest.raises(
        AnsibleFilterError,
        match="swarm_remove is empty: name the hosts to remove, such as -e swarm_remove=w1,w2",
    ):
        leaving(empty, HOSTS, hostvars(), "r")


def test_the_last_manager_is_not_removed_here() -> None:
    for names, states in (("m1,m2", {}), ("m1", {"m2": "no_quorum"})):
        with pytest.raises(
            AnsibleFilterError, match=r"No manager with a quorum would stay, .*teardown ends the whole swarm"
        ):
            leaving(names, HOSTS, hostvars(**states), "r")
