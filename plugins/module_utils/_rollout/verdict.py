# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout has come to: converging, converged, or failed because of a reason. PRIVATE to the collection. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import tasks
from .failure import Failure, find, told
from .history import Memory
from .snapshot import Look, seconds
from .tasks import Task

# What a user may be after: the service as declared, the one before, or none.
GOALS = ("converged", "rolled_back", "gone")
# What a task that does not run yet is waiting for.
_DOING = {
    "new": "waiting for its network addresses",
    "allocated": "waiting for the scheduler",
    "pending": "waiting for a node",
    "assigned": "sent to the node",
    "accepted": "taken by the node",
    "preparing": "pulling the image",
    "ready": "waiting to be started",
    "starting": "starting",
    "running": "running",
}


@dataclass(frozen=True)
class Verdict:
    """One service's rollout.

    ``state`` is converging, converged or failed. ``reason`` is a word for programs, ``sentence`` is for people and goes
    on after the service's name; ``task`` is the one that shows what is wrong.
    """

    state: str
    running: int
    wanted: int
    sentence: str
    reason: str = ""
    task: Task | None = None
    tasks: list[Task] = field(default_factory=list)


def judge(look: Look, goal: str, written: bool, memory: Memory, elapsed: float) -> Verdict:
    """The verdict after a look.

    Args:
        look: the last look.
        goal: one of ``GOALS``.
        written: whether the service was written just before the first look.
        memory: of all looks, this one included.
        elapsed: seconds since the rollout began.
    """
    if goal == "gone":
        return _judge_gone(look)
    if look.service is None:
        return Verdict("failed", 0, 0, "somebody removed it meanwhile", "removed")
    failure = find(look, written, memory, elapsed, undo=goal == "rolled_back")
    if failure:
        return _failed(look, memory, failure)
    running, wanted = len(look.done()), look.wanted()
    if running == wanted and (wanted or not look.by_node) and not _unsettled(look, written, memory, elapsed):
        word = "complete" if look.is_job else "running"
        return Verdict("converged", running, wanted, f"{running}/{wanted} {word}", tasks=_table(look, memory))
    return Verdict("converging", running, wanted, _progress(look), tasks=_table(look, memory))


def late(verdict: Verdict, look: Look, memory: Memory, seconds_given: float) -> Verdict:
    """The verdict when the time is up."""
    waits = tasks.newest([task for task in look.current if _is_missing(look, task)], look.by_node)
    behind = "; ".join(f"{look.place_name(task)}: {_doing(look, task)}" for task in waits[:3])
    more = f"; and {len(waits) - 3} more" if len(waits) > 3 else ""
    sentence = f"not converged within {seconds_given:g} s: {_count(look) if behind else verdict.sentence}"
    sentence += f"; {behind}{more}" if behind else ""
    return _failed(look, memory, Failure("deadline", sentence, waits[0] if waits else None))


def _failed(look: Look, memory: Memory, failure: Failure) -> Verdict:
    return Verdict(
        "failed",
        len(look.done()),
        look.wanted(),
        failure.sentence,
        failure.reason,
        failure.task,
        _table(look, memory, failure.task),
    )


def _judge_gone(look: Look) -> Verdict:
    """A removed service's tasks end one after the other; those on a node that is down end whenever it is back."""
    left = [
        task
        for task in look.tasks
        if task["node_id"] and tasks.order(task["state"]) <= tasks.RUNNING and not look.is_lost(task)
    ]
    if left or look.service is not None:
        where = sorted({task["node"] for task in left})
        on = f" on {', '.join(where[:3])}" + (" and others" if len(where) > 3 else "") if where else ""
        return Verdict("converging", len(left), 0, f"{len(left)} tasks are being stopped{on}", tasks=left)
    return Verdict("converged", 0, 0, "removed")


def _unsettled(look: Look, written: bool, memory: Memory, elapsed: float) -> bool:
    """Whether what is complete now has to prove that it stays so."""
    state = look.update_state
    if look.is_job:
        return False
    if state in ("updating", "rollback_started"):
        return True
    if not written:
        return False
    # The Engine watched an update itself before it called it completed. Where it updated nothing (creation, scaling),
    # only new tasks have something to prove.
    begun = memory.begun or 0.0
    if not memory.failed and (state or all(seconds(task["created"]) < begun for task in look.done())):
        return False
    return elapsed - memory.steady_since < look.monitor


def _progress(look: Look) -> str:
    waits = tasks.newest([task for task in look.current if _is_missing(look, task)], look.by_node)
    if waits:
        where = waits[0]["node"] or look.place_name(waits[0])
        more = f" and {len(waits) - 1} more" if len(waits) > 1 else ""
        return f"{_count(look)}, {where}: {_doing(look, waits[0])}{more}"
    if len(look.done()) == look.wanted():
        return f"{_count(look)}, watching that they stay so"
    return _count(look)


def _count(look: Look) -> str:
    word = "complete" if look.is_job else "running"
    working = {"updating": " (updating)", "rollback_started": " (rolling back)"}.get(look.update_state, "")
    return f"{len(look.done())}/{look.wanted()} {word}{working}"


def _is_missing(look: Look, task: Task) -> bool:
    if look.is_job:
        return tasks.wanted(task) and task["state"] != "complete"
    return tasks.wanted(task) and (task["state"] != "running" or look.is_lost(task))


def _doing(look: Look, task: Task) -> str:
    if look.is_lost(task):
        return "its node is down"
    if task["error"]:
        return told(task)
    return _DOING.get(task["state"], task["state"])


def _table(look: Look, memory: Memory, culprit: Task | None = None) -> list[Task]:
    """The newest task of each place, and those that failed."""
    failed = {task_id for seen in memory.failed.values() for task_id in seen}
    # What is removed for good (a slot above a smaller number of replicas) is on its way out of the Engine's memory.
    left = [task for task in look.current or look.tasks if task["desired_state"] != "remove"]
    newest = {task["id"] for task in tasks.newest(left, look.by_node)}
    newest.update(failed, [culprit["id"]] if culprit else [])
    return tasks.history(task for task in look.tasks if task["id"] in newest)
