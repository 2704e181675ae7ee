# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each invariant is broken alone, and the sentence of that one alone is what comes of it."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import asdict

import pytest
from chaos.flows import Expected
from chaos.invariants import violations
from chaos.look import Cluster, Raw

HOSTS = ("m1", "m2", "m3")
IMAGE = "registry/tiny:1"
EXPECTED = [
    Expected(labels={"variant": "1"}),
    Expected(
        services={"web": (IMAGE, 1)},
        networks=frozenset({"front"}),
        contents=frozenset({"key"}),
        subnets={"front": "10.71.0.0/24"},
    ),
]


def node(name: str) -> Raw:
    return {
        "ID": f"id-{name}",
        "Description": {"Hostname": name},
        "Spec": {"Role": "manager", "Availability": "active", "Labels": {"variant": "1"}},
        "Status": {"State": "ready"},
        "ManagerStatus": {"Reachability": "reachable"},
    }


def network(name: str, subnet: str) -> Raw:
    return {"Id": f"id-{name}", "Name": name, "IPAM": {"Config": [{"Subnet": subnet}]}}


def task(state: str = "Running 2 seconds ago") -> Raw:
    return {"Name": "web.1", "Image": IMAGE, "CurrentState": state}


def healthy() -> dict[str, t.Any]:
    template = {"ContainerSpec": {"Image": f"{IMAGE}@sha256:1"}, "Networks": [{"Target": "id-front"}]}
    return {
        "local": {name: {"NodeID": f"id-{name}", "Cluster": {"ID": "one"}} for name in HOSTS},
        "nodes": [node(name) for name in HOSTS],
        "services": [{"Spec": {"Name": "web", "Labels": {}, "TaskTemplate": template}}],
        "secrets": [{"Spec": {"Name": "key_v2", "Labels": {"flotilla.name": "key"}}}],
        "configs": [],
        "networks": [network("ingress", "10.0.0.0/24"), network("front", "10.71.0.0/24")],
        "tasks": [task()],
        "left": {name: [] for name in HOSTS},
    }


def test_a_healthy_cluster_violates_nothing() -> None:
    assert violations(Cluster(**healthy()), HOSTS, EXPECTED) == []


def another_swarm(state: Raw) -> None:
    state["local"]["m3"]["Cluster"] = {"ID": "two"}


def no_swarm(state: Raw) -> None:
    for local in state["local"].values():
        local.pop("Cluster")


def no_host_name(state: Raw) -> None:
    state["nodes"][1]["Description"] = {}


def stale_entry(state: Raw) -> None:
    state["local"]["m2"]["NodeID"] = "id-new"


def even(state: Raw) -> None:
    state["nodes"][2]["Spec"]["Role"] = "worker"


def unreachable(state: Raw) -> None:
    state["nodes"][2]["ManagerStatus"]["Reachability"] = "unreachable"


def paused(state: Raw) -> None:
    state["nodes"][0]["Spec"]["Availability"] = "pause"


def no_label(state: Raw) -> None:
    state["nodes"][0]["Spec"].pop("Labels")


def undeclared_service(state: Raw) -> None:
    state["services"].append({"Spec": {"Name": "other", "TaskTemplate": {}}})


def lost_service(state: Raw) -> None:
    state["services"] = []


def old_image(state: Raw) -> None:
    state["services"][0]["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] = "registry/tiny:2"


def task_of_old_image(state: Raw) -> None:
    state["tasks"][0]["Image"] = "registry/tiny:2"


def still_moving(state: Raw) -> None:
    state["services"][0]["Spec"]["Labels"]["flotilla.moving"] = "front"


def paused_update(state: Raw) -> None:
    state["services"][0]["UpdateStatus"] = {"State": "paused"}


def task_missing(state: Raw) -> None:
    state["tasks"] = []


def task_twice(state: Raw) -> None:
    state["tasks"].append(task("Preparing 2 seconds ago"))


def stray_version(state: Raw) -> None:
    state["secrets"].append({"Spec": {"Name": "key_v1", "Labels": {"flotilla.name": "key"}}})


def lost_secret(state: Raw) -> None:
    state["secrets"] = []


def network_twice(state: Raw) -> None:
    state["networks"].append(network("front", "10.71.0.0/24"))


def old_subnet(state: Raw) -> None:
    state["networks"][1] = network("front", "10.72.0.0/24")


def attached_to_nothing(state: Raw) -> None:
    state["services"][0]["Spec"]["TaskTemplate"]["Networks"] = [{"Target": "id-gone"}]


def program_left(state: Raw) -> None:
    state["left"]["m2"] = ["812 /usr/bin/python3 -I -S"]


@pytest.mark.parametrize(
    ("breaks", "sentence"),
    [
        (another_swarm, "hosts are in 2 swarms"),
        (no_swarm, "hosts are in 1 swarms"),
        (no_host_name, "(no host name)"),
        (stale_entry, "an entry is not the node of any host"),
        (even, "2 managers vote"),
        (unreachable, "m3 is ready, active, manager, unreachable"),
        (paused, "m1 is ready, pause, manager, reachable"),
        (no_label, "m1 lacks the labels {'variant': '1'}"),
        (undeclared_service, "services are ['other', 'web'], declared are ['web']"),
        (lost_service, "services are [], declared are ['web']"),
        (old_image, "web has another image than registry/tiny:1"),
        (task_of_old_image, "web: a task runs another image"),
        (still_moving, "web is still marked as being moved"),
        (paused_update, "web: its update is paused"),
        (task_missing, "web: 0 of 1 tasks run"),
        (task_twice, "web: 1 of 1 tasks run"),
        (stray_version, "{'key': 2}"),
        (lost_secret, "have these versions: {}"),
        (network_twice, "networks are {'ingress': 1, 'front': 2}"),
        (old_subnet, "front has the subnets ['10.72.0.0/24'], declared is 10.71.0.0/24"),
        (attached_to_nothing, "a service is attached to a network that is gone"),
        (program_left, "m2: left over: 812 /usr/bin/python3 -I -S"),
    ],
)
def test_what_does_not_hold_is_said(breaks: t.Callable[[Raw], None], sentence: str) -> None:
    state = copy.deepcopy(healthy())
    breaks(state)
    assert state != asdict(Cluster(**healthy()))
    assert sentence in "\n".join(violations(Cluster(**state), HOSTS, EXPECTED))
