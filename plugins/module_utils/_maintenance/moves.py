# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of the tasks on a node that is drained. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import typing as t

from .._forecast.nodes import eligible
from .._forecast.room import host_ports, obstacle, reserved, resources, template_of
from .._rollout.service import declared_tasks, is_job, is_per_node, mode_of, rolling_config
from .._rollout.tasks import HOLDING

Raw = t.Dict[str, t.Any]


class Departure(t.NamedTuple):
    """A service that has tasks on the node.

    Attributes:
        service: as the Engine reports it.
        gap: why its tasks stop before others start; empty where they start elsewhere first.
        waits: whether what stops is missing until the node is back.
    """

    service: Raw
    gap: str = ""
    waits: bool = False

    @property
    def name(self) -> str:
        """The service's name."""
        return str(self.service["Spec"]["Name"])

    @property
    def sentence(self) -> str:
        """The service and why it has a gap."""
        return f"{self.name} ({self.gap})" if self.gap else self.name


def moves(node_id: str, nodes: list[Raw], services: list[Raw], tasks: list[Raw]) -> list[Departure]:
    """What becomes of each service with tasks on a node, by name.

    Args:
        node_id: the node.
        nodes: all nodes, of ``/nodes``.
        services: all services, of ``/services``.
        tasks: all tasks, of ``/tasks``.
    """
    there = {task.get("ServiceID") for task in holding(tasks) if task.get("NodeID") == node_id}
    found = [move(node_id, nodes, one, tasks) for one in services if one["ID"] in there]
    return sorted(found, key=lambda one: one.name)


def move(node_id: str, nodes: list[Raw], service: Raw, tasks: list[Raw]) -> Departure:
    """What becomes of one service while a node is away."""
    spec = service["Spec"]
    mode = mode_of(spec)
    if is_per_node(mode):
        return Departure(service, "global", waits=True)
    others = [node for node in nodes if node["ID"] != node_id and eligible(node, spec) is not False]
    if not others:
        return Departure(service, "no other node fits it", waits=True)
    its = _by_node(one for one in holding(tasks) if one.get("ServiceID") == service["ID"])
    blocked = [_kept_off(node, its[node["ID"]], spec) for node in others]
    waits = all(blocked)
    if waits:
        return Departure(service, blocked[0], waits=True)
    if is_job(mode):
        return Departure(service, "a job, whose task begins again")
    if host_ports(spec.get("EndpointSpec")):
        return Departure(service, "ports in mode host")
    local = written(spec)
    if local:
        return Departure(service, local)
    if declared_tasks(spec) == 1 and rolling_config(spec)[1].get("Order") == "stop-first":
        return Departure(service, "one replica, and its update_config.order is stop-first")
    return Departure(service)


def crowded(node_id: str, nodes: list[Raw], services: list[Raw], tasks: list[Raw]) -> list[str]:
    """The services whose tasks find no room elsewhere by what they reserve, in words; empty where all do."""
    held = holding(tasks)
    on = _by_node(held)
    free = {node["ID"]: left_on(node, on[node["ID"]]) for node in nodes if node["ID"] != node_id}
    found: dict[str, None] = {}
    for one in moves(node_id, nodes, services, tasks):
        wanted = reserved(template_of(one.service["Spec"]))
        if one.waits or not wanted:
            continue
        for task in on[node_id]:
            if task.get("ServiceID") == one.service["ID"] and not _place(nodes, free, one.service, wanted):
                found[f"{one.name} reserves {_amounts(wanted)}"] = None
    return list(found)


def holding(tasks: t.Iterable[Raw]) -> list[Raw]:
    """The tasks that hold what they need on a node."""
    return [
        task
        for task in tasks
        if task.get("NodeID")
        and (task.get("Status") or {}).get("State") in HOLDING
        and task.get("DesiredState") in HOLDING
    ]


def _place(nodes: list[Raw], free: dict[str, dict[str, int]], service: Raw, wanted: dict[str, int]) -> bool:
    """Take the room for a task on the first node that has it."""
    for node in nodes:
        left = free.get(node["ID"])
        if left is None or eligible(node, service["Spec"]) is False:
            continue
        if all(left.get(kind, 0) >= amount for kind, amount in wanted.items()):
            for kind, amount in wanted.items():
                left[kind] -= amount
            return True
    return False


def left_on(node: Raw, tasks: list[Raw]) -> dict[str, int]:
    """What a node has beyond what tasks on it reserve, by the name of the option."""
    left = resources((node.get("Description") or {}).get("Resources") or {})
    for task in tasks:
        for kind, amount in reserved(task.get("Spec") or {}).items():
            left[kind] = left.get(kind, 0) - amount
    return left


def _kept_off(node: Raw, tasks: list[Raw], spec: Raw) -> str:
    """Why a node takes no further task of a service, apart from what tasks reserve."""
    why = obstacle(node, tasks, spec)
    return "" if why.startswith("reservations.") else why


def _by_node(tasks: t.Iterable[Raw]) -> dict[str, list[Raw]]:
    found: dict[str, list[Raw]] = collections.defaultdict(list)
    for task in tasks:
        found[task["NodeID"]].append(task)
    return found


def written(spec: Raw) -> str:
    """What a service writes to that two tasks must not share, and that another node may not have."""
    for mount in ((template_of(spec).get("ContainerSpec") or {}).get("Mounts")) or []:
        if mount.get("Type", "bind") in ("volume", "bind", "cluster") and not mount.get("ReadOnly"):
            return f"writes to {mount.get('Source') or mount.get('Target')}"
    return ""


def _amounts(wanted: dict[str, int]) -> str:
    return ", ".join(f"{kind} {amount}" for kind, amount in sorted(wanted.items()))
