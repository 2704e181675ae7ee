# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stacks, and the tasks of a stack: what the info modules return. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.labels import NAMESPACE
from .._options.value_types import NAME, NAMES
from .._rollout.references import is_of_swarm
from .._run.interface import Interface
from .._run.table import table_with_problems
from .._run.verb import Verb
from .._service import info as services
from .._service import task_info as tasks
from .._swarm.nodes import Node
from .._swarm.state import on_manager
from .options import COMMAND_LINE, KINDS, check_context, in_stack, stack_of

Raw = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]

_HEAD = ("STACK", "SERVICES", "FINE", "NETWORKS", "SECRETS", "CONFIGS")
_AROUND = tuple(kind for kind in KINDS if kind != "services")
# What a stack's entry has of each service.
_OF_SERVICE = ("id", "name", "mode", "image", "wanted", "running", "completed", "ports", "problems")


def read(client: Client, nodes: list[Node], names: list[str] | None) -> Result:
    """What belongs to stacks, and how their services are.

    Args:
        client: a manager's Engine.
        nodes: all nodes.
        names: which stacks; ``None`` for all.

    Returns:
        ``stacks`` sorted by name, and the ``missing`` names.
    """
    filters = in_stack()
    by_kind: dict[str, list[Raw]] = {kind: client.get(f"/{kind}", filters=filters) for kind in KINDS}
    by_kind["networks"] = [raw for raw in by_kind["networks"] if is_of_swarm(raw)]
    ids = [raw["ID"] for raw in by_kind["services"]]
    seen = services.read(client, nodes, ids)["services"]
    found = sorted({name for raws in by_kind.values() for raw in raws if (name := stack_of(raw))})
    chosen = found if names is None else [name for name in found if name in names]
    return {
        "stacks": [_stack(name, by_kind, seen) for name in chosen],
        "missing": [name for name in names or [] if name not in found],
    }


def _stack(name: str, by_kind: dict[str, list[Raw]], seen: list[Result]) -> Result:
    own = [service for service in seen if service["labels"].get(NAMESPACE) == name]
    return {
        "name": name,
        "services": [{key: one[key] for key in _OF_SERVICE} for one in own],
        **{kind: _names(by_kind[kind], name) for kind in _AROUND},
        "problems": [f"{one['name']}: {problem}." for one in own for problem in one["problems"]],
    }


def _names(raws: list[Raw], stack: str) -> list[str]:
    return sorted(raw.get("Spec", raw)["Name"] for raw in raws if stack_of(raw) == stack)


def lines(found: Result) -> list[str]:
    """Stacks as a table, with what is wrong below."""
    if not found["stacks"]:
        return ["No stack." if found["state"] == "manager" else found["why"]]
    problems = [problem for one in found["stacks"] for problem in one["problems"]]
    rows = [_row(one) for one in found["stacks"]]
    return table_with_problems(_HEAD, rows, problems, "Every stack is fine.")


def _row(one: Result) -> tuple[str, ...]:
    fine = sum(not service["problems"] for service in one["services"])
    counts = (str(len(one[kind])) for kind in _AROUND)
    return (one["name"], str(len(one["services"])), str(fine), *counts)


def work(options: Result, _check_mode: bool, client: Client) -> Result:
    """Read the stacks."""
    check_context(options)
    names = options["name"]
    found = on_manager(client, lambda nodes, _own_id: read(client, nodes, names), {"stacks": []})
    # As community.docker returns them.
    results = [
        {"Name": one["name"], "Orchestrator": "Swarm", "Services": str(len(one["services"]))}
        for one in found["stacks"]
    ]
    return {"changed": False, **found, "results": results, "summary": lines(found)}


VERB = Verb(Interface({"name": NAMES, **COMMAND_LINE}), work)


def read_tasks(client: Client, nodes: list[Node], own_id: str, name: str) -> Result:
    """The newest task of each slot of a stack's services."""
    ids = [raw["ID"] for raw in client.get("/services", filters=in_stack(name))]
    found = tasks.read(client, nodes, own_id, tasks.TaskFilter(services=ids))["tasks"] if ids else []
    return {"exists": bool(ids), "tasks": found}


def work_on_tasks(options: Result, _check_mode: bool, client: Client) -> Result:
    """Read the tasks of a stack."""
    check_context(options)
    found = on_manager(
        client, lambda nodes, own_id: read_tasks(client, nodes, own_id, options["name"]), {"tasks": []}
    )
    lines_of_tasks = tasks.lines(found["tasks"]) if found["state"] == "manager" else [found["why"]]
    # As community.docker returns them.
    results = [_docker_task(one) for one in found["tasks"]]
    return {"changed": False, **found, "results": results, "summary": lines_of_tasks}


TASKS_VERB = Verb(Interface({"name": {**NAME, "required": True}, **COMMAND_LINE}), work_on_tasks)


def _docker_task(task: Result) -> dict[str, str]:
    return {
        "CurrentState": task["state"].capitalize(),
        "DesiredState": task["desired_state"].capitalize(),
        "Error": task["error"],
        "ID": task["id"],
        "Image": task["image"].partition("@")[0],
        "Name": f"{task['service']}.{task['slot'] or task['node_id']}",
        "Node": task["node"],
        "Ports": "",
    }
