# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a service is not well, as sentences. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import typing as t

from . import tasks
from .reasons import ending_of, has_failed, verb_of
from .service import constraints_of, has_health_check, is_job, is_per_node, update_message, update_state
from .tasks import Task

Raw = t.Dict[str, t.Any]

# How many slots a sentence names.
_NAMED = 3
_NEW = "new: the swarm has not set up the networks yet (the leader's journal may say why)"
# By the state of an update: how the Engine's sentence begins, and how ours does.
_UPDATES = {
    "paused": ("update paused", "its update is paused"),
    "rollback_started": ("update rolled back", "it is being rolled back"),
    "rollback_paused": ("rollback paused", "its rollback is paused"),
}


class _Trouble(t.NamedTuple):
    """What is wrong in a slot; slots with the same trouble share a sentence."""

    #: A state of the last task, or ``gone`` (its node), ``stopping``, ``restarted``.
    kind: str
    reason: str
    #: Whether the swarm does not start the task again.
    ended: bool
    failures: int


def problems(
    raw: Raw,
    mode: str,
    wanted: int,
    its: list[Task],
    gone: t.AbstractSet[str],
    trusted: str,
) -> list[str]:
    """What is wrong with a service.

    Args:
        raw: the Engine's JSON.
        mode: its mode.
        wanted: how many tasks it should have.
        its: its tasks; of a job, those of the present run.
        gone: the IDs of nodes that are gone.
        trusted: a timestamp; a task that was created later, in a slot that failed before, may fail again at once.
    """
    its = [task for task in its if task["desired_state"] != "remove"]
    by_node, job = is_per_node(mode), is_job(mode)
    checked = has_health_check(raw.get("Spec") or {})
    failures = _failures(its, by_node, job)
    current = tasks.newest(its, by_node)
    if mode == "global":
        # A node that is drained, gone or does not fit any longer misses nothing.
        current = [task for task in current if tasks.wanted(task) or has_failed(task, job)]
    troubles: dict[tuple[str, str, bool], list[tuple[Task, int]]] = collections.defaultdict(list)
    for task in current:
        trouble = _trouble(task, failures[_slot_of(task, by_node)], job, checked, gone, trusted)
        if trouble:
            troubles[trouble[:3]].append((task, trouble.failures))
    sentences = _of_update(raw) + [_sentence(key, slots, by_node) for key, slots in troubles.items()]
    if not current and by_node:
        sentences.append("no node fits it" + _constraints(raw))
    elif not job and len(current) < wanted:
        sentences.append(f"{_count(wanted - len(current))} not created yet")
    return sentences


def _slot_of(task: Task, by_node: bool) -> str:
    return task["node_id"] if by_node else str(task["slot"])


def _failures(its: list[Task], by_node: bool, job: bool) -> dict[str, list[Task]]:
    """The tasks that failed, by slot, the newest first."""
    failures: dict[str, list[Task]] = collections.defaultdict(list)
    for task in sorted(its, key=lambda one: tasks.moment(one["created"]), reverse=True):
        if has_failed(task, job):
            failures[_slot_of(task, by_node)].append(task)
    return failures


def _trouble(
    task: Task, failures: list[Task], job: bool, checked: bool, gone: t.AbstractSet[str], trusted: str
) -> _Trouble | None:
    """What is wrong in a slot, from its newest task and those that failed, the newest of these first."""
    # A job's failed task is to be shut down before the next one is created.
    ended = task["desired_state"] == "shutdown" and not job
    if job and task["state"] == "complete":
        return None
    if task["state"] == "running":
        if task["node_id"] in gone:
            return _Trouble("gone", "", ended, 0)
        if ended:
            return _Trouble("stopping", "", False, 0)
        # Failures of another image say nothing of this one.
        same = [other for other in failures if other["image"] == task["image"]]
        young = tasks.moment(task["created"]) > tasks.moment(trusted)
        return (
            _Trouble("restarted", ending_of(same[0], checked), False, len(same)) if same and young else None
        )
    if task["state"] == "pending" and task["error"]:
        return _Trouble("pending", task["error"], False, 0)
    # How the last one failed says more than that the next one is starting.
    if failures:
        return _Trouble(failures[0]["state"], ending_of(failures[0], checked), ended, len(failures))
    return _Trouble(task["state"], task["error"], ended, 0)


def _sentence(key: tuple[str, str, bool], slots: list[tuple[Task, int]], by_node: bool) -> str:
    """What is wrong in slots with the same trouble: the newest task of each, and how often it failed."""
    kind, reason, ended = key
    failures = sum(count for _task, count in slots)
    where = _slots([task for task, _count in slots], by_node)
    one = len(slots) == 1
    be, was = ("is", "was") if one else ("are", "were")
    often = "" if failures < 2 else f" at least {failures} times, the last time"
    if kind in ("failed", "rejected", "complete"):
        sentence = f"{where} {verb_of(kind, one)}{often}: {reason}"
    else:
        after = "a failure" if failures < 2 else f"at least {failures} failures"
        sentence = {
            "gone": f"{where} ran on a node that is gone",
            "stopping": f"{where} {be} being stopped",
            "restarted": f"{where} {was} restarted just now after {after}: {reason}",
            "new": f"{where} {be} {_NEW}",
        }.get(kind, f"{where} {be} {kind}" + (f": {reason}" if reason else ""))
    return sentence + ("; not restarted" if ended else "")


def _slots(newest: list[Task], by_node: bool) -> str:
    one, several = ("its task on", "its tasks on") if by_node else ("slot", "slots")
    named = ", ".join(_slot(task, by_node) for task in newest[:_NAMED])
    more = f" and {len(newest) - _NAMED} more" if len(newest) > _NAMED else ""
    return f"{one if len(newest) == 1 else several} {named}{more}"


def _slot(task: Task, by_node: bool) -> str:
    if by_node:
        return task["node"]
    return str(task["slot"]) + (f" ({task['node']})" if task["node"] else "")


def _count(number: int) -> str:
    return "1 task is" if number == 1 else f"{number} tasks are"


def _of_update(raw: Raw) -> list[str]:
    state, message = update_state(raw), update_message(raw)
    # A rollback by hand leaves the other spec to roll forward to, one by the swarm itself leaves none.
    if state == "rollback_completed" and not raw.get("PreviousSpec"):
        return ["its last update failed and the swarm rolled it back"]
    if state not in _UPDATES:
        return []
    theirs, ours = _UPDATES[state]
    if message.startswith(theirs):
        return [ours + message[len(theirs) :]]
    return [f"{ours}: {message}" if message else ours]


def _constraints(raw: Raw) -> str:
    constraints = constraints_of(raw.get("Spec") or {})
    return f" (constraints: {', '.join(constraints)})" if constraints else ""
