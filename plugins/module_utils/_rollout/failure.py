# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a rollout failed, or has to be taken as failed. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from . import tasks
from .history import History
from .reasons import FAILED, verb_of
from .resume import cause_may_be_gone
from .snapshot import Snapshot

# How often a slot may fail before it is a failure of the rollout. What never got as far as a process (no image, no
# mount, a taken port) or answered no health check all the time it was given does not get better by itself; a process
# that ends may wait for another service.
_HOPELESS, _CRASHES = 2, 3
# Seconds through which a registry or a node may be out of order before its refusals count; the Engine's own delay between
# two attempts.
_PATIENCE = 5.0
# Words of an error that no time mends: there is no such image or program, or the spec cannot be.
_FINAL = ("manifest unknown", "invalid reference format", "executable file not found", "exec format error")
# How a process fails that did start.
_ITS_OWN = ("crash_looping", "unhealthy")
# Parts of the scheduler's reasons why a node has no room for a task that it would fit (swarmkit scheduler/filter.go).
_HELD = ("host-mode port already in use", "max replicas per node", "insufficient resources")
# Seconds that the scheduler has to find a node after all: one that joins, or a task of another service that ends.
_UNPLACED = 5.0
# Seconds that the swarm has to create a task where there is none. It takes milliseconds, but a leader may be busy.
_UNCREATED = 3.0
# Seconds until a slot without a new task is given up. The swarm ends a task and creates the next one in two steps, and a
# snapshot may be taken between them.
_GIVEN_UP = 1.0


class Failure(t.NamedTuple):
    """Why a rollout failed.

    Attributes:
        reason: a word for programs.
        sentence: for people; goes on after the service's name.
        task: the one that shows it.
        advice: a sentence that says what to do.
    """

    reason: str
    sentence: str
    task: tasks.Task | None = None
    advice: str = ""


def find(
    snapshot: Snapshot, written: bool, history: History, elapsed: float, undo: bool = False
) -> Failure | None:
    """The failure that is certain; ``None`` while the rollout may still converge.

    Args:
        snapshot: the last snapshot; its service is there.
        written: whether this rollout wrote the service, so that what the Engine says of its update is about it.
        history: of all snapshots, this one included.
        elapsed: seconds since the rollout began.
        undo: a rollback was asked for.
    """
    state = snapshot.update_state
    if state in ("paused", "rollback_paused"):
        what, done = ("update", "updated") if state == "paused" else ("rollback", "rolled back")
        task = _blamed(snapshot, history)
        count = f"{len(snapshot.done())} of {snapshot.wanted()} tasks {done}"
        return Failure(
            state, f"its {what} paused with {count}: {_why(snapshot, task)}", task, _ways_on(snapshot)
        )
    if history.rolled_back and written and not undo:
        if state == "rollback_started":
            return None
        task = _blamed(snapshot, history)
        if task is None:
            return Failure("rolled_back", "another client rolled it back meanwhile")
        return Failure("rolled_back", f"the Engine rolled it back: {_why(snapshot, task)}", task)
    if len(snapshot.done()) == snapshot.wanted() and snapshot.wanted():
        return None
    return (
        _hopeless(snapshot, history, elapsed)
        or _given_up(snapshot, history, elapsed)
        or _unplaced(snapshot, history, elapsed)
        or _nowhere(snapshot, history, elapsed)
    )


def _hopeless(snapshot: Snapshot, history: History, elapsed: float) -> Failure | None:
    known = {task["id"]: task for task in snapshot.tasks}
    for slot, seen in history.failed.items():
        # The Engine forgets old tasks, so the last one that it still knows has to say why.
        left = [known[task_id] for task_id in seen if task_id in known]
        if not left:
            continue
        reason = snapshot.reason_of(left[-1])
        if _may_recover(left[-1], elapsed - history.failing_since.get(slot, elapsed), reason):
            continue
        if len(seen) >= _allowed(snapshot, reason):
            times = f" {len(seen)} times" if len(seen) > 1 else ""
            did = f"{snapshot.slot_name(left[-1])} {verb_of(left[-1]['state'])}{times}"
            return Failure(
                "job_failed" if snapshot.is_job else reason,
                f"{did}: {snapshot.ending_of(left[-1])}",
                left[-1],
            )
    return None


def _may_recover(task: tasks.Task, failing_for: float, reason: str) -> bool:
    """Whether a task may have been refused for a reason that passes: the swarm goes on trying, and so does the waiting."""
    if reason in _ITS_OWN or any(part in task["error"].lower() for part in _FINAL):
        return False
    return failing_for < _PATIENCE


