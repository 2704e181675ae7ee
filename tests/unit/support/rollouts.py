# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of real Engines' rollouts, replayed.

A recording holds one service's rollout from the moment after its write: frames, each with what changed since the one
before (``null``: gone), and the seconds it was seen at.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict
from pathlib import Path

from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.history import History, record
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.references import used
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.roll_back import Move
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import Snapshot, snapshot_of
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import Outcome, Rollout
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import SECRET
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets

FOLDER = Path(__file__).parents[1] / "fixtures" / "rollouts"
# Longer than the patience with refusals (``failure.py``), in seconds.
_STAYS = 6.0
ENGINES = ("20.10", "26.1")
Objects = dict[str, dict[str, t.Any]]


class Moment(t.NamedTuple):
    """What was seen at one time."""

    at: float
    services: Objects
    tasks: Objects
    up_to_date: list[str]
    nodes: Objects


class Recording:
    """One rollout as an Engine reported it."""

    def __init__(self, name: str, engine: str) -> None:
        found = json.loads((FOLDER / f"{name}_{engine}.json").read_text(encoding="utf-8"))
        [(self.name, self.service_id)] = found["services"].items()
        self.end: float = found["end"]
        self._frames: list[dict[str, t.Any]] = found["frames"]

    def moment(self, at: float) -> Moment:
        """What was there at that time."""
        seen: dict[str, Objects] = {"services": {}, "tasks": {}, "nodes": {}}
        up_to_date: list[str] = []
        for frame in self._frames:
            if frame["at"] > at:
                break
            up_to_date = frame.get("up_to_date", up_to_date)
            for kind, objects in seen.items():
                objects.update(frame.get(kind) or {})
        kept = {
            kind: {key: value for key, value in objects.items() if value} for kind, objects in seen.items()
        }
        return Moment(at, kept["services"], kept["tasks"], up_to_date, kept["nodes"])

    def snapshot(self, at: float) -> Snapshot:
        """What the verdict gets to see at that time."""
        seen = self.moment(at)
        return snapshot_of(
            self.name,
            seen.services.get(self.service_id),
            seen.tasks.values(),
            seen.up_to_date,
            nodes.views(list(seen.nodes.values())),
        )

    def times(self) -> t.Iterator[float]:
        """When snapshots are taken: every 0.3 s at first, every second later; what was seen last stays for a while."""
        at, interval = 0.0, 0.3
        while at <= self.end + _STAYS:
            yield at
            at, interval = at + interval, min(1.0, interval * 1.15)


class Step(t.NamedTuple):
    """The verdict at one time."""

    at: float
    verdict: verdicts.Verdict


def replay(name: str, engine: str, goal: str = "converged", written: bool = True) -> list[Step]:
    """Judge a recording as a rollout is judged: snapshot after snapshot, until there is a verdict or the recording ends."""
    recording, history, steps = Recording(name, engine), History(), []
    for at in recording.times():
        snapshot = recording.snapshot(at)
        history = record(history, snapshot, written, at)
        # As between two calls of the module.
        history = History.from_dict(json.loads(json.dumps(asdict(history))))
        steps.append(Step(at, verdicts.judge(snapshot, goal, written, history, at)))
        if steps[-1].verdict.state != "converging":
            break
    return steps


