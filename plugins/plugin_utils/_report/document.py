# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm as one document, of which the page is a view. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...module_utils._options.labels import visible
from ...module_utils._rollout.tasks import Task
from ...module_utils._service.view import port_shown, runs
from ...module_utils._swarm import nodes as swarm_nodes
from ...module_utils._swarm.nodes import Node
from .hosts import NO_MANAGER, beside_summary, why
from .placed import placed
from .rollouts import rollouts

Result = dict[str, t.Any]

#: Changes when a program that reads the document has to.
FORMAT = 1


@dataclass(frozen=True)
class Sources:
    """What was read of a swarm.

    Attributes:
        hosts: by the host's name in the inventory, what ``swarm_info`` returned there.
        disks: by the host's name, what ``swarm_disk_info`` returned there.
        services: of ``swarm_service_info``.
        tasks: of ``swarm_task_info``, with their history.
        networks: of ``swarm_network_info``.
        problems: sentences that others found, about hosts for the most part.
    """

    hosts: dict[str, Result]
    disks: dict[str, Result] = field(default_factory=dict)
    services: list[Result] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    networks: list[Result] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def document(seen: Sources, made: str, zone: str = "zone") -> Result:
    """The document.

    Args:
        seen: what was read.
        made: the moment, as ISO 8601.
        zone: the label of nodes by which they are grouped.
    """
    manager = next((info for info in seen.hosts.values() if info.get("state") == "manager"), None)
    nodes = manager["nodes"] if manager else []
    services = sorted(seen.services, key=lambda one: str(one["name"]))
    return {
        "format": FORMAT,
        "made": made,
        "zone_label": zone,
        "swarm": _swarm(manager),
        "problems": _problems(seen, manager),
        "nodes": [_node(node, seen, zone) for node in nodes],
        "services": [_service(service, seen.networks) for service in services],
        "tasks": placed(services, seen.tasks, nodes),
        "networks": [_network(network) for network in seen.networks],
        "rollouts": rollouts(services, seen.tasks),
    }


def without_moment(made: Result) -> Result:
    """What two documents of an unchanged swarm have in common."""
    return {name: value for name, value in made.items() if name != "made"}


def _swarm(manager: Result | None) -> Result:
    if manager is None:
        return {"id": None, "sentence": NO_MANAGER, "quorum": None}
    return {"id": manager["swarm_id"], "sentence": manager["why"], "quorum": manager["quorum"]}


def _problems(seen: Sources, manager: Result | None) -> list[Result]:
    """What is wrong, in the sentences that everything else of the collection has for it."""
    if manager is None:
        found = [("swarm", "", NO_MANAGER), *(("host", host, why(info)) for host, info in seen.hosts.items())]
    else:
        found = [("node" if name else "swarm", name, said) for name, said in swarm_nodes.problems(manager)]
        found += [("host", name, said) for name, said in beside_summary(seen.hosts, manager["nodes"])]
    found += [("", "", sentence) for sentence in seen.problems]
    found += [("service", one["name"], f"{said}.") for one in seen.services for said in one["problems"]]
    found += [("network", one["name"], f"{said}.") for one in seen.networks for said in one["problems"]]
    found += [("host", host, one["problem"]) for host, one in seen.disks.items() if one.get("problem")]
    return [{"kind": kind, "name": name, "sentence": sentence} for kind, name, sentence in found]


def _node(node: Node, seen: Sources, zone: str) -> Result:
    host = next((name for name, info in seen.hosts.items() if info.get("node_id") == node["id"]), None)
    labels = visible(node["labels"])
    return {
        "id": node["id"],
        "name": swarm_nodes.called(node),
        "host": host,
        "part": swarm_nodes.part_of(node),
        "reachability": node["manager"]["reachability"] if node["manager"] else None,
        "state": node["state"],
        "gone": swarm_nodes.is_gone(node),
        "availability": node["availability"],
        "address": node["address"],
        "engine_version": node["engine_version"],
        "zone": labels.get(zone, ""),
        "labels": labels,
        "certificate": seen.hosts[host].get("certificate") if host else None,
        "disk": _disk(seen.disks.get(host) or {}) if host else None,
        "problems": node["problems"],
    }


def _disk(found: Result) -> Result | None:
    """Without the bytes that are free, which differ from one moment to the next."""
    disk = found.get("filesystem")
    return {name: disk[name] for name in ("path", "size", "used_percent")} if disk else None


def _service(service: Result, networks: list[Result]) -> Result:
    taken = ("id", "name", "mode", "image", "wanted", "running", "completed", "update", "problems")
    return {
        **{name: service[name] for name in taken},
        "runs": runs(t.cast("t.Any", service)),
        "ports": [port_shown(port) for port in service["ports"]],
        "networks": [network["name"] for network in networks if service["name"] in network["services"]],
    }


def _network(network: Result) -> Result:
    kinds = ("ingress", "attachable", "internal", "encrypted")
    taken = ("id", "name", "driver", "subnets", "services", "addresses", "problems")
    return {
        **{name: network[name] for name in taken},
        "kinds": [kind for kind in kinds if network[kind]],
    }
