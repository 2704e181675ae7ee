# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at stacks. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._network.networks import is_of_swarm
from .._run.table import table
from .._service import task_info as task_look
from .._service.info import look as look_at_services
from .._swarm.nodes import Node
from .stack import NAMESPACE, Raw, Result, labelled, stack_of

_HEAD = ("STACK", "SERVICES", "FINE", "NETWORKS", "SECRETS", "CONFIGS")


def look(client: Client, nodes: list[Node], names: list[str] | None) -> Result:
    """See stacks: what belongs to each, and how its services are.

    Args:
        client: a manager's Engine.
        nodes: all nodes.
        names: which stacks; ``None`` for all.

    Returns:
        ``stacks`` sorted by name, and the ``missing`` names.
    """
    filters = labelled()
    by_kind = {kind: client.get(f"/{kind}", filters=filters) for kind in ("networks", "secrets", "configs")}
    by_kind["networks"] = [raw for raw in by_kind["networks"] if is_of_swarm(raw)]
    raws: list[Raw] = client.get("/services", filters=filters)
    seen = look_at_services(client, nodes, [raw["ID"] for raw in raws])["services"]
    found = sorted(
        {
            name
            for raw in (*raws, *(one for kind in by_kind.values() for one in kind))
            if (name := stack_of(raw))
        }
    )
    stacks = []
    for name in found if names is None else [name for name in found if name in names]:
        its = [service for service in seen if service["labels"].get(NAMESPACE) == name]
        stacks.append(
            {
                "name": name,
                "services": [{key: value for key, value in one.items() if key in _TOLD} for one in its],
                **{kind: _names(raws, name) for kind, raws in by_kind.items()},
                "problems": [f"{one['name']}: {problem}." for one in its for problem in one["problems"]],
            }
        )
    return {"stacks": stacks, "missing": [name for name in names or [] if name not in found]}


_TOLD = ("id", "name", "mode", "image", "wanted", "running", "completed", "ports", "problems")


def summary(stacks: list[Result]) -> list[str]:
    """Stacks as a table, with what is wrong below."""
    if not stacks:
        return ["No stack."]
    problems = [problem for one in stacks for problem in one["problems"]]
    return table(_HEAD, [_row(one) for one in stacks]) + (["Not fine:", *problems] if problems else [])


def tasks_of(client: Client, nodes: list[Node], own_id: str, name: str) -> Result:
    """The newest task of each slot of a stack's services."""
    services = [raw["ID"] for raw in client.get("/services", filters=labelled(name))]
    found = task_look.look(client, nodes, own_id, task_look.Wanted(services=services)) if services else None
    return {"exists": bool(services), "tasks": found.tasks if found else []}


def _names(raws: list[Raw], stack: str) -> list[str]:
    return sorted(
        raw["Spec"]["Name"] if "Spec" in raw else raw["Name"] for raw in raws if stack_of(raw) == stack
    )


def _row(one: Result) -> tuple[str, ...]:
    fine = sum(not service["problems"] for service in one["services"])
    counts = (len(one[kind]) for kind in ("networks", "secrets", "configs"))
    return (one["name"], str(len(one["services"])), str(fine), *map(str, counts))
