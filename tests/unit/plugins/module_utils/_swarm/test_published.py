# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.published import (
    conflicts,
    may_run,
    published_ports,
)
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import node

WEB = {
    "port": 80,
    "protocol": "tcp",
    "mode": "ingress",
    "service": "web",
    "constraints": ["node.role == manager"],
}
NGINX = {"protocol": "tcp", "port": 80, "address": "0.0.0.0", "process": "nginx", "pid": 7}
SENTENCE = (
    "w1: port 80/tcp, needed for service web, is held by nginx (process 7) on 0.0.0.0: stop it, or move it."
)


def test_published_ports_are_those_that_are_bound() -> None:
    services: list[dict[str, t.Any]] = [
        {
            "Spec": {"Name": "web", "TaskTemplate": {"Placement": {"Constraints": ["node.role == manager"]}}},
            "Endpoint": {
                "Ports": [
                    {"PublishedPort": 80, "Protocol": "tcp", "PublishMode": "ingress"},
                    {"PublishedPort": 53, "Protocol": "udp", "PublishMode": "host"},
                    {"TargetPort": 9000},
                ]
            },
        },
        {"Spec": {"Name": "inner"}, "Endpoint": {}},
        {"Spec": {"Name": "none"}},
    ]
    assert published_ports(services) == [WEB, {**WEB, "port": 53, "protocol": "udp", "mode": "host"}]


def test_a_port_in_mode_ingress_is_needed_on_every_node_and_in_mode_host_where_a_task_may_run() -> None:
    assert conflicts("w1", node("w1"), [NGINX], [WEB]) == [SENTENCE]
    assert conflicts("w1", None, [NGINX], [WEB, WEB]) == [SENTENCE], "once"
    host = {**WEB, "mode": "host"}
    assert conflicts("w1", node("w1"), [NGINX], [host]) == []
    assert conflicts("w1", None, [NGINX], [host]) == []
    assert conflicts("w1", node("w1", role="manager"), [NGINX], [host]) == [SENTENCE]
    assert conflicts("w1", node("w1"), [NGINX], [{**WEB, "protocol": "udp"}, {**WEB, "port": 81}]) == []


@pytest.mark.parametrize(
    ("constraint", "meets"),
    [
        ("node.role==worker", True),
        ("node.role != worker", False),
        ("node.hostname == W1", True),
        ("node.id == id-w1", True),
        ("node.labels.disk == SSD", True),
        ("node.labels.Disk == ssd", False),
        ("node.labels.zone != a", True),
        ("node.labels.zone == a", False),
        # What a node does not show is not claimed of it.
        ("engine.labels.os == linux", False),
        ("node.platform.arch != arm", False),
        ("nonsense", False),
    ],
)
def test_constraints_are_read_as_swarmkit_reads_them(constraint: str, meets: bool) -> None:
    assert may_run(node("id-w1", "w1", labels={"disk": "ssd"}), [constraint]) is meets
    assert may_run(node("id-w1", "w1", labels={"disk": "ssd"}), ["node.role == worker", constraint]) is meets
