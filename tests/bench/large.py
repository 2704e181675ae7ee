# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster of any size: nodes, services and tasks as Engines were recorded, with names, addresses and places of their own."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

Raw = dict[str, t.Any]

_RECORDED = json.loads(
    (Path(__file__).resolve().parents[1] / "unit" / "fixtures" / "services_20.10_and_26.1.json").read_text(
        encoding="utf-8"
    )
)
_MANAGERS = 5
# A label that sets the hosts apart, as inventories have them.
_ZONES = ("a", "b", "c")


def _named(kind: str, number: int) -> str:
    """An ID as long as the Engine's."""
    return f"{kind}{number:06d}".ljust(25, "0")


class Cluster:
    """What a manager of the cluster answers.

    Args:
        hosts: how many nodes.
        services: how many services, all replicated.
        replicas: tasks of each; they are spread over the nodes in turn.
    """

    def __init__(self, hosts: int, services: int = 0, replicas: int = 5) -> None:
        self.names = [
            f"m{number + 1}" if number < _MANAGERS else f"w{number + 1 - _MANAGERS}"
            for number in range(hosts)
        ]
        self.nodes = [self._node(number, name) for number, name in enumerate(self.names)]
        self.services = [self._service(number, replicas) for number in range(services)]
        self.tasks = [
            self._task(number, slot, replicas) for number in range(services) for slot in range(replicas)
        ]

    @staticmethod
    def address(number: int) -> str:
        """The address of a host by its place."""
        return f"10.1.{number // 250}.{number % 250 + 1}"

    @staticmethod
    def zone(number: int) -> str:
        """The zone of a host by its place."""
        return _ZONES[number % len(_ZONES)]

    def _node(self, number: int, name: str) -> Raw:
        [template] = [one for one in _RECORDED["nodes"] if one.get("ManagerStatus", {}).get("Leader")]
        node = copy.deepcopy(template)
        address = self.address(number)
        node["ID"] = _named("node", number)
        node["Description"]["Hostname"] = name
        node["Status"] = {"State": "ready", "Addr": address}
        node["Spec"]["Labels"] = {"zone": self.zone(number), "flotilla.declared": '["zone"]'}
        if number < _MANAGERS:
            node["ManagerStatus"] = {
                "Leader": number == 0,
                "Reachability": "reachable",
                "Addr": f"{address}:2377",
            }
        else:
            node["Spec"]["Role"] = "worker"
            del node["ManagerStatus"]
        return node

    @staticmethod
    def _service(number: int, replicas: int) -> Raw:
        service = copy.deepcopy(next(one for one in _RECORDED["services"] if one["Spec"]["Name"] == "web"))
        service["ID"] = _named("service", number)
        service.pop("UpdateStatus", None)
        service["Spec"]["Name"] = f"web{number}"
        service["Spec"]["Mode"] = {"Replicated": {"Replicas": replicas}}
        for base, port in zip((10000, 20000), service["Spec"]["EndpointSpec"]["Ports"], strict=True):
            port["PublishedPort"] = base + number
        service["ServiceStatus"] = {"RunningTasks": replicas, "DesiredTasks": replicas, "CompletedTasks": 0}
        return service

    def _task(self, service: int, slot: int, replicas: int) -> Raw:
        task = copy.deepcopy(next(one for one in _RECORDED["tasks"] if one["Status"]["State"] == "running"))
        task["ID"] = _named("task", service * replicas + slot)
        task["ServiceID"] = self.services[service]["ID"]
        task["Slot"] = slot + 1
        task["NodeID"] = self.nodes[(service * replicas + slot) % len(self.nodes)]["ID"]
        task["Spec"] = copy.deepcopy(self.services[service]["Spec"]["TaskTemplate"])
        return task

    def info(self) -> Raw:
        """``/info`` of the leader."""
        return {
            "Name": self.names[0],
            "DockerRootDir": "/var/lib/docker",
            "Swarm": {
                "NodeID": self.nodes[0]["ID"],
                "NodeAddr": self.nodes[0]["Status"]["Addr"],
                "LocalNodeState": "active",
                "ControlAvailable": True,
                "Error": "",
                "RemoteManagers": [
                    {"NodeID": node["ID"], "Addr": node["ManagerStatus"]["Addr"]}
                    for node in self.nodes
                    if "ManagerStatus" in node
                ],
                "Cluster": {"ID": "z8mc1pjl0anxc2yq7v7kza2s7"},
            },
        }
