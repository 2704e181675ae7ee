# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of services that say where and how each slot is now. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import typing as t

from ...module_utils._rollout import tasks
from ...module_utils._rollout.reasons import ending_of, has_failed
from ...module_utils._rollout.service import is_job, is_per_node
from ...module_utils._rollout.tasks import Task
from ...module_utils._swarm.nodes import Node, is_gone

Result = dict[str, t.Any]

#: How a slot is: the word in the document, and what it means. The page has a mark for each.
MARKS = {
    "running": "running",
    "starting": "not running yet",
    "waiting": "waiting for a node",
    "failed": "failed",
    "lost": "on a node that is gone",
    "stopping": "being stopped",
    "done": "completed",
}
#: What is told of apart from the placement, with its reason.
NOT_RUNNING = ("starting", "waiting", "failed", "lost", "stopping")


def placed(services: list[Result], seen: list[Task], nodes: list[Node]) -> list[Result]:
    """The newest task of each slot, those that are still being stopped, and why one does not run.

    Args:
        services: as ``swarm_service_info`` returns them.
        seen: their tasks with their history, as ``swarm_task_info`` returns them.
        nodes: all nodes.
    """
    gone = {node["id"] for node in nodes if is_gone(node)}
    by_service: dict[str, list[Task]] = collections.defaultdict(list)
    for task in seen:
        if task["desired_state"] != "remove":
            by_service[task["service_id"]].append(task)
    return [
        one for service in services for one in _of_service(service, by_service.get(service["id"], []), gone)
    ]


def checks_health(service: Result) -> bool:
    """Whether a service brings a health check of its own."""
    test = ((service.get("options") or {}).get("healthcheck") or {}).get("test") or []
    return bool(test) and test != ["NONE"]


def _of_service(service: Result, its: list[Task], gone: set[str]) -> list[Result]:
    by_node, job = is_per_node(service["mode"]), is_job(service["mode"])
    newest = {task["id"] for task in tasks.newest(its, by_node)}
    failures = _failures(its, by_node, job)
    found = []
    for task in tasks.newest_first(its):
        mark = _mark(task, task["node_id"] in gone, job)
        if mark and (task["id"] in newest or mark == "stopping"):
            why = _why(task, mark, failures.get(slot_of(task, by_node)), checks_health(service))
            found.append({**_short(task), "mark": mark, "why": why})
    return found


def slot_of(task: Task, by_node: bool) -> str:
    """The slot that a task fills; of a global service, its node."""
    return task["node_id"] if by_node else str(task["slot"])


def _failures(its: list[Task], by_node: bool, job: bool) -> dict[str, Task]:
    """The task that failed last, by slot."""
    failed = sorted(
        (task for task in its if has_failed(task, job)), key=lambda one: tasks.moment(one["created"])
    )
    return {slot_of(task, by_node): task for task in failed}


def _mark(task: Task, gone: bool, job: bool) -> str | None:
    """How a task is, ``None`` for one that is over as it should be and says nothing of now."""
    wanted = tasks.wanted(task)
    if has_failed(task, job):
        return "failed"
    if job and task["state"] == "complete":
        return "done"
    if tasks.rank(task["state"]) > tasks.RUNNING:
        return "starting" if wanted else None
    if gone:
        return "lost" if wanted else None
    if not wanted:
        return "stopping" if task["node_id"] else None
    if task["state"] == "running":
        return "running"
    return "starting" if task["node_id"] else "waiting"


def _why(task: Task, mark: str, failure: Task | None, checked: bool) -> str:
    if mark in ("running", "done", "stopping"):
        return ""
    if mark == "lost":
        return "its node is gone"
    # As the problems of the service have it: how the last one failed says more than that the next one is starting.
    if task["state"] == "pending" and task["error"]:
        return task["error"]
    return ending_of(failure, checked) if failure else task["error"]


def _short(task: Task) -> Result:
    return {
        "id": task["id"],
        "service": task["service"],
        "slot": task["slot"],
        "node": task["node"],
        "node_id": task["node_id"],
        "state": task["state"],
        "since": task["updated"],
        "image": task["image"],
    }
