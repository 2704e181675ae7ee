# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the earlier snapshots of a rollout showed and later ones do not. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace

from . import tasks
from .snapshot import Snapshot, seconds

# Seconds: the Engine writes the status of an update a moment after it created the first tasks.
_TOLERANCE = 2.0
_BLAMED = re.compile(r"failure or early termination of task (\w+)")


@dataclass(frozen=True)
class History:
    """The history of one rollout; it travels as JSON from one call of a verb to the next."""

    #: When the rollout began, in the Engine's time; ``None`` before the first snapshot.
    begun: float | None = None
    #: Tasks that had ended before it began.
    old: list[str] = field(default_factory=list)
    #: Tasks that ended and should not have, by slot, in the order they were seen.
    failed: dict[str, list[str]] = field(default_factory=dict)
    #: Since when tasks of a slot fail.
    failing_since: dict[str, float] = field(default_factory=dict)
    #: For each slot without a node: the scheduler's reason, and since when it gives it.
    pending: dict[str, tuple[str, float]] = field(default_factory=dict)
    #: Slots that are given up: since when.
    given_up: dict[str, float] = field(default_factory=dict)
    #: Nodes that were gone when it began, and those that were lost later.
    gone: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    #: Since when the same tasks are all there.
    steady: list[str] = field(default_factory=list)
    steady_since: float = 0.0
    #: Since when no node fits any task.
    nowhere_since: float | None = None
    #: The Engine began to roll back, and the task it blames.
    rolled_back: bool = False
    blamed: str = ""

    @staticmethod
    def from_dict(stored: dict[str, t.Any]) -> History:
        """From JSON."""
        pending = {slot: (text, since) for slot, (text, since) in stored["pending"].items()}
        return History(**{**stored, "pending": pending})


def with_what_ended(snapshot: Snapshot) -> History:
    """The history of a rollout that begins after this snapshot."""
    ended = [task["id"] for task in snapshot.tasks if tasks.rank(task["state"]) > tasks.RUNNING]
    return History(old=ended)


def record(history: History, snapshot: Snapshot, written: bool, elapsed: float) -> History:
    """The history with one more snapshot.

    Args:
        history: until now.
        snapshot: the new snapshot.
        written: whether the service was written just before the first snapshot.
        elapsed: seconds since the rollout began.
    """
    if snapshot.service is None:
        return history
    if history.begun is None:
        history = _first(history, snapshot, written)
    blamed = _BLAMED.search(snapshot.update_message)
    done = sorted(task["id"] for task in snapshot.done())
    whole = len(done) == snapshot.wanted()
    nowhere = snapshot.by_node and not snapshot.wanted_slots()
    history = replace(
        history,
        lost=sorted((snapshot.lost_nodes - set(history.gone)).union(history.lost)),
        pending=_pending(history, snapshot, elapsed),
        steady=done if whole else [],
        steady_since=history.steady_since if whole and done == history.steady else elapsed,
        nowhere_since=_since(history.nowhere_since, elapsed) if nowhere else None,
        rolled_back=history.rolled_back or snapshot.update_state.startswith("rollback"),
        blamed=blamed[1] if blamed else history.blamed,
    )
    # Only now is known which nodes are lost.
    history = replace(history, failed=_failed(history, snapshot))
    since = {slot: history.failing_since.get(slot, elapsed) for slot in history.failed}
    history = replace(history, failing_since=since)
    return replace(history, given_up=_given_up(history, snapshot, elapsed))


def _first(history: History, snapshot: Snapshot, written: bool) -> History:
    begun = snapshot.written_at - _TOLERANCE
    # Between the write and the first snapshot a task may have failed already. That one is of this rollout.
    old = [
        task["id"]
        for task in snapshot.tasks
        if tasks.rank(task["state"]) > tasks.RUNNING and not (written and seconds(task["created"]) >= begun)
    ]
    return replace(history, begun=begun, old=sorted({*history.old, *old}), gone=sorted(snapshot.lost_nodes))


def _failed(history: History, snapshot: Snapshot) -> dict[str, list[str]]:
    failed = {slot: list(seen) for slot, seen in history.failed.items()}
    known = {*history.old, *(task_id for seen in failed.values() for task_id in seen)}
    for task in sorted(snapshot.current, key=lambda one: tasks.moment(one["created"])):
        # A task that ended with its node says nothing of the service: a node that returns reports all of its tasks failed.
        by_itself = task["node_id"] not in history.lost
        if snapshot.has_failed(task) and task["id"] not in known and by_itself:
            failed.setdefault(snapshot.slot_of(task), []).append(task["id"])
    return failed


def _pending(history: History, snapshot: Snapshot, elapsed: float) -> dict[str, tuple[str, float]]:
    pending = {}
    for task in snapshot.current:
        if tasks.wanted(task) and task["state"] == "pending" and task["error"]:
            slot = snapshot.slot_of(task)
            # Another reason than before shows that something moves, so the time begins again.
            text, since = history.pending.get(slot, ("", elapsed))
            pending[slot] = (task["error"], since if text == task["error"] else elapsed)
    return pending


def _given_up(history: History, snapshot: Snapshot, elapsed: float) -> dict[str, float]:
    """Slots whose newest task ended and of which the swarm wants no other."""
    alive = {snapshot.slot_of(task) for task in snapshot.tasks if tasks.wanted(task)}
    return {
        snapshot.slot_of(task): history.given_up.get(snapshot.slot_of(task), elapsed)
        for task in tasks.newest(snapshot.current, snapshot.by_node)
        if snapshot.slot_of(task) not in alive and snapshot.has_failed(task)
    }


def _since(before: float | None, now: float) -> float:
    return now if before is None else before
