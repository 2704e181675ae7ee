# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports that services publish, and who holds them on which node. PRIVATE to the collection. Pure."""

from __future__ import annotations

import functools
import typing as t

from .._ports.conflicts import NeededPort, port_conflicts
from .constraints import label, met
from .nodes import Node

Raw = t.Dict[str, t.Any]


class Published(t.TypedDict):
    """A port that a service publishes. ``constraints`` are those of its placement."""

    port: int
    protocol: str
    mode: str
    service: str
    constraints: list[str]


def published(name: str, spec: Raw, ports: list[Raw]) -> list[Published]:
    """The ports of one service, those left out that the Engine is to choose.

    Args:
        name: the service's name.
        spec: its spec.
        ports: as in its endpoint, live or declared.
    """
    placement = (spec.get("TaskTemplate") or {}).get("Placement") or {}
    return [
        {
            "port": port["PublishedPort"],
            "protocol": port.get("Protocol", "tcp"),
            "mode": port.get("PublishMode", "ingress"),
            "service": name,
            "constraints": placement.get("Constraints") or [],
        }
        for port in ports
        if port.get("PublishedPort")
    ]


def published_ports(services: list[Raw]) -> list[Published]:
    """The ports that live services publish, those the Engine chose included."""
    return [
        one
        for raw in services
        for one in published(raw["Spec"]["Name"], raw["Spec"], (raw.get("Endpoint") or {}).get("Ports") or [])
    ]


def conflicts(
    host: str, node: Node | None, listeners: t.Iterable[t.Mapping[str, t.Any]], wanted: t.Iterable[Published]
) -> list[str]:
    """One sentence for each published port that a host's own program holds.

    In mode ingress every node answers; in mode host only those that can get a task, of which a host whose node is unknown is
    none.

    Args:
        host: the host's name, for the sentences.
        node: its node.
        listeners: what its own programs hold (``_ports/native.py``).
        wanted: the ports that services publish.
    """
    needed = [
        NeededPort(one["protocol"], one["port"], f"service {one['service']}")
        for one in wanted
        if one["mode"] != "host" or (node is not None and may_run(node, one["constraints"]))
    ]
    return port_conflicts(host, listeners, dict.fromkeys(needed))


def may_run(node: Node, constraints: t.Iterable[str]) -> bool:
    """Whether a node meets every constraint; ``False`` where that cannot be told from what is known of a node."""
    return all(met(one, functools.partial(_value, node)) for one in constraints)


def _value(node: Node, key: str) -> str | None:
    known = {"node.id": node["id"], "node.hostname": node["hostname"], "node.role": node["role"]}
    found = label(key, "node.labels.", node["labels"])
    return known.get(key.lower()) if found is None else found
