# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.filter.swarm_recovery import FilterModule
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import host_info

recovery = FilterModule().filters()["swarm_recovery"]
HOSTS = ["m1", "m2", "m3"]


def stored(name: str, index: int, swarm: str = "s1") -> dict[str, t.Any]:
    known = [{"id": f"id-{host}", "address": f"10.0.0.1{host[1]}:2377"} for host in HOSTS]
    own = {"node_id": f"id-{name}", "swarm_id": swarm, "role": "manager", "managers": known}
    return {**own, "term": 2, "index": index}


def read(name: str, swarm: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"r": {"host": host_info(name, {"why": "", **swarm})}}


def test_the_plan_and_what_is_left_come_as_one() -> None:
    hostvars = {
        "m1": read("m1", {"state": "inactive"}),
        "m2": read("m2", {"state": "no_quorum", "stored": stored("m2", 9)}),
        "m3": {},
    }
    found = recovery(HOSTS, hostvars, "r")
    assert (found["way"], found["survivor"], found["entry"]) == ("force", "m2", None)
    assert found["lines"][0].endswith("10.0.0.13 and m1 do not answer.")


def test_what_cannot_be_told_apart_is_an_error_of_the_filter() -> None:
    hostvars = {
        "m1": read("m1", {"state": "locked", "stored": stored("m1", 9)}),
        "m2": read("m2", {"state": "locked", "stored": stored("m2", 9, "s2")}),
        "m3": {},
    }
    with pytest.raises(AnsibleFilterError, match="The managers are of 2 swarms"):
        recovery(HOSTS, hostvars, "r")
