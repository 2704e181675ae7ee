# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at tasks: which ones a user means. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._engine.client import Client
from .._rollout import tasks
from .._rollout.tasks import Task
from .._run.table import table
from .._swarm import nodes
from . import view as services
from .info import settled, tasks_of
from .view import Raw

_HEAD = ("TASK", "NODE", "STATE", "WANTED", "SINCE", "IMAGE", "ERROR")


@dataclass(frozen=True)
class Wanted:
    """Which tasks to see; ``None`` means any.

    Attributes:
        services: of these services, by name or ID.
        nodes: on these nodes, by host name or ID.
        ids: with these IDs, or IDs that begin so.
        states: in one of these states.
        desired_states: with one of these desired states.
        labels: of services that had all these labels when the task was made, ``NAME`` or ``NAME=value``.
        history: those that others have taken the place of, too.
    """

    services: list[str] | None = None
    nodes: list[str] | None = None
    ids: list[str] | None = None
    states: list[str] | None = None
    desired_states: list[str] | None = None
    labels: list[str] | None = None
    history: bool = False


class Found(t.NamedTuple):
    """Tasks, and the names and IDs in what was wanted that nothing has."""

    tasks: list[Task]
    missing: list[str]


def look(client: Client, seen: list[nodes.Node], own_id: str | None, wanted: Wanted) -> Found:
    """See tasks, sorted by service and slot, the newest of each slot first.

    Args:
        client: a manager's Engine.
        seen: all nodes.
        own_id: the ID of the node that is ``self``.
        wanted: which tasks.

    Raises:
        Refused: a host name that several nodes carry.
    """
    on = {name: nodes.find(seen, name, own_id) for name in wanted.nodes or []}
    missing = [name for name, node in on.items() if node is None]
    found = settled(lambda: _of_services(client, seen, wanted))
    node_ids = None if wanted.nodes is None else {node["id"] for node in on.values() if node}
    chosen = [task for task in found.tasks if _fits(task, wanted, node_ids)]
    missing += [
        wanted_id for wanted_id in wanted.ids or [] if not any(_has(task, wanted_id) for task in found.tasks)
    ]
    return Found(chosen, found.missing + missing)


def lines(found: list[Task]) -> list[str]:
    """Tasks as a table."""
    return table(_HEAD, [_row(task) for task in found]) if found else ["No task."]


def _of_services(client: Client, seen: list[nodes.Node], wanted: Wanted) -> Found:
    raws: list[Raw] = client.get("/services")
    chosen, missing = raws, []
    if wanted.services is not None:
        named = {name: services.find(raws, name) for name in wanted.services}
        chosen = [raw for raw in named.values() if raw]
        missing = [name for name, raw in named.items() if raw is None]
    names = {raw["ID"]: raw["Spec"]["Name"] for raw in chosen}
    hostnames = {node["id"]: node["hostname"] for node in seen}
    raw_tasks = _read(client, chosen, wanted)
    told = [tasks.view(raw, names, hostnames) for raw in raw_tasks]
    if wanted.services is not None:
        told = [task for task in told if task["service_id"] in names]
    if not wanted.history and wanted.ids is None:
        by_node = {raw["ID"] for raw in chosen if tasks.per_node(raw)}
        told = tasks.newest([task for task in told if task["service_id"] in by_node], True) + tasks.newest(
            [task for task in told if task["service_id"] not in by_node], False
        )
    return Found(tasks.history(told), missing)


def _read(client: Client, chosen: list[Raw], wanted: Wanted) -> list[Raw]:
    """Only what cannot change which task is the newest of its slot is left to the Engine's own filters."""
    filters: dict[str, list[str]] = {}
    if wanted.labels:
        filters["label"] = wanted.labels
    if wanted.ids is not None:
        filters["id"] = wanted.ids
    if wanted.services is not None:
        return tasks_of(client, chosen, filters)
    return t.cast("t.List[Raw]", client.get("/tasks", filters=filters or None))


def _fits(task: Task, wanted: Wanted, node_ids: set[str] | None) -> bool:
    return (
        (node_ids is None or task["node_id"] in node_ids)
        and (wanted.states is None or task["state"] in wanted.states)
        and (wanted.desired_states is None or task["desired_state"] in wanted.desired_states)
        and (wanted.ids is None or any(_has(task, wanted_id) for wanted_id in wanted.ids))
    )


def _has(task: Task, wanted_id: str) -> bool:
    return task["id"].startswith(wanted_id)


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
