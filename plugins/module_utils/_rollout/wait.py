# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeing rollouts through: all of them together, until each has its verdict. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t
from dataclasses import asdict, dataclass, field

from .._engine.client import Client
from .._engine.errors import EngineAbsent, EngineTimeout, FlotillaError, NoQuorum, NotFound
from . import logs
from . import verdict as verdicts
from .history import Memory, remember
from .read import Looks, look_at
from .tasks import Task

# Seconds between two looks: short while much happens, longer later. The Engine's own command line looks every 0.2 s.
_SHORTEST, _LONGEST, _GROWTH = 0.3, 1.0, 1.15
# A verdict does not wait long for a log.
_LOG_PATIENCE = 3.0
# How many of the log's lines the sentence carries; the outcome has all that were asked for.
_TOLD_LINES = 3


class RolloutFailed(FlotillaError):
    """At least one service did not become what it should."""


@dataclass
class Outcome:
    """What became of one service."""

    name: str
    service_id: str
    state: str
    reason: str
    sentence: str
    running: int
    wanted: int
    tasks: list[Task] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, t.Any]:
        """As JSON, for results."""
        return asdict(self)


@dataclass
class Rollout:
    """One service that is on its way.

    Args:
        service_id: the service's ID.
        name: its name.
        goal: ``converged``, ``rolled_back`` or ``gone``.
        written: whether the service was written just now; else only its state counts, not how it got there.
        started: when the waiting began, in this host's Unix time.
        memory: of earlier looks.
        outcome: its verdict, once there is one.
    """

    service_id: str
    name: str
    goal: str = "converged"
    written: bool = True
    started: float = field(default_factory=time.time)
    memory: Memory = field(default_factory=Memory)
    outcome: Outcome | None = None

    def to_dict(self) -> dict[str, t.Any]:
        """As JSON, for the next call."""
        return asdict(self)

    @staticmethod
    def from_dict(stored: dict[str, t.Any]) -> Rollout:
        """From JSON."""
        memory = Memory.from_dict(stored["memory"])
        outcome = Outcome(**stored["outcome"]) if stored["outcome"] else None
        return Rollout(**{**stored, "memory": memory, "outcome": outcome})

    @property
    def elapsed(self) -> float:
        """Seconds since the waiting began."""
        return max(0.0, time.time() - self.started)


@dataclass
class Report:
    """How it went.

    ``unfinished`` is empty, unless the time to pause came first: then it holds all rollouts, to go on with.
    ``progress`` has a line for each that has no verdict yet.
    """

    outcomes: list[Outcome]
    unfinished: list[Rollout] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)

    def to_result(self) -> dict[str, t.Any]:
        """A module's result: ``rollouts``, and what the next call needs where not all is done."""
        found: dict[str, t.Any] = {"rollouts": [outcome.to_dict() for outcome in self.outcomes]}
        if self.unfinished:
            found["rollouts_left"] = [rollout.to_dict() for rollout in self.unfinished]
            found["progress"] = self.progress
        return found


def latest(rollouts: list[Rollout]) -> list[Rollout]:
    """Each service once, as it is in the end: one that was written twice goes through its last rollout only."""
    return list({rollout.service_id: rollout for rollout in rollouts}.values())


def see_through(
    client: Client,
    rollouts: list[Rollout],
    seconds: float,
    pause_after: float | None = None,
    log_lines: int = 10,
) -> Report:
    """Wait until every rollout has its verdict.

    Args:
        client: a manager's Engine.
        rollouts: what to wait for.
        seconds: the deadline of each, from the moment it started.
        pause_after: return after so many seconds although not all is done.
        log_lines: how many of a failing task's last log lines are wanted.

    Raises:
        RolloutFailed: at least one failed; all have their verdict.
    """
    begun, interval = time.monotonic(), _SHORTEST
    progress: dict[str, str] = {}
    while waiting := [rollout for rollout in rollouts if rollout.outcome is None]:
        try:
            looks = look_at(client, [(one.service_id, one.name, one.goal == "gone") for one in waiting])
        except (NoQuorum, EngineTimeout, EngineAbsent, NotFound) as error:
            # A leader change or an Engine that restarts is patience; a service removed between two lists too.
            if any(rollout.elapsed >= seconds for rollout in waiting):
                raise _unseen(error, waiting, seconds) from None
        else:
            for rollout in waiting:
                progress[rollout.service_id] = _advance(client, rollout, looks, seconds, log_lines)
        waiting = [rollout for rollout in waiting if rollout.outcome is None]
        if waiting and pause_after is not None and time.monotonic() - begun >= pause_after:
            lines = [
                f"{rollout.name}: {progress.get(rollout.service_id, 'no answer yet')}" for rollout in waiting
            ]
            return Report([one.outcome for one in rollouts if one.outcome], rollouts, lines)
        if waiting:
            time.sleep(interval)
            interval = min(_LONGEST, interval * _GROWTH)
    return _report(rollouts)


def _advance(client: Client, rollout: Rollout, looks: Looks, seconds: float, log_lines: int) -> str:
    """Judge one rollout by a new look, and return what there is to tell of its progress."""
    look, elapsed = looks[rollout.service_id], rollout.elapsed
    rollout.memory = remember(rollout.memory, look, rollout.written, elapsed)
    verdict = verdicts.judge(look, rollout.goal, rollout.written, rollout.memory, elapsed)
    if verdict.state == "converging" and elapsed >= seconds:
        verdict = verdicts.late(verdict, look, rollout.memory, seconds)
    if verdict.state != "converging":
        lines = _last_lines(client, verdict, log_lines)
        rollout.outcome = Outcome(
            rollout.name,
            rollout.service_id,
            verdict.state,
            verdict.reason,
            verdict.sentence,
            verdict.running,
            verdict.wanted,
            verdict.tasks,
            lines,
        )
        # Nobody needs it any more.
        rollout.memory = Memory()
    return verdict.sentence


def _last_lines(client: Client, verdict: verdicts.Verdict, log_lines: int) -> list[str]:
    task = verdict.task
    if verdict.state != "failed" or task is None or not task["container_id"] or not log_lines:
        return []
    found = logs.read(client, f"/tasks/{task['id']}/logs", tail=log_lines, timeout=_LOG_PATIENCE)
    lines = [line["text"] for line in found.lines[-log_lines:]]
    return lines + [f"(the log could not be read: {problem})" for problem in found.problems]


def _report(rollouts: list[Rollout]) -> Report:
    outcomes = [rollout.outcome for rollout in rollouts if rollout.outcome]
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if not failed:
        return Report(outcomes)
    told = "; ".join(_told(outcome) for outcome in failed)
    if len(outcomes) > 1:
        told = f"{len(failed)} of {len(outcomes)} services failed: {told}"
    raise RolloutFailed(f"{told.rstrip('.')}.", {"rollouts": [outcome.to_dict() for outcome in outcomes]})


def _told(outcome: Outcome) -> str:
    sentence = f"{outcome.name}: {outcome.sentence}"
    if outcome.logs:
        sentence += f"; its log ends: {' | '.join(line[:200] for line in outcome.logs[-_TOLD_LINES:])}"
    return sentence


def _unseen(error: FlotillaError, waiting: list[Rollout], seconds: float) -> FlotillaError:
    names = ", ".join(rollout.name for rollout in waiting)
    return RolloutFailed(
        f"What became of {names} is unknown after {seconds:g} s: {error}",
        {"rollouts": [rollout.outcome.to_dict() for rollout in waiting if rollout.outcome]},
    )
