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

from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import verdict as verdicts
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.history import History, record
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import Snapshot, snapshot_of
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes

FOLDER = Path(__file__).parents[1] / "fixtures" / "rollouts"
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
    """One rollout as an Engine told it."""

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
        """The same as the verdict gets it."""
        seen = self.moment(at)
        return snapshot_of(
            self.name,
            seen.services.get(self.service_id),
            seen.tasks.values(),
            seen.up_to_date,
            nodes.views(list(seen.nodes.values())),
        )

    def times(self) -> t.Iterator[float]:
        """When is looked: every 0.3 s at first, every second later."""
        at, interval = 0.0, 0.3
        while at <= self.end:
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
