# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host import as_docker, swarm_info
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.as_docker import facts, filters
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.options import INFO_INTERFACE
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, info
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node

WEB: dict[str, t.Any] = {
    "ID": "s1",
    "Spec": {
        "Name": "web",
        "Mode": {"Replicated": {"Replicas": 3}},
        "TaskTemplate": {"ContainerSpec": {"Image": "tiny:1", "Env": ["KEY=canary"]}},
        "EndpointSpec": {"Ports": [{"TargetPort": 80}]},
    },
}
TASK: dict[str, t.Any] = {
    "ID": "t1",
    "NodeID": "i1",
    "Spec": WEB["Spec"]["TaskTemplate"],
    "DesiredState": "running",
    "Status": {"State": "running", "ContainerStatus": {"ContainerID": "c1"}},
}


def work(**given: t.Any) -> tuple[dict[str, t.Any], FakeEngine]:
    engine = FakeEngine(
        {
            "GET /info": info("active", "i1", control=True),
            "GET /swarm": {"ID": "abc", "Spec": {}},
            "GET /nodes": [raw_node("i1", "m1", "manager", leader=True), raw_node("i2", "w1")],
            "GET /services": [WEB],
            "GET /tasks": [TASK],
        }
    )
    asked = {name: argument.get("default") for name, argument in INFO_INTERFACE.arguments.items()}
    return swarm_info.work({**asked, **given}, False, engine), engine


def test_only_what_is_asked_for_is_listed() -> None:
    found, _engine = work()
    assert not {"services", "tasks"} & set(found)
    assert "ID" not in found["nodes"][0]


def test_short_rows_stand_beside_our_own_words() -> None:
    found, _engine = work(nodes=True, services=True, tasks=True)
    assert [(node["hostname"], node["Hostname"], node["ManagerStatus"]) for node in found["nodes"]] == [
        ("m1", "m1", "Leader"),
        ("w1", "w1", None),
    ]
    assert found["services"] == [
        {
            "ID": "s1",
            "Name": "web",
            "Mode": "Replicated",
            "Replicas": 3,
            "Image": "tiny:1",
            "Ports": [{"TargetPort": 80}],
        }
    ]
    assert found["tasks"] == [
        {
            "ID": "t1",
            "ContainerID": "c1",
            "Image": "tiny:1",
            "Node": "m1",
            "DesiredState": "running",
            "CurrentState": "running",
            "Error": None,
        }
    ]


def test_whole_objects_have_no_secret() -> None:
    found, _engine = work(nodes=True, services=True, tasks=True, verbose_output=True)
    assert found["nodes"][0]["Spec"]["Role"] == "manager"
    assert found["services"][0]["Spec"]["Name"] == "web"
    assert found["tasks"][0]["Status"] == TASK["Status"]
    assert "canary" not in json.dumps(found)


def test_filters_are_sent_as_lists_of_texts() -> None:
    assert filters({"name": "web", "id": 7, "membership": True, "label": ["a", "b"]}) == {
        "name": ["web"],
        "id": ["7"],
        "membership": ["true"],
        "label": ["a", "b"],
    }
    assert filters({}) is None


@pytest.mark.parametrize(
    ("mode", "status", "expected"),
    [
        ({"Global": {}}, {"ServiceStatus": {"DesiredTasks": 4}}, ("Global", 4)),
        ({"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 5}}, {}, ("ReplicatedJob", 5)),
        ({"GlobalJob": {}}, {}, ("GlobalJob", None)),
    ],
)
def test_each_mode_has_a_row(
    mode: dict[str, t.Any], status: dict[str, t.Any], expected: tuple[str, int]
) -> None:
    row = as_docker.service({"ID": "s1", "Spec": {"Name": "web", "Mode": mode}, **status})
    assert (row["Mode"], row["Replicas"], row["Image"], row["Ports"]) == (*expected, "", [])


def test_a_task_that_waits_for_a_node_has_neither_node_nor_container() -> None:
    row = as_docker.task({"ID": "t2", "Status": {"State": "pending", "Err": "no suitable node"}}, {})
    assert (row["Node"], row["ContainerID"], row["Error"]) == ("", None, "no suitable node")


def test_the_password_of_an_external_ca_is_in_no_fact() -> None:
    swarm = {"Spec": {"CAConfig": {"ExternalCAs": [{"URL": "https://ca", "Options": {"key": "canary"}}]}}}
    assert "canary" not in json.dumps(facts(swarm))
    assert facts(swarm)["Spec"]["CAConfig"]["ExternalCAs"][0]["URL"] == "https://ca"
