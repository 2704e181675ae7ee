# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout has come to: converging, converged, or failed because of a reason. PRIVATE to the collection. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._options.convert import duration
from . import tasks
from .failure import Failure, find, stop_first
from .history import History
from .snapshot import Snapshot, seconds
from .tasks import Task

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
    on after the service's name; ``task`` is the one that shows what is wrong, and ``advice`` says what to do about it.
    """

    state: str
    running: int
    wanted: int
    sentence: str
    reason: str = ""
    task: Task | None = None
    tasks: list[Task] = field(default_factory=list)
    advice: str = ""


def judge(snapshot: Snapshot, goal: str, written: bool, history: History, elapsed: float) -> Verdict:
    """The verdict after a snapshot.

    Args:
        snapshot: the last snapshot.
        goal: ``converged``, ``rolled_back`` (to what was before) or ``gone``.
        written: whether the service was written just before the first snapshot.
        history: of all snapshots, this one included.
        elapsed: seconds since the rollout began.
    """
    if goal == "gone":
        return _judge_gone(snapshot)
    if snapshot.service is None:
        return Verdict("failed", 0, 0, "another client removed it meanwhile", "removed")
    failure = find(snapshot, written, history, elapsed, undo=goal == "rolled_back")
    if failure:
        return _failed(snapshot, history, failure)
    running, wanted = len(snapshot.done()), snapshot.wanted()
    if (
        running == wanted
        and (wanted or not snapshot.by_node)
        and not _unsettled(snapshot, written, history, elapsed)
    ):
        word = "complete" if snapshot.is_job else "running"
        return Verdict(
            "converged", running, wanted, f"{running}/{wanted} {word}", tasks=_table(snapshot, history)
        )
    return Verdict("converging", running, wanted, _progress(snapshot), tasks=_table(snapshot, history))


def late(
    verdict: Verdict, snapshot: Snapshot, history: History, seconds_given: float, too_short: str = ""
) -> Verdict:
    """The verdict when the time is up.

    Args:
        verdict: until now.
        snapshot: the last snapshot.
        history: of all snapshots.
        seconds_given: how long the rollout was given.
        too_short: says that this cannot be enough, where it cannot.
    """
    waits = tasks.newest([task for task in snapshot.current if _is_missing(snapshot, task)], snapshot.by_node)
    behind = "; ".join(f"{snapshot.slot_name(task)}: {_doing(snapshot, task)}" for task in waits[:3])
    more = f"; and {len(waits) - 3} more" if len(waits) > 3 else ""
    sentence = f"not converged within {seconds_given:g} s: {_count(snapshot) if behind else verdict.sentence}"
    sentence += f"; {behind}{more}" if behind else ""
    advice = next((text for text in (stop_first(snapshot, task) for task in waits) if text), too_short)
    return _failed(snapshot, history, Failure("deadline", sentence, waits[0] if waits else None, advice))


def _failed(snapshot: Snapshot, history: History, failure: Failure) -> Verdict:
    return Verdict(
        "failed",
        len(snapshot.done()),
        snapshot.wanted(),
        failure.sentence,
        failure.reason,
        failure.task,
        _failing(snapshot, history, failure.task),
        failure.advice,
    )


def _judge_gone(snapshot: Snapshot) -> Verdict:
    """Whether a removed service has left nothing behind. Tasks on a node that is gone end when that returns."""
    left = [
        task
        for task in snapshot.tasks
        if task["node_id"] and tasks.rank(task["state"]) <= tasks.RUNNING and not snapshot.is_lost(task)
    ]
    if left or snapshot.service is not None:
        where = sorted({task["node"] for task in left})
        on = f" on {', '.join(where[:3])}" + (" and others" if len(where) > 3 else "") if where else ""
        count = "1 task is" if len(left) == 1 else f"{len(left)} tasks are"
        return Verdict("converging", len(left), 0, f"{count} being stopped{on}", tasks=left)
    return Verdict("converged", 0, 0, "removed")


def _unsettled(snapshot: Snapshot, written: bool, history: History, elapsed: float) -> bool:
    """Whether tasks that are all as they should be still have to stay so for a while."""
    state = snapshot.update_state
    if snapshot.is_job:
        return False
    if state in ("updating", "rollback_started"):
        return True
    if not written:
        return False
    # The Engine watched an update itself before it called it completed. Where it updated nothing (creation, scaling),
    # only new tasks have something to prove.
    begun = history.begun or 0.0
    if not history.failed and (state or all(seconds(task["created"]) < begun for task in snapshot.done())):
        return False
    return elapsed - history.steady_since < snapshot.monitor


def _progress(snapshot: Snapshot) -> str:
    waits = tasks.newest([task for task in snapshot.current if _is_missing(snapshot, task)], snapshot.by_node)
    if waits:
        where = waits[0]["node"] or snapshot.slot_name(waits[0])
        more = f" and {len(waits) - 1} more" if len(waits) > 1 else ""
        return f"{_count(snapshot)}, {where}: {_doing(snapshot, waits[0])}{more}"
    if snapshot.wanted() and len(snapshot.done()) == snapshot.wanted():
        return f"{_count(snapshot)}, checking that they keep running"
    option, config = snapshot.rolling_config
    if snapshot.update_state in ("updating", "rollback_started") and config.get("Delay"):
        return f"{_count(snapshot)}, the next tasks come after {duration(config['Delay'])} ({option}.delay)"
    return _count(snapshot)


def _count(snapshot: Snapshot) -> str:
    word = "complete" if snapshot.is_job else "running"
    working = {"updating": " (updating)", "rollback_started": " (rolling back)"}.get(
        snapshot.update_state, ""
    )
    return f"{len(snapshot.done())}/{snapshot.wanted()} {word}{working}"


def _is_missing(snapshot: Snapshot, task: Task) -> bool:
    if snapshot.is_job:
        return tasks.wanted(task) and task["state"] != "complete"
    return tasks.wanted(task) and (task["state"] != "running" or snapshot.is_lost(task))


def _doing(snapshot: Snapshot, task: Task) -> str:
    if snapshot.is_lost(task):
        return "its node is gone"
    if task["error"]:
        return snapshot.ending_of(task)
    first_check = snapshot.first_check(task) if task["state"] == "starting" else ""
    if first_check:
        return f"starting, {first_check}"
    return _DOING.get(task["state"], task["state"])


def _failing(snapshot: Snapshot, history: History, culprit: Task | None) -> list[Task]:
    """Of what the result shows, the tasks that failed and those that are not as they should be yet."""
    return [
        task
        for task in _table(snapshot, history, culprit)
        if task is culprit or snapshot.has_failed(task) or _is_missing(snapshot, task)
    ]


def _table(snapshot: Snapshot, history: History, culprit: Task | None = None) -> list[Task]:
    """The newest task of each slot, and those that failed: what the result shows of the tasks."""
    failed = {task_id for seen in history.failed.values() for task_id in seen}
    # Slots above a smaller number of replicas: the Engine is about to forget their tasks.
    left = [task for task in snapshot.current or snapshot.tasks if task["desired_state"] != "remove"]
    newest = {task["id"] for task in tasks.newest(left, snapshot.by_node)}
    newest.update(failed, [culprit["id"]] if culprit else [])
    return tasks.newest_first(task for task in snapshot.tasks if task["id"] in newest)
