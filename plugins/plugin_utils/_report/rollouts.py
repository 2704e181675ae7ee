# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last rollouts over time, from the history of tasks. PRIVATE to the collection. Pure.

A slot whose task was replaced has a moment at which the old one had stopped, one at which the new one was created, mostly before
that, and one since which the new one runs, which includes that it is healthy. All are written by the leader, so that one clock
counts for all nodes. The swarm keeps few old tasks of each slot, and of those not since when they ran.
"""

from __future__ import annotations

import collections
import itertools
import typing as t

from ...module_utils._rollout import tasks
from ...module_utils._rollout.reasons import ending_of, has_failed
from ...module_utils._rollout.service import is_job, is_per_node
from ...module_utils._rollout.snapshot import seconds
from ...module_utils._rollout.tasks import Task
from .placed import checks_health, slot_of

Result = dict[str, t.Any]

# The most rollouts that a document has.
_MOST = 20
# Seconds: the Engine writes the status of an update a moment after it created the first tasks.
_TOLERANCE = 2.0


class _Replaced(t.NamedTuple):
    """A task that took the slot of another one, and what took the slot until it was replaced in turn."""

    slot: str
    old: Task
    chain: list[Task]
    #: Whether the service's last update did it.
    of_update: bool
    #: Whether the slot has newer tasks of another rollout.
    over: bool

    @property
    def new(self) -> Task:
        return self.chain[0]


def rollouts(services: list[Result], seen: list[Task]) -> list[Result]:
    """The last rollouts, the newest first: of each the slots, with moments and the seconds in which nothing ran.

    Args:
        services: as ``swarm_service_info`` returns them.
        seen: their tasks with their history, as ``swarm_task_info`` returns them.
    """
    by_service: dict[str, list[Task]] = collections.defaultdict(list)
    for task in seen:
        by_service[task["service_id"]].append(task)
    found = [
        _view(service, group)
        for service in services
        if not is_job(service["mode"])
        for group in _groups(_replaced(service, by_service.get(service["id"], [])))
    ]
    return sorted(found, key=lambda one: (tasks.moment(one["started"]), one["service"]), reverse=True)[:_MOST]


def _replaced(service: Result, its: list[Task]) -> list[_Replaced]:
    """The replacements of a service, in the order of time."""
    by_node = is_per_node(service["mode"])
    slots: dict[str, list[Task]] = collections.defaultdict(list)
    for task in sorted(its, key=lambda one: (tasks.moment(one["created"]), one["id"])):
        if task["node_id"] or not by_node:
            slots[slot_of(task, by_node)].append(task)
    found: list[_Replaced] = []
    for slot, line in slots.items():
        for old, new in itertools.pairwise(line):
            # The same again after a failure goes on with what was begun.
            if has_failed(old, False) and old["image"] == new["image"]:
                if found and found[-1].slot == slot:
                    found[-1].chain.append(new)
            else:
                if found and found[-1].slot == slot:
                    found[-1] = found[-1]._replace(over=True)
                found.append(_Replaced(slot, old, [new], _is_of_update(service, new), False))
    return sorted(found, key=lambda one: tasks.moment(one.new["created"]))


def _is_of_update(service: Result, new: Task) -> bool:
    update = service["update"] or {}
    if not update.get("started"):
        return False
    created = seconds(new["created"])
    ended = seconds(update["completed"]) if update.get("completed") else created
    return seconds(update["started"]) - _TOLERANCE <= created <= ended + _TOLERANCE


def _groups(replaced: list[_Replaced]) -> list[list[_Replaced]]:
    """Replacements of the same rollout: to the same image, and of each slot once."""
    groups: list[list[_Replaced]] = []
    for one in replaced:
        last = groups[-1] if groups else []
        same = last and (last[0].new["image"], last[0].of_update) == (one.new["image"], one.of_update)
        if same and one.slot not in {other.slot for other in last}:
            last.append(one)
        else:
            groups.append([one])
    return groups


def _view(service: Result, group: list[_Replaced]) -> Result:
    slots = [_slot(one, checks_health(service)) for one in group]
    moments = [moment for slot in slots for moment in (slot["stopped"], slot["created"]) if moment]
    ready = [slot["ready"] for slot in slots if slot["ready"]]
    first = group[0]
    return {
        "service": service["name"],
        "image": first.new["image"],
        "before": first.old["image"],
        "state": service["update"]["state"] if first.of_update else "",
        "started": min(moments, key=tasks.moment),
        "ended": max(ready, key=tasks.moment) if len(ready) == len(slots) else None,
        "slots": slots,
    }


def _slot(one: _Replaced, checked: bool) -> Result:
    last = one.chain[-1]
    runs = last["state"] == "running" and tasks.wanted(last)
    stopped = one.old["updated"] if tasks.rank(one.old["state"]) > tasks.RUNNING else None
    ready = last["updated"] if runs else None
    return {
        "slot": last["slot"],
        "node": last["node"],
        "from_node": one.old["node"],
        "stopped": stopped,
        "created": one.new["created"],
        "ready": ready,
        # Nothing ran between; none where the new task ran first.
        "gap": round(max(0.0, seconds(ready) - seconds(stopped)), 1) if stopped and ready else None,
        "state": last["state"],
        "replaced": one.over,
        "failures": [
            {"at": task["updated"], "why": ending_of(task, checked)}
            for task in one.chain
            if has_failed(task, False)
        ],
    }
