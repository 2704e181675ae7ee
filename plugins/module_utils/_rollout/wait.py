# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for rollouts: all of them together, until each has its verdict. PRIVATE to the collection."""

from __future__ import annotations

import math
import time
import typing as t
from dataclasses import asdict, dataclass, field

from .._engine.client import Client
from .._engine.errors import EngineAbsent, FlotillaError, NoQuorum, NotFound, Unanswered
from .._engine.update import update
from . import logs
from . import verdict as verdicts
from .history import History, record, with_what_ended
from .read import Snapshots, read_snapshots
from .resume import cause_may_be_gone, sent_again_if_paused
from .snapshot import Snapshot
from .tasks import Task

# Seconds between two snapshots: few while much happens, more later. The Engine's own command line takes 0.2 s.
_SHORTEST, _LONGEST, _GROWTH = 0.3, 1.0, 1.15
# Seconds that a verdict waits for a log.
_LOG_PATIENCE = 3.0
# How many lines of the log are in the sentence, and how much of each; the outcome has all that were asked for.
_SHOWN_LINES, _SHOWN_LENGTH = 3, 200
# How many tasks of a service a failure has, and what of each; swarm_task_info has all.
_SHOWN_TASKS = 10
_SHORT = ("id", "slot", "node", "state", "error", "exit_code")


class RolloutFailed(FlotillaError):
    """At least one service did not become what it should."""


@dataclass
class Outcome:
    """What the rollout of one service came to."""

    name: str
    service_id: str
    state: str
    reason: str
    sentence: str
    running: int
    wanted: int
    tasks: list[Task] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    advice: str = ""

    def to_dict(self) -> dict[str, t.Any]:
        """As JSON, for results. What to do about a failure is in its message."""
        return {key: value for key, value in asdict(self).items() if key != "advice"}

    def in_failure(self) -> dict[str, t.Any]:
        """As JSON, for a failure, which is read by people: what its message says is not repeated."""
        failed = self.state == "failed"
        tasks = self.tasks[:_SHOWN_TASKS] if failed else []
        short = [{key: value for key, value in task.items() if key in _SHORT} for task in tasks]
        shown = {key: value for key, value in self.to_dict().items() if not (failed and key == "sentence")}
        return {**shown, "tasks": short}


def _now() -> float:
    return time.time()


@dataclass
class Rollout:
    """One service that is changing.

    Attributes:
        service_id: the service's ID.
        name: its name.
        goal: ``converged``, ``rolled_back`` or ``gone``.
        written: whether the service was written just now; else only its state counts, not how it got there.
        started: when the waiting began, in this host's Unix time, which holds in a later call too.
        history: of the snapshots until now.
        outcome: its verdict, once there is one.
        least: the seconds that it takes at least, as far as what is declared says so.
        made_of: what they are made of, in words.
        spent: the seconds of the whole wait that were over when it began.
        level: how far its tasks were in the last snapshot, see ``Snapshot.level``.
        resumed: whether the waiting has sent its paused update again.
    """

    service_id: str
    name: str
    goal: str = "converged"
    written: bool = True
    started: float = field(default_factory=_now)
    history: History = field(default_factory=History)
    outcome: Outcome | None = None
    least: float = 0.0
    made_of: str = ""
    spent: float = 0.0
    level: str = ""
    resumed: bool = False

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

    @property
    def reached(self) -> str:
        """How far it is: ``failed``, ``converged``, or the level of its tasks."""
        return self.outcome.state if self.outcome else self.level

    def is_late(self, seconds: float) -> bool:
        """Whether so many seconds, which all rollouts together are given, are over."""
        return self.elapsed + self.spent >= seconds

    def too_short(self, seconds: float) -> str:
        """Why so many seconds cannot be enough, and what to set; empty where they may be."""
        if self.least < seconds or not self.least:
            return ""
        return (
            f"{self.name} takes at least {self.least:g} s as it is declared: {self.made_of}; set wait_timeout to more "
            f"than {math.ceil(self.least)}"
        )


@dataclass
class Report:
    """What the waiting came to.

    Attributes:
        outcomes: of the rollouts that have their verdict.
        unfinished: whether the time to pause came before all had one.
        progress: a line for each service that has none.
    """

    outcomes: list[Outcome]
    unfinished: bool = False
    progress: list[str] = field(default_factory=list)

    def to_dicts(self) -> list[dict[str, t.Any]]:
        """The outcomes as JSON, for results."""
        return [outcome.to_dict() for outcome in self.outcomes]

    def in_failure(self) -> dict[str, t.Any]:
        """The outcomes as JSON, for the facts of a failure."""
        return {"rollouts": [outcome.in_failure() for outcome in self.outcomes]}


def latest(rollouts: list[Rollout]) -> list[Rollout]:
    """Each service once: one that was written twice goes through its last rollout only."""
    return list({rollout.service_id: rollout for rollout in rollouts}.values())