def _allowed(snapshot: Snapshot, reason: str) -> int:
    # The Engine starts some jobs again whatever their restart policy says (20.10: global jobs, and replicated ones
    # past max_attempts), so for them the policy is kept here.
    if snapshot.is_job and snapshot.attempts:
        return snapshot.attempts
    return max(_CRASHES, snapshot.attempts) if reason == "crash_looping" else _HOPELESS


def _given_up(snapshot: Snapshot, history: History, elapsed: float) -> Failure | None:
    for task in tasks.newest(snapshot.current, snapshot.by_node):
        if elapsed - history.given_up.get(snapshot.slot_of(task), elapsed) >= _GIVEN_UP:
            reason = "job_failed" if snapshot.is_job else "exhausted"
            not_restarted = f"{snapshot.slot_name(task)} is not restarted by its restart policy"
            return Failure(reason, f"{not_restarted}: {snapshot.ending_of(task)}", task)
    return None


def _unplaced(snapshot: Snapshot, history: History, elapsed: float) -> Failure | None:
    # A task that is being stopped may hold the port or the memory that this one needs, and a node that was lost a moment
    # ago may return.
    if snapshot.stopping() or snapshot.lost_nodes.intersection(history.lost):
        return None
    for task in snapshot.current:
        reason, since = history.pending.get(snapshot.slot_of(task), ("", elapsed))
        if task["error"] == reason and elapsed - since >= _UNPLACED:
            sentence = f"{snapshot.slot_name(task)} cannot be placed: {reason}"
            return Failure("pending", sentence, task, stop_first(snapshot, task))
    return None


def stop_first(snapshot: Snapshot, task: tasks.Task) -> str:
    """The way out where a new task waits for what the old one of its slot holds until the new one runs; else empty."""
    option, config = snapshot.rolling_config
    if config.get("Order") != "start-first" or not any(part in task["error"] for part in _HELD):
        return ""
    current = {one["id"] for one in snapshot.current}
    slot = snapshot.slot_of(task)
    if not any(
        one["state"] == "running" and tasks.wanted(one) and one["id"] not in current
        for one in snapshot.tasks
        if snapshot.slot_of(one) == slot
    ):
        return ""
    # Whatever is written while a rollback is under way begins an update, with the settings of one.
    both = {"update_config"} | {option}
    way_out = " and ".join(f"{name}: {{order: stop-first}}" for name in sorted(both, reverse=True))
    return (
        f"The old task of {snapshot.name} keeps what the new one needs until that runs, since {option}.order is start-first: "
        f"declare {way_out}, and it goes on"
    )


def _nowhere(snapshot: Snapshot, history: History, elapsed: float) -> Failure | None:
    if history.nowhere_since is None or elapsed - history.nowhere_since < _UNCREATED:
        return None
    usable = [n for n in snapshot.nodes if n["state"] == "ready" and n["availability"] == "active"]
    rules = ", ".join(snapshot.constraints) or "none"
    return Failure(
        "no_nodes",
        f"no node fits it: {len(usable)} of {len(snapshot.nodes)} nodes take tasks, constraints: {rules}",
    )


def _ways_on(snapshot: Snapshot) -> str:
    """What to do about a paused update; which of both applies decides what the next run does (``resume.py``)."""
    back = "state: rolled_back goes back to what ran before"
    if cause_may_be_gone(snapshot):
        return f"Run again once the cause is gone, and the update goes on; {back}"
    return (
        "Its tasks would fail again in the same way: declare another image or other options, or set retry_paused to true to "
        f"go on nevertheless; {back}"
    )


def _blamed(snapshot: Snapshot, history: History) -> tasks.Task | None:
    """The task the Engine blames for a pause or a rollback, else the last that failed."""
    seen = [task_id for ids in history.failed.values() for task_id in ids]
    # Where the Engine has rolled back already, the task that failed is none of the current ones, and not among those seen.
    failed = [
        task
        for task in snapshot.tasks
        if (task["id"] in seen or task["state"] in FAILED) and task["id"] not in history.old
    ]
    named = [task for task in snapshot.tasks if task["id"] == history.blamed]
    newest = sorted(failed, key=lambda task: tasks.moment(task["created"]))[-1:]
    return next(iter(named + newest), None)


def _why(snapshot: Snapshot, task: tasks.Task | None) -> str:
    if task is None:
        return snapshot.update_message or "the Engine does not say why"
    return f"{snapshot.slot_name(task)}: {snapshot.ending_of(task)}"