class Replayed(FakeEngine):
    """An Engine that does what was recorded, all recordings at the same time.

    Args:
        clock: says what time it is.
        names: of the recordings.
        engine: which Engine they were made with.
    """

    def __init__(self, clock: FakeTime, *names: str, engine: str = "20.10") -> None:
        super().__init__()
        self.clock, self.begun = clock, clock.now
        self.recordings = {
            recording.service_id: recording for recording in (Recording(n, engine) for n in names)
        }
        #: Errors to raise instead of the next answers.
        self.trouble: list[Exception] = []
        self.logs: t.Any = b""
        for path, kind in (("/services", "services"), ("/nodes", "nodes")):
            self.answers[f"GET {path}"] = lambda _body, query, kind=kind: self._list(kind, query)
        self.answers["GET /tasks"] = self._tasks

    def answer(self, request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        """Raise the next error, else answer."""
        if self.trouble:
            return self.trouble.pop(0)
        if request.endswith("/logs"):
            return self.logs
        return super().answer(request, body, query)

    def _seen(self, kind: str) -> Objects:
        found: Objects = {}
        for recording in self.recordings.values():
            found.update(getattr(recording.moment(self.clock.now - self.begun), kind))
        return found

    def _list(self, kind: str, query: dict[str, t.Any]) -> list[t.Any]:
        ids = (query.get("filters") or {}).get("id")
        return [raw for raw in self._seen(kind).values() if ids is None or raw["ID"] in ids]

    def _tasks(self, _body: t.Any, query: dict[str, t.Any]) -> t.Any:
        filters = query.get("filters") or {}
        services = self._seen("services")
        for service_id in filters.get("service", []):
            if service_id not in services:
                return errors.NotFound(f"service {service_id} not found", 404)
        found = list(self._seen("tasks").values())
        if "service" in filters:
            found = [raw for raw in found if raw["ServiceID"] in filters["service"]]
        if "name" in filters:
            names = {key: f"{recording.name}." for key, recording in self.recordings.items()}
            found = [raw for raw in found if names[raw["ServiceID"]] in filters["name"]]
        if "_up-to-date" in filters:
            moment = self.clock.now - self.begun
            known = {key for one in self.recordings.values() for key in one.moment(moment).up_to_date}
            found = [raw for raw in found if raw["ID"] in known]
        return found

    def rollouts(self, **more: t.Any) -> list[Rollout]:
        """A rollout of each recording, which begins now."""
        return [
            Rollout(service_id, recording.name, started=self.clock.now, **more)
            for service_id, recording in self.recordings.items()
        ]


def with_verdicts(rollouts: list[Rollout], *failing: str) -> list[Rollout]:
    """Rollouts with their verdicts, so that no waiting is needed: converged, or failed where they are named."""
    for one in rollouts:
        state, sentence = ("failed", "it is ill") if one.name in failing else ("converged", "1/1 running")
        one.outcome = Outcome(one.name, one.service_id, state, "", sentence, 1, 1)
    return rollouts


def run_services(engine: FakeSecrets, *sick: str) -> None:
    """Give each service of a swarm a task, so that its rollout comes to a verdict.

    Args:
        engine: the swarm.
        sick: the IDs of secrets with which a task is rejected.
    """

    def tasks_of(raw: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        rejected = used(raw["Spec"], "secret").keys() & set(sick)
        states = ["rejected", "rejected", "ready"] if rejected else ["running"]
        return [
            {
                "ID": f"{raw['Spec']['Name']}{raw['Version']['Index']}{at}",
                "ServiceID": raw["ID"],
                "Slot": 1,
                "NodeID": "n1",
                "CreatedAt": f"2026-11-20T00:00:0{at}Z",
                "Status": {"State": state, "Err": "no" if state == "rejected" else ""},
                "DesiredState": "shutdown" if state == "rejected" else "running",
            }
            for at, state in enumerate(states)
        ]

    engine.answers["GET /tasks"] = lambda _body, _query: [
        task for raw in engine.services.values() for task in tasks_of(raw)
    ]
    engine.answers["GET /nodes"] = [raw_node("n1", "w1")]


def rotate(engine: FakeSecrets, *names: str) -> Move:
    """Create two versions of the secret ``app``, and services that were moved from the first to the second just now."""
    old, new = engine.make(SECRET, "app", "one"), engine.make(SECRET, "app_v2", "two")
    for name in names:
        engine.serve(name, old)
        previous = engine.services[name]["Spec"]
        engine.serve(name, new)
        engine.services[name]["PreviousSpec"] = previous
    return Move("secret", "app", new, 2, {old: 1})
