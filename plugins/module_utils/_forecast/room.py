# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a second task of a service off a node that has one. PRIVATE to the collection. Pure.

Only the service's own tasks count. Those of others can only take more, so a node that has no room by this arithmetic has none.
"""

from __future__ import annotations

import typing as t

Raw = t.Dict[str, t.Any]
_Port = t.Tuple[int, str]


def is_exclusive(spec: Raw) -> bool:
    """Whether a node may have room for one task of a service and not for two."""
    return bool(host_ports(spec.get("EndpointSpec")) or _most_per_node(spec) or reserved(template_of(spec)))


def obstacle(node: Raw, tasks: list[Raw], spec: Raw) -> str:
    """Why a node has no room for a new task beside the old ones, in words; empty where it may have.

    Where there would be no room without the old tasks either, they are not the reason.

    Args:
        node: of ``/nodes``.
        tasks: the service's tasks on the node that hold what they need, of ``/tasks``.
        spec: the service's, as it will be.
    """
    if not tasks:
        return ""
    held = {port for task in tasks for port in host_ports((task.get("Status") or {}).get("PortStatus"))}
    ports = sorted(host_ports(spec.get("EndpointSpec")) & held)
    if ports:
        return f"port {ports[0][0]}/{ports[0][1]} in mode host is held by the old task"
    most = _most_per_node(spec)
    if most and len(tasks) >= most:
        return f"placement.replicas_max_per_node is {most}"
    return _short_of(node, tasks, spec)


def _short_of(node: Raw, tasks: list[Raw], spec: Raw) -> str:
    total = resources((node.get("Description") or {}).get("Resources") or {})
    used: dict[str, int] = {}
    for task in tasks:
        for kind, amount in reserved(task.get("Spec") or {}).items():
            used[kind] = used.get(kind, 0) + amount
    for kind, amount in reserved(template_of(spec)).items():
        has = total.get(kind, 0)
        if amount <= has < used.get(kind, 0) + amount:
            return f"reservations.{kind} leaves no room for a second task"
    return ""


def template_of(spec: Raw) -> Raw:
    """What a service's tasks are made from."""
    return spec.get("TaskTemplate") or {}


def host_ports(endpoint: Raw | None) -> set[_Port]:
    """The ports that are the node's own: of a spec, or as a running task reports them."""
    return {
        (port["PublishedPort"], port.get("Protocol", "tcp"))
        for port in (endpoint or {}).get("Ports") or []
        if port.get("PublishMode") == "host" and port.get("PublishedPort")
    }


def _most_per_node(spec: Raw) -> int:
    return int((template_of(spec).get("Placement") or {}).get("MaxReplicas") or 0)


def reserved(template: Raw) -> dict[str, int]:
    """What a task reserves, by the name of the option."""
    return resources((template.get("Resources") or {}).get("Reservations") or {})


def resources(given: Raw) -> dict[str, int]:
    """Resources in the Engine's JSON, by the name of the option."""
    found = {"cpus": given.get("NanoCPUs") or 0, "memory": given.get("MemoryBytes") or 0}
    for entry in given.get("GenericResources") or []:
        named, counted = entry.get("NamedResourceSpec"), entry.get("DiscreteResourceSpec") or {}
        kind = f"generic_resources.{(named or counted).get('Kind', '')}"
        found[kind] = found.get(kind, 0) + (1 if named else counted.get("Value") or 0)
    return {kind: amount for kind, amount in found.items() if amount}
