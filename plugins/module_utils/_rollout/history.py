# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier looks at a service saw and the next one cannot see any more. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import asdict, dataclass, field, replace

from . import tasks
from .snapshot import Look, seconds

# The Engine writes a service's status a moment after it made the first tasks.
_TOLERANCE = 2.0
_BLAMED = re.compile(r"failure or early termination of task (\w+)")


@dataclass(frozen=True)
class Memory:
    """The memory of one rollout; it survives as JSON from one call of a module to the next."""

    #: When the rollout began, in the Engine's time; ``None`` before the first look.
    begun: float | None = None
    #: Tasks that had ended before it began.
    old: list[str] = field(default_factory=list)
    #: Tasks that ended and should not have, by place, in the order they were seen.
    failed: dict[str, list[str]] = field(default_factory=dict)
    #: For each place without a node: the scheduler's reason, and since when it says so.
    pending: dict[str, tuple[str, float]] = field(default_factory=dict)
    #: Places that are given up: since when.
    given_up: dict[str, float] = field(default_factory=dict)
    #: Nodes that were down when it began, and those that went down later.
    down: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    #: Since when the same tasks are all there.
    steady: list[str] = field(default_factory=list)
    steady_since: float = 0.0
    #: Since when there is no place for any task.
    nowhere_since: float | None = None
    #: The Engine began to roll back, and the task it blames.
    rolled_back: bool = False
    blamed: str = ""

    def to_dict(self) -> dict[str, t.Any]:
        """As JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(stored: dict[str, t.Any]) -> Memory:
        """From JSON."""
        pending = {place: (text, since) for place, (text, since) in stored["pending"].items()}
        return Memory(**{**stored, "pending": pending})


def remember(memory: Memory, look: Look, written: bool, elapsed: float) -> Memory:
    """The memory after one more look.

    Args:
        memory: what was remembered before.
        look: the new look.
        written: whether the service was written just before the first look.
        elapsed: seconds since the rollout began.
    """
    if look.service is None:
        return memory
    if memory.begun is None:
        memory = _first(memory, look, written)
    blamed = _BLAMED.search(look.update_message)
    done = sorted(task["id"] for task in look.done())
    whole = len(done) == look.wanted()
    memory = replace(
        memory,
        lost=sorted((look.lost_nodes - set(memory.down)).union(memory.lost)),
        pending=_pending(memory, look, elapsed),
        steady=done if whole else [],
        steady_since=memory.steady_since if whole and done == memory.steady else elapsed,
        nowhere_since=_since(memory.nowhere_since, elapsed) if look.by_node and not look.places() else None,
        rolled_back=memory.rolled_back or look.update_state.startswith("rollback"),
        blamed=blamed[1] if blamed else memory.blamed,
    )
    memory = replace(memory, failed=_failed(memory, look))
    return replace(memory, given_up=_given_up(memory, look, elapsed))


def _first(memory: Memory, look: Look, written: bool) -> Memory:
    begun = look.written_at - _TOLERANCE
    old = [
        task["id"]
        for task in look.tasks
        if tasks.order(task["state"]) > tasks.RUNNING and not (written and seconds(task["created"]) >= begun)
    ]
    return replace(memory, begun=begun, old=old, down=sorted(look.lost_nodes))


def _failed(memory: Memory, look: Look) -> dict[str, list[str]]:
    found = {place: list(seen) for place, seen in memory.failed.items()}
    known = {*memory.old, *(task_id for seen in found.values() for task_id in seen)}
    for task in sorted(look.current, key=lambda one: tasks.moment(one["created"])):
        # What ended with its node is the node's fault.
        if task["state"] in look.failures and task["id"] not in known and task["node_id"] not in memory.lost:
            found.setdefault(look.place(task), []).append(task["id"])
    return found


def _pending(memory: Memory, look: Look, elapsed: float) -> dict[str, tuple[str, float]]:
    found = {}
    for task in look.current:
        if tasks.wanted(task) and task["state"] == "pending" and task["error"]:
            text, since = memory.pending.get(look.place(task), ("", elapsed))
            found[look.place(task)] = (task["error"], since if text == task["error"] else elapsed)
    return found


def _given_up(memory: Memory, look: Look, elapsed: float) -> dict[str, float]:
    """Places whose newest task ended and of which the swarm wants no other."""
    alive = {look.place(task) for task in look.tasks if tasks.wanted(task)}
    return {
        look.place(task): memory.given_up.get(look.place(task), elapsed)
        for task in tasks.newest(look.current, look.by_node)
        if look.place(task) not in alive and task["state"] in look.failures
    }


def _since(before: float | None, now: float) -> float:
    return now if before is None else before
