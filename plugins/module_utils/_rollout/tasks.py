# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks as a user thinks of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import saying

# States a task goes through, in their order (swarmkit api/types.proto).
STATES = (
    "new",
    "allocated",
    "pending",
    "assigned",
    "accepted",
    "preparing",
    "ready",
    "starting",
    "running",
    "complete",
    "shutdown",
    "failed",
    "rejected",
    "remove",
    "orphaned",
)
RUNNING = STATES.index("running")
#: In these states a task has, or will have, a process and its networks on a node.
HOLDING = ("assigned", "accepted", "preparing", "ready", "starting", "running")


class Task(t.TypedDict):
    """One task.

    ``slot`` is 0 for a task of a global service, and for the first of a replicated job. ``error`` is the Engine's
    reason, empty while there is none; ``exit_code`` is ``None`` until the container has ended.
    """

    id: str
    service: str
    service_id: str
    slot: int
    node: str
    node_id: str
    state: str
    desired_state: str
    image: str
    error: str
    message: str
    exit_code: int | None
    container_id: str
    created: str
    updated: str


def view(raw: dict[str, t.Any], services: t.Mapping[str, str], nodes: t.Mapping[str, str]) -> Task:
    """A task from the Engine's ``/tasks``.

    Args:
        raw: the Engine's JSON.
        services: names of services by their IDs.
        nodes: host names of nodes by their IDs.
    """
    status = raw.get("Status") or {}
    container = status.get("ContainerStatus") or {}
    service_id, node_id = raw.get("ServiceID", ""), raw.get("NodeID", "")
    state = status.get("State", "new")
    ended = rank(state) > RUNNING and container.get("ContainerID")
    return {
        "id": raw["ID"],
        "service": services.get(service_id, service_id),
        "service_id": service_id,
        "slot": raw.get("Slot", 0),
        "node": nodes.get(node_id, node_id),
        "node_id": node_id,
        "state": state,
        "desired_state": raw.get("DesiredState", ""),
        "image": ((raw.get("Spec") or {}).get("ContainerSpec") or {}).get("Image", ""),
        "error": saying(status.get("Err") or ""),
        "message": status.get("Message", ""),
        "exit_code": container.get("ExitCode", 0) if ended else None,
        "container_id": container.get("ContainerID", ""),
        "created": raw.get("CreatedAt", ""),
        "updated": raw.get("UpdatedAt", ""),
    }


def rank(state: str) -> int:
    """How far a state is on a task's way; one that is not known counts as the last."""
    return STATES.index(state) if state in STATES else len(STATES)


def wanted(task: Task) -> bool:
    """Whether the swarm wants the task to run, now or soon; what it gave up is over.

    A job's task is wanted to be complete.
    """
    return rank(task["desired_state"]) <= rank("complete")


def moment(timestamp: str) -> str:
    """A timestamp of the Engine's so that texts compare as the moments do.

    Go leaves out the zeros at the end of a fraction, so ``01Z`` would sort behind ``01.5Z``.
    """
    return timestamp.rstrip("Z")


def newest(tasks: t.Iterable[Task], by_node: bool) -> list[Task]:
    """The newest task of each slot of each service, sorted by service and slot.

    Args:
        tasks: any tasks; a slot's history is among them.
        by_node: slots are nodes, see ``service.is_per_node``.
    """
    last: dict[tuple[str, str], Task] = {}
    for task in sorted(tasks, key=_age):
        slot = task["node_id"] if by_node else str(task["slot"])
        last[task["service_id"], slot] = task
    return sorted(last.values(), key=_slot)


def newest_first(tasks: t.Iterable[Task]) -> list[Task]:
    """All tasks by service and slot, the newest of each slot first."""
    return sorted(sorted(tasks, key=_age, reverse=True), key=_slot)


def name(task: Task) -> str:
    """What a user calls the task: ``web.3 on w1``, or ``agent on w2`` for a global service."""
    slot = f".{task['slot']}" if task["slot"] else ""
    return f"{task['service']}{slot}" + (f" on {task['node']}" if task["node"] else "")


def _age(task: Task) -> tuple[bool, str]:
    # What is wanted stands above what is not: after a leader change clocks may differ.
    return wanted(task), moment(task["created"])


def _slot(task: Task) -> tuple[str, int, str]:
    return task["service"], task["slot"], "" if task["slot"] else task["node"]
