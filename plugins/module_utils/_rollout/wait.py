# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for rollouts: all of them together, until each has its verdict. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t
from dataclasses import asdict, dataclass, field

from .._engine.client import Client
from .._engine.errors import EngineAbsent, EngineTimeout, FlotillaError, NoQuorum, NotFound
from .._engine.wait import Deadline
from .._run.verb import Result, Unfinished
from . import logs
from . import verdict as verdicts
from .history import History, record
from .read import Snapshots, read_snapshots
from .removal import Removal, Removed, remove_all
from .roll_back import Move, return_to_old, versions_in_use
from .tasks import Task

# Seconds between two snapshots: short while much happens, longer later. The Engine's own command line snapshots every 0.2 s.
_SHORTEST, _LONGEST, _GROWTH = 0.3, 1.0, 1.15
# A verdict does not wait long for a log.
_LOG_PATIENCE = 3.0
# How many of the log's lines the sentence carries; the outcome has all that were asked for.
_SHOWN_LINES = 3


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
        history: of the snapshots until now.
        outcome: its verdict, once there is one.
    """

    service_id: str
    name: str
    goal: str = "converged"
    written: bool = True
    started: float = field(default_factory=time.time)
    history: History = field(default_factory=History)
    outcome: Outcome | None = None

    def to_dict(self) -> dict[str, t.Any]:
        """As JSON, for the next call."""
        return asdict(self)

    @staticmethod
    def from_dict(stored: dict[str, t.Any]) -> Rollout:
        """From JSON."""
        history = History.from_dict(stored["history"])
        outcome = Outcome(**stored["outcome"]) if stored["outcome"] else None
        return Rollout(**{**stored, "history": history, "outcome": outcome})

    @property
    def elapsed(self) -> float:
        """Seconds since the waiting began."""
        return max(0.0, time.time() - self.started)


@dataclass
class Report:
    """What the waiting came to.

    ``unfinished`` is empty, unless the time to pause came first: then ``progress`` has a line for each service that has no
    verdict yet.
    """

    outcomes: list[Outcome]
    unfinished: bool = False
    progress: list[str] = field(default_factory=list)

    def to_dicts(self) -> list[dict[str, t.Any]]:
        """The outcomes as JSON, for results."""
        return [outcome.to_dict() for outcome in self.outcomes]


@dataclass
class Waiting(Unfinished):
    """Rollouts to wait for, and what happens after them.

    A later call goes on from its JSON alone: it has no option and no secret.

    Attributes:
        rollouts: what to wait for.
        seconds: how long all of them may take, and then what is removed.
        result: the result until now.
        remove: what is removed once all rollouts have converged.
        moves: secrets and configs whose new versions caused the rollouts: where one fails, its service goes back.
    """

    rollouts: list[Rollout]
    seconds: float
    result: Result
    remove: list[Removal] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    def to_dict(self) -> Result:
        """As JSON, for the next call; the first call's result keeps the diff."""
        return {**asdict(self), "result": {key: value for key, value in self.result.items() if key != "diff"}}

    @staticmethod
    def from_dict(stored: Result) -> Waiting:
        """From JSON."""
        return Waiting(
            [Rollout.from_dict(rollout) for rollout in stored["rollouts"]],
            stored["seconds"],
            stored["result"],
            [Removal(**removal) for removal in stored["remove"]],
            [Move(**move) for move in stored["moves"]],
        )

    def finish(self, client: Client, pause_after: float | None) -> Result:
        """Wait for the rollouts, remove what is not needed any longer, and return the whole result."""
        try:
            report = wait_for_rollouts(client, self.rollouts, self.seconds, pause_after)
            if report.unfinished:
                return {**self.result, "progress": report.progress, "left": self.to_dict()}
            removed = remove_all(client, self.remove, Deadline(self.seconds))
        except RolloutFailed as error:
            if self.moves:
                error = self._went_back(client, error)
            raise error.after(self.result) from None
        except FlotillaError as error:
            actions = [*self.result.get("actions", []), *error.facts.pop("actions", [])]
            raise error.after({**self.result, "actions": actions}) from None
        return {**self._with_removed(removed), "rollouts": report.to_dicts()}

    def _with_removed(self, removed: Removed) -> Result:
        result = {**self.result}
        if removed.done:
            result["changed"] = True
            result["actions"] = [*result.get("actions", []), *(one.sentence for one in removed.done)]
        for one in removed.done:
            for entry in result.get(f"{one.word}s") or []:
                if one.entry and entry["name"] == one.entry:
                    entry["pruned"] = [*entry.get("pruned", []), one.name]
        if removed.warnings:
            result["warnings"] = [*result.get("warnings", []), *removed.warnings]
        return result

    def _went_back(self, client: Client, error: RolloutFailed) -> RolloutFailed:
        """Bring the services that failed back to the version that worked; the error says what became of that."""
        outcomes = error.facts.get("rollouts", [])
        written = {rollout.service_id for rollout in self.rollouts if rollout.written}
        back, problems = [], []
        for outcome in outcomes:
            if outcome["state"] != "failed" or outcome["service_id"] not in written:
                continue
            try:
                if return_to_old(client, self.moves, outcome["service_id"]):
                    back.append(Rollout(outcome["service_id"], outcome["name"], goal="rolled_back"))
            except FlotillaError as reason:
                problems.append(f"{outcome['name']} could not be rolled back: {str(reason).rstrip('.')}.")
        try:
            wait_for_rollouts(client, back, self.seconds)
        except FlotillaError as reason:
            problems.append(f"The rollback failed too: {reason}")
        services = {outcome["service_id"] for outcome in outcomes}
        sentences = [*problems, *versions_in_use(client, self.moves, services)]
        return RolloutFailed(
            " ".join([str(error), *sentences, "Older versions stay, and the next run tries again."]),
            error.facts,
        )


