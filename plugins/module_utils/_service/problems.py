# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a service is not fine, as sentences. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import typing as t

from .._rollout import tasks
from .._rollout.service import is_job
from .._rollout.tasks import Task

# How many slots a sentence names.
_NAMED = 3


class _Trouble(t.NamedTuple):
    """What is wrong in a slot; slots with the same trouble share a sentence."""

    kind: str
    reason: str
    ended: bool
    failures: int


def problems(
    raw: dict[str, t.Any],
    mode: str,
    wanted: int,
    its: list[Task],
    down: t.AbstractSet[str],
    trusted: str,
) -> list[str]:
    """What is wrong with a service.

    Args:
        raw: the Engine's JSON.
        mode: its mode.
        wanted: how many tasks it should have.
        its: its tasks; of a job, those of the present run.
        down: the IDs of nodes that are down.
        trusted: a timestamp; a task that was made later, in a slot that failed before, is not trusted to go on.
    """
    its = [task for task in its if task["desired_state"] != "remove"]
    by_node = tasks.per_node(raw)
    slots: dict[str, list[Task]] = collections.defaultdict(list)
    for task in sorted(its, key=lambda one: tasks.moment(one["created"]), reverse=True):
        slots[task["node_id"] if by_node else str(task["slot"])].append(task)
    current = tasks.newest(its, by_node)
    if mode == "global":
        # The node is drained, down or not fit anymore: nothing is missing there.
        current = [task for task in current if tasks.wanted(task) or _failures([task])]
    found: dict[tuple[str, str, bool], list[tuple[Task, int]]] = collections.defaultdict(list)
    for task in current:
        slot = slots[task["node_id"] if by_node else str(task["slot"])]
        trouble = _trouble(task, slot, is_job(mode), down, trusted)
        if trouble:
            found[trouble[:3]].append((task, trouble.failures))
    told = _of_update(raw) + [_sentence(key, slots, by_node) for key, slots in found.items()]
    if not current and by_node:
        told.append("no node is fit to run it" + _constraints(raw))
    elif not is_job(mode) and len(current) < wanted:
        told.append(f"{_count(wanted - len(current))} not made yet")
    return told


def _trouble(
    task: Task, slot: list[Task], job: bool, down: t.AbstractSet[str], trusted: str
) -> _Trouble | None:
    failures = _failures(slot)
    # A failed task of a job gets its successor only later.
    ended = task["desired_state"] == "shutdown" and not job
    if job and task["state"] == "complete":
        return None
    if task["node_id"] in down and task["state"] == "running":
        return _Trouble("down", "", ended, 0)
    if task["state"] == "running":
        if ended:
            return _Trouble("being stopped", "", False, 0)
        # Failures of another image say nothing of this one.
        same = [other for other in failures if other["image"] == task["image"]]
        young = tasks.moment(task["created"]) > tasks.moment(trusted)
        return _Trouble("runs again", same[0]["error"], False, len(same)) if same and young else None
    if task["state"] == "pending" and task["error"]:
        return _Trouble("pending", task["error"], False, 0)
    if failures:
        return _Trouble(failures[0]["state"], failures[0]["error"], ended, len(failures))
    return _Trouble(task["state"], task["error"], ended, 0)


def _failures(slot: list[Task]) -> list[Task]:
    return [task for task in slot if task["state"] in ("failed", "rejected")]


def _sentence(key: tuple[str, str, bool], found: list[tuple[Task, int]], by_node: bool) -> str:
    kind, reason, ended = key
    failures = sum(count for _task, count in found)
    where = _places([task for task, _count in found], by_node)
    be = "is" if len(found) == 1 else "are"
    times = "" if failures < 2 else f" at least {failures} times, the last time"
    told = {
        "down": f"{where} ran on a node that is down",
        "runs again": f"{where} {'runs' if be == 'is' else 'run'} only since a moment, having failed{times}: {reason}",
        "failed": f"{where} failed{times}: {reason}",
        "rejected": f"{where} {'was' if be == 'is' else 'were'} rejected{times}: {reason}",
        "new": f"{where} {be} new: the swarm has not set up the networks yet (the leader's journal may say why)",
    }.get(kind, f"{where} {be} {kind}" + (f": {reason}" if reason else ""))
    return told + ("; not started again" if ended else "")


def _places(found: list[Task], by_node: bool) -> str:
    named = [_place(task, by_node) for task in found[:_NAMED]]
    rest = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    word = "" if by_node else "slot " if len(found) == 1 else "slots "
    return ("its task on " if by_node and len(found) == 1 else "its tasks on " if by_node else word) + (
        ", ".join(named) + rest
    )


def _place(task: Task, by_node: bool) -> str:
    if by_node:
        return task["node"]
    return str(task["slot"]) + (f" ({task['node']})" if task["node"] else "")


def _count(number: int) -> str:
    return "1 task is" if number == 1 else f"{number} tasks are"


def _of_update(raw: dict[str, t.Any]) -> list[str]:
    status = raw.get("UpdateStatus") or {}
    state = status.get("State")
    # A rollback by hand leaves the other spec to roll forward to, one by the swarm itself leaves none.
    if state == "rollback_completed" and not raw.get("PreviousSpec"):
        return ["its last update failed and the swarm rolled it back"]
    told = {
        "paused": ("update paused", "its update is paused"),
        "rollback_started": ("update rolled back", "it is being rolled back"),
        "rollback_paused": ("rollback paused", "its rollback is paused"),
    }
    if state not in told:
        return []
    theirs, ours = told[state]
    message = status.get("Message", "")
    if message.startswith(theirs):
        return [ours + message[len(theirs) :]]
    return [f"{ours}: {message}" if message else ours]


def _constraints(raw: dict[str, t.Any]) -> str:
    placement = ((raw.get("Spec") or {}).get("TaskTemplate") or {}).get("Placement") or {}
    found = placement.get("Constraints")
    return f" (constraints: {', '.join(found)})" if found else ""
