# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a rollout failed, or has to be taken as failed. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from . import tasks
from .history import Memory
from .snapshot import Look

# How often a place may fail before it is a failure of the rollout. What never got as far as a process (no image, no
# mount, a taken port) or answered no health check all the time it was given does not get better by itself; a process
# that ends may wait for another service.
_HOPELESS, _CRASHES = 2, 3
# Seconds that the scheduler has to find a node after all: one that joins, or a task of another service that ends.
_UNPLACED = 5.0
# Seconds for the swarm to make a task where there is none. It takes milliseconds, but a leader may be busy.
_UNMADE = 3.0
# One more look, so that no change of the swarm's mind is cut in half.
_GIVEN_UP = 1.0


class Failure(t.NamedTuple):
    """Why: a word for programs, a sentence's second half for people, and the task that shows it."""

    reason: str
    sentence: str
    task: tasks.Task | None = None


def find(look: Look, written: bool, memory: Memory, elapsed: float, undo: bool = False) -> Failure | None:
    """The failure that is certain, or nothing while there is hope.

    Args:
        look: the last look; its service is there.
        written: whether this rollout wrote the service, so that what the Engine says of its update is about it.
        memory: of all looks, this one included.
        elapsed: seconds since the rollout began.
        undo: a rollback was asked for.
    """
    state = look.update_state
    if state in ("paused", "rollback_paused"):
        what, done = ("update", "updated") if state == "paused" else ("rollback", "rolled back")
        task = _blamed(look, memory)
        count = f"{len(look.done())} of {look.wanted()} tasks {done}"
        return Failure(state, f"its {what} paused with {count}: {_why(look, task)}", task)
    if memory.rolled_back and written and not undo:
        if state == "rollback_started":
            return None
        task = _blamed(look, memory)
        if task is None:
            return Failure("rolled_back", "somebody rolled it back meanwhile")
        return Failure("rolled_back", f"the Engine rolled it back: {_why(look, task)}", task)
    if len(look.done()) == look.wanted() and look.wanted():
        return None
    return (
        _hopeless(look, memory)
        or _given_up(look, memory, elapsed)
        or _unplaced(look, memory, elapsed)
        or _nowhere(look, memory, elapsed)
    )


def _hopeless(look: Look, memory: Memory) -> Failure | None:
    known = {task["id"]: task for task in look.tasks}
    for seen in memory.failed.values():
        # The Engine forgets old tasks, so the last that is still known speaks for all.
        left = [known[task_id] for task_id in seen if task_id in known]
        if not left:
            continue
        reason = reason_of(look, left[-1])
        if len(seen) >= _allowed(look, reason):
            how = {"rejected": "was rejected", "complete": "ended"}.get(left[-1]["state"], "failed")
            times = f" {len(seen)} times" if len(seen) > 1 else ""
            sentence = f"{look.place_name(left[-1])} {how}{times}: {_told(look, left[-1])}"
            return Failure("job_failed" if look.is_job else reason, sentence, left[-1])
    return None


def _allowed(look: Look, reason: str) -> int:
    # The Engine starts some jobs again whatever their restart policy says (20.10: global jobs, and replicated ones
    # past max_attempts), so for them the policy is kept here.
    if look.is_job and look.attempts:
        return look.attempts
    return _HOPELESS if reason not in ("crash_looping", "ended") else max(_CRASHES, look.attempts)


def _given_up(look: Look, memory: Memory, elapsed: float) -> Failure | None:
    for task in tasks.newest(look.current, look.by_node):
        if elapsed - memory.given_up.get(look.place(task), elapsed) >= _GIVEN_UP:
            reason = "job_failed" if look.is_job else "exhausted"
            sentence = (
                f"{look.place_name(task)} is not started again by its restart policy: {_told(look, task)}"
            )
            return Failure(reason, sentence, task)
    return None


def _unplaced(look: Look, memory: Memory, elapsed: float) -> Failure | None:
    # A task that is being stopped may hold the place, and a node that went down a moment ago may come back.
    if look.stopping() or look.lost_nodes.intersection(memory.lost):
        return None
    for task in look.current:
        reason, since = memory.pending.get(look.place(task), ("", elapsed))
        if task["error"] == reason and elapsed - since >= _UNPLACED:
            return Failure("pending", f"{look.place_name(task)} cannot be placed: {reason}", task)
    return None


def _nowhere(look: Look, memory: Memory, elapsed: float) -> Failure | None:
    if memory.nowhere_since is None or elapsed - memory.nowhere_since < _UNMADE:
        return None
    usable = [n for n in look.nodes if n["state"] == "ready" and n["availability"] == "active"]
    rules = ", ".join(look.constraints) or "none"
    return Failure(
        "no_nodes",
        f"no node fits it: {len(usable)} of {len(look.nodes)} nodes take tasks, constraints: {rules}",
    )


def _blamed(look: Look, memory: Memory) -> tasks.Task | None:
    """The task the Engine blames for a pause or a rollback, else the last that failed."""
    seen = [task_id for ids in memory.failed.values() for task_id in ids]
    failed = [task for task in look.tasks if task["id"] in seen or task["state"] in ("failed", "rejected")]
    failed = [task for task in failed if task["id"] not in memory.old]
    named = [task for task in look.tasks if task["id"] == memory.blamed]
    newest = sorted(failed, key=lambda task: tasks.moment(task["created"]))[-1:]
    return next(iter(named + newest), None)


def _why(look: Look, task: tasks.Task | None) -> str:
    if task is None:
        return look.update_message or "the Engine does not say why"
    return f"{look.place_name(task)}: {_told(look, task)}"


def _is_unhealthy(look: Look, task: tasks.Task) -> bool:
    # A process that ends well when it is told to stop leaves no error behind (seen with 20.10 and 26.1).
    return "unhealthy" in task["error"] or (
        look.has_health_check and task["state"] == "complete" and not task["error"]
    )


def _told(look: Look, task: tasks.Task) -> str:
    if _is_unhealthy(look, task) and not task["error"]:
        return f"its health check failed, or it ended by itself, with exit code {task['exit_code']}"
    return told(task)


def reason_of(look: Look, task: tasks.Task) -> str:
    """The kind of a task's failure."""
    if _is_unhealthy(look, task):
        return "unhealthy"
    text = task["error"].lower()
    for reason, needles in _KINDS:
        if any(needle in text for needle in needles):
            return reason
    if task["state"] == "rejected":
        return "rejected"
    # Without an exit of its own no process ever ran.
    return "crash_looping" if "exit (" in text or not text else "rejected"


_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("image", ("no such image", "manifest unknown", "pull access denied", "invalid reference format")),
    ("port", ("address already in use", "port is already allocated", "host-mode port")),
    ("mount", ("mount",)),
)


def told(task: tasks.Task) -> str:
    """The Engine's reason, or how the task ended where it gives none."""
    text = task["error"]
    for beginning in ("task: ", "starting container failed: "):
        text = text[len(beginning) :] if text.startswith(beginning) else text
    if text:
        return text
    code = task["exit_code"]
    return task["message"] or task["state"] if code is None else f"it ended by itself with exit code {code}"