def go_on(client: Client, left: Result, pause_after: float | None) -> Result:
    """Go on waiting from what an earlier call has left."""
    return Waiting.from_dict(left).finish(client, pause_after)


def latest(rollouts: list[Rollout]) -> list[Rollout]:
    """Each service once, as it is in the end: one that was written twice goes through its last rollout only."""
    return list({rollout.service_id: rollout for rollout in rollouts}.values())


def wait_for_rollouts(
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
            snapshots = read_snapshots(
                client, [(one.service_id, one.name, one.goal == "gone") for one in waiting]
            )
        except (NoQuorum, EngineTimeout, EngineAbsent, NotFound) as error:
            # A leader change or an Engine that restarts is patience; a service removed between two lists too.
            if any(rollout.elapsed >= seconds for rollout in waiting):
                raise _unknown(error, waiting, seconds) from None
        else:
            for rollout in waiting:
                progress[rollout.service_id] = _advance(client, rollout, snapshots, seconds, log_lines)
        waiting = [rollout for rollout in waiting if rollout.outcome is None]
        if waiting and pause_after is not None and time.monotonic() - begun >= pause_after:
            lines = [
                f"{rollout.name}: {progress.get(rollout.service_id, 'no answer yet')}" for rollout in waiting
            ]
            return Report([one.outcome for one in rollouts if one.outcome], True, lines)
        if waiting:
            time.sleep(interval)
            interval = min(_LONGEST, interval * _GROWTH)
    return _report(rollouts)


def _advance(client: Client, rollout: Rollout, snapshots: Snapshots, seconds: float, log_lines: int) -> str:
    """Judge one rollout by a new snapshot, and return its progress in words."""
    snapshot, elapsed = snapshots[rollout.service_id], rollout.elapsed
    rollout.history = record(rollout.history, snapshot, rollout.written, elapsed)
    verdict = verdicts.judge(snapshot, rollout.goal, rollout.written, rollout.history, elapsed)
    if verdict.state == "converging" and elapsed >= seconds:
        verdict = verdicts.late(verdict, snapshot, rollout.history, seconds)
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
        # It is not needed any longer.
        rollout.history = History()
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
    sentences = "; ".join(_sentence(outcome) for outcome in failed)
    if len(outcomes) > 1:
        sentences = f"{len(failed)} of {len(outcomes)} services failed: {sentences}"
    raise RolloutFailed(
        f"{sentences.rstrip('.')}.", {"rollouts": [outcome.to_dict() for outcome in outcomes]}
    )


def _sentence(outcome: Outcome) -> str:
    sentence = f"{outcome.name}: {outcome.sentence}"
    if outcome.logs:
        sentence += f"; its log ends: {' | '.join(line[:200] for line in outcome.logs[-_SHOWN_LINES:])}"
    return sentence


def _unknown(error: FlotillaError, waiting: list[Rollout], seconds: float) -> FlotillaError:
    names = ", ".join(rollout.name for rollout in waiting)
    return RolloutFailed(
        f"The state of {names} is unknown after {seconds:g} s: {error}",
        {"rollouts": [rollout.outcome.to_dict() for rollout in waiting if rollout.outcome]},
    )