def wait_for_rollouts(
    client: Client,
    rollouts: list[Rollout],
    seconds: float,
    pause_after: float | None = None,
    log_lines: int = 10,
    enough: t.Callable[[], bool] = lambda: False,
) -> Report:
    """Wait until every rollout has its verdict, which becomes its ``outcome``.

    Args:
        client: a manager's Engine.
        rollouts: what to wait for.
        seconds: the deadline of each, from the moment it started.
        pause_after: return after so many seconds although not all have their verdict.
        log_lines: how many of a failing task's last log lines are wanted.
        enough: is asked after each snapshot whether to return although not all have their verdict.

    Raises:
        RolloutFailed: at least one failed; all have their verdict.
    """
    begun, interval = time.monotonic(), _SHORTEST
    progress: dict[str, str] = {}
    while waiting := _without_verdict(rollouts):
        try:
            wanted = [(one.service_id, one.name, one.goal == "gone") for one in waiting]
            snapshots = read_snapshots(client, wanted)
        except (NoQuorum, Unanswered, EngineAbsent, NotFound) as error:
            # The leader changes, the Engine restarts, or a service was removed between two lists: the next snapshot may work.
            if any(rollout.is_late(seconds) for rollout in waiting):
                raise _unknown(error, rollouts, seconds) from None
        else:
            for rollout in waiting:
                progress[rollout.service_id] = _advance(client, rollout, snapshots, seconds, log_lines)
        waiting = _without_verdict(rollouts)
        is_over = pause_after is not None and time.monotonic() - begun >= pause_after
        if waiting and (is_over or enough()):
            lines = [f"{one.name}: {progress.get(one.service_id, 'no answer yet')}" for one in waiting]
            return Report(_outcomes(rollouts), unfinished=True, progress=lines)
        if waiting:
            time.sleep(interval)
            interval = min(_LONGEST, interval * _GROWTH)
    return _report(_outcomes(rollouts))


def _without_verdict(rollouts: list[Rollout]) -> list[Rollout]:
    return [rollout for rollout in rollouts if rollout.outcome is None]


def _outcomes(rollouts: list[Rollout]) -> list[Outcome]:
    return [rollout.outcome for rollout in rollouts if rollout.outcome]


def _advance(client: Client, rollout: Rollout, snapshots: Snapshots, seconds: float, log_lines: int) -> str:
    """Judge one rollout by a new snapshot, and return its progress in words."""
    snapshot, elapsed = snapshots[rollout.service_id], rollout.elapsed
    rollout.history = record(rollout.history, snapshot, rollout.written, elapsed)
    verdict = verdicts.judge(snapshot, rollout.goal, rollout.written, rollout.history, elapsed)
    rollout.level = snapshot.level
    if _goes_on(rollout, snapshot, verdict):
        _resume(client, rollout, snapshot)
        return "paused update sent again"
    if verdict.state == "converging" and rollout.is_late(seconds):
        verdict = verdicts.late(verdict, snapshot, rollout.history, seconds, rollout.too_short(seconds))
    if verdict.state != "converging":
        rollout.outcome = Outcome(
            rollout.name,
            rollout.service_id,
            verdict.state,
            verdict.reason,
            verdict.sentence,
            verdict.running,
            verdict.wanted,
            verdict.tasks,
            _last_lines(client, verdict, log_lines),
            verdict.advice,
        )
        # A later call does not need it.
        rollout.history = History()
    return verdict.sentence


def _goes_on(rollout: Rollout, snapshot: Snapshot, verdict: verdicts.Verdict) -> bool:
    """Whether an update that an earlier run began paused for a cause that may be gone.

    The swarm may take minutes to find that a task of a lost node has ended. The run that began the update has failed by then, and
    this one is the next: had the update paused before it, this run would have sent it again.
    """
    begun_earlier = not rollout.written and not rollout.resumed
    return begun_earlier and verdict.reason == "paused" and cause_may_be_gone(snapshot)


def _resume(client: Client, rollout: Rollout, snapshot: Snapshot) -> None:
    update(client, f"/services/{rollout.service_id}", sent_again_if_paused)
    rollout.resumed = rollout.written = True
    rollout.history = with_what_ended(snapshot)


def _last_lines(client: Client, verdict: verdicts.Verdict, log_lines: int) -> list[str]:
    task = verdict.task
    if verdict.state != "failed" or task is None or not task["container_id"] or not log_lines:
        return []
    log = logs.read(
        client, f"/tasks/{task['id']}/logs", tail=log_lines, pause=_LOG_PATIENCE, timeout=_LOG_PATIENCE
    )
    lines = [line["text"] for line in log.lines[-log_lines:]]
    # The Engine forgets the tasks of a slot that fails again and again, and their logs with them.
    problems = [] if any("not found" in problem for problem in log.problems) else log.problems
    return lines + [f"(the log could not be read: {problem})" for problem in problems]


def _report(outcomes: list[Outcome]) -> Report:
    report = Report(outcomes)
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    if not failed:
        return report
    sentences = "; ".join(_sentence(outcome) for outcome in failed)
    if len(outcomes) > 1:
        sentences = f"{len(failed)} of {len(outcomes)} services failed: {sentences}"
    advice = list(dict.fromkeys(f"{outcome.advice}." for outcome in failed if outcome.advice))
    raise RolloutFailed(" ".join([f"{sentences.rstrip('.')}.", *advice]), report.in_failure())


def _sentence(outcome: Outcome) -> str:
    sentence = f"{outcome.name}: {outcome.sentence}"
    if outcome.logs:
        shown = (line[:_SHOWN_LENGTH] for line in outcome.logs[-_SHOWN_LINES:])
        sentence += f"; its log ends: {' | '.join(shown)}"
    return sentence


def _unknown(error: FlotillaError, rollouts: list[Rollout], seconds: float) -> RolloutFailed:
    names = ", ".join(rollout.name for rollout in _without_verdict(rollouts))
    return RolloutFailed(
        f"The state of {names} is unknown after {seconds:g} s: {error}",
        Report(_outcomes(rollouts)).in_failure(),
    )
