# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module swarm_task_info returns: tasks, and which of them a user means. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._engine.client import Client
from .._options.value_types import NAMES, TEXTS
from .._rollout import tasks
from .._rollout.service import is_per_node, mode_of
from .._rollout.tasks import Task
from .._run.interface import Interface
from .._run.table import table
from .._run.verb import Options, Result, Verb
from .._swarm import nodes
from .._swarm.state import on_manager
from .info import find_service, tasks_of, while_services_go
from .view import Raw

_HEAD = ("TASK", "NODE", "STATE", "WANTED", "SINCE", "IMAGE", "ERROR")
_STATES: dict[str, t.Any] = {**TEXTS, "choices": list(tasks.STATES)}


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks to read; ``None`` means any.

    Attributes:
        services: of these services, by name or ID.
        nodes: on these nodes, by host name or ID.
        ids: with these IDs, or IDs that begin so.
        states: in one of these states.
        desired_states: with one of these desired states.
        labels: of services that had all these labels when the task was created, ``NAME`` or ``NAME=value``.
        history: those that were replaced, too.
    """

    services: list[str] | None = None
    nodes: list[str] | None = None
    ids: list[str] | None = None
    states: list[str] | None = None
    desired_states: list[str] | None = None
    labels: list[str] | None = None
    history: bool = False


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read tasks."""
    wanted = TaskFilter(
        services=options["service"],
        nodes=options["node"],
        ids=options["id"],
        states=options["state"],
        desired_states=options["desired_state"],
        labels=options["label"],
        history=options["history"],
    )
    found = on_manager(client, lambda all_nodes, own: read(client, all_nodes, own, wanted), {"tasks": []})
    summary = lines(found["tasks"]) if found["state"] == "manager" else [found["why"]]
    return {"changed": False, **found, "summary": summary}


VERB = Verb(
    Interface(
        {
            **dict.fromkeys(("service", "node", "id", "label"), NAMES),
            **dict.fromkeys(("state", "desired_state"), _STATES),
            "history": {"type": "bool", "default": False},
        }
    ),
    work,
)


def read(client: Client, all_nodes: list[nodes.Node], own_id: str | None, wanted: TaskFilter) -> Result:
    """Read tasks, sorted by service and slot, the newest of each slot first.

    Args:
        client: a manager's Engine.
        all_nodes: all nodes.
        own_id: the ID of the node that is ``self``.
        wanted: which tasks.

    Returns:
        ``tasks``, and the ``missing`` names and IDs of services, nodes and tasks.

    Raises:
        Refused: a host name that several nodes have.
    """
    on = {name: nodes.find(all_nodes, name, own_id) for name in wanted.nodes or []}
    node_ids = None if wanted.nodes is None else {node["id"] for node in on.values() if node}
    found, missing = while_services_go(lambda: _of_services(client, all_nodes, wanted))
    missing += [name for name, node in on.items() if node is None]
    missing += [task_id for task_id in wanted.ids or [] if not any(_has(task, task_id) for task in found)]
    return {"tasks": [task for task in found if _fits(task, wanted, node_ids)], "missing": missing}


def lines(found: list[Task]) -> list[str]:
    """Tasks as a table."""
    return table(_HEAD, [_row(task) for task in found]) if found else ["No task."]


def _of_services(
    client: Client, all_nodes: list[nodes.Node], wanted: TaskFilter
) -> tuple[list[Task], list[str]]:
    """The tasks of the wanted services, and the names that no service has."""
    raws, missing = _services(client, wanted.services)
    names = {raw["ID"]: raw["Spec"]["Name"] for raw in raws}
    hostnames = {node["id"]: node["hostname"] for node in all_nodes}
    found = [tasks.view(raw, names, hostnames) for raw in _raw_tasks(client, raws, wanted)]
    if wanted.services is not None:
        found = [task for task in found if task["service_id"] in names]
    if not wanted.history and wanted.ids is None:
        found = _newest(found, raws)
    return tasks.newest_first(found), missing


def _services(client: Client, names: list[str] | None) -> tuple[list[Raw], list[str]]:
    raws: list[Raw] = client.get("/services")
    if names is None:
        return raws, []
    found = {name: find_service(raws, name) for name in names}
    return [raw for raw in found.values() if raw], [name for name, raw in found.items() if raw is None]


def _newest(found: list[Task], raws: list[Raw]) -> list[Task]:
    """The newest task of each slot; of a service that has a task on each node, of each node."""
    per_node = {raw["ID"] for raw in raws if is_per_node(mode_of(raw["Spec"]))}
    return [
        task
        for by_node in (True, False)
        for task in tasks.newest(
            [one for one in found if (one["service_id"] in per_node) == by_node], by_node
        )
    ]


def _raw_tasks(client: Client, raws: list[Raw], wanted: TaskFilter) -> list[Raw]:
    """Only what cannot change which task is the newest of its slot is left to the Engine's own filters."""
    filters: dict[str, list[str]] = {}
    if wanted.labels:
        filters["label"] = wanted.labels
    if wanted.ids is not None:
        filters["id"] = wanted.ids
    if wanted.services is not None:
        return tasks_of(client, raws, filters)
    return t.cast("t.List[Raw]", client.get("/tasks", filters=filters or None))


def _fits(task: Task, wanted: TaskFilter, node_ids: set[str] | None) -> bool:
    return (
        (node_ids is None or task["node_id"] in node_ids)
        and (wanted.states is None or task["state"] in wanted.states)
        and (wanted.desired_states is None or task["desired_state"] in wanted.desired_states)
        and (wanted.ids is None or any(_has(task, task_id) for task_id in wanted.ids))
    )


def _has(task: Task, task_id: str) -> bool:
    return task["id"].startswith(task_id)


def _row(task: Task) -> tuple[str, ...]:
    return (
        task["service"] + (f".{task['slot']}" if task["slot"] else ""),
        task["node"],
        task["state"],
        task["desired_state"],
        task["updated"][:19].replace("T", " "),
        task["image"].partition("@")[0],
        task["error"],
    )
