# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json

from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.document import (
    Sources,
    document,
    without_moment,
)
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.hosts import NO_MANAGER
from ansible_collections.flotilla.swarm.tests.unit.support.reported import MADE, calm, demo, disk, large

DEMO = document(demo(), MADE)


def test_a_swarm_in_which_nothing_is_wrong_has_no_problem() -> None:
    found = document(calm(), MADE)
    assert found["problems"] == []
    assert found["swarm"]["quorum"] == {"managers": 3, "reachable": 3, "majority": 2, "may_fail": 1}
    assert [(task["slot"], task["node"], task["mark"]) for task in found["tasks"]] == [
        (1, "m1", "running"),
        (2, "m2", "running"),
        (3, "m3", "running"),
    ]
    assert found["rollouts"] == []


def test_problems_are_the_sentences_of_the_swarm_its_hosts_services_and_disks() -> None:
    problems = [(one["kind"], one["name"], one["sentence"].split(":")[0]) for one in DEMO["problems"]]
    assert problems == [
        ("node", "m3", "drained"),
        ("node", "w3", "its state is down (heartbeat failure)."),
        ("host", "w2", "its certificate ends in 9 days (2026-12-07T10"),
        ("service", "api", "its update is paused"),
        ("service", "api", "slot 3 (w2) failed at least 3 times, the last time"),
        ("service", "db", "slot 1 is pending"),
        ("host", "w2", DEMO["problems"][-1]["sentence"]),
    ]
    told = dataclasses.replace(calm(), problems=["m1: its clock is late."])
    assert document(told, MADE)["problems"] == [
        {"kind": "", "name": "", "sentence": "m1: its clock is late."}
    ]


def test_without_a_quorum_every_host_says_why() -> None:
    hosts = {"m1": {"state": "no_quorum", "why": "m1 has lost its quorum."}, "m2": {}}
    found = document(Sources(hosts=hosts), MADE)
    assert found["swarm"] == {"id": None, "sentence": NO_MANAGER, "quorum": None}
    assert [one["sentence"] for one in found["problems"]] == [
        NO_MANAGER,
        "m1 has lost its quorum.",
        "was not reached.",
    ]
    assert (found["nodes"], found["services"], found["tasks"]) == ([], [], [])


def test_a_node_has_what_its_host_tells() -> None:
    nodes = {node["name"]: node for node in DEMO["nodes"]}
    assert nodes["w2"]["certificate"]["overdue"]
    assert nodes["w2"]["disk"] == {"path": "/var/lib/docker", "size": 40_000_000_000, "used_percent": 91}
    assert (nodes["w2"]["zone"], nodes["w2"]["labels"]["disk"]) == ("b", "hdd")
    assert (nodes["w3"]["host"], nodes["w3"]["disk"], nodes["w3"]["gone"]) == (None, None, True)
    assert {node["zone"] for node in document(demo(), MADE, "disk")["nodes"]} == {"", "ssd", "hdd"}


def test_networks_have_who_is_on_them_and_services_where_they_are() -> None:
    services = {one["name"]: one for one in DEMO["services"]}
    assert services["api"]["networks"] == ["backend", "frontend"]
    assert services["web"]["ports"] == ["443->8443/tcp"]
    assert DEMO["networks"][0]["kinds"] == ["internal", "encrypted"]


def test_no_value_of_an_environment_or_a_label_of_a_service_is_in_it() -> None:
    assert "canary-value" in str(demo().services)
    assert "canary-value" not in json.dumps(DEMO)


def test_another_moment_and_bytes_that_come_and_go_make_no_difference() -> None:
    later = document(demo(), "2026-11-28T10:05:00Z")
    assert later != DEMO and without_moment(later) == without_moment(DEMO)
    sources = demo()
    sources.disks["m1"]["filesystem"]["free"] -= 4096
    assert document(sources, MADE) == DEMO
    sources.disks["m1"] = disk(32)
    assert without_moment(document(sources, MADE)) != without_moment(DEMO)


def test_it_is_json_and_the_same_again() -> None:
    again = document(large(10, 20), MADE)
    assert json.loads(json.dumps(again)) == again == document(large(10, 20), MADE)
