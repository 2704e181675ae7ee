# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import wait as _rollout
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import (
    Rollout,
    RolloutFailed,
    wait_for_rollouts,
)
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine
from ansible_collections.flotilla.swarm.tests.unit.support.rollouts import Objects, Recording


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def time(self) -> float:
        """Seconds."""
        return self.now

    monotonic = time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Time as the waiting code sees it."""
    fake = FakeTime()
    monkeypatch.setattr(_rollout, "time", fake)
    return fake


class Replayed(FakeEngine):
    """An Engine that does what was recorded, all recordings at the same time."""

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
        """Fail as told, else answer."""
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
        """A rollout of each recording."""
        return [
            Rollout(service_id, recording.name, started=self.clock.now, **more)
            for service_id, recording in self.recordings.items()
        ]


def framed(text: str) -> bytes:
    line = f"2026-11-20T23:54:52.7Z com.docker.swarm.task.id=t {text}\n".encode()
    return b"\1\0\0\0" + len(line).to_bytes(4, "big") + line


def test_all_are_awaited_together(clock: FakeTime) -> None:
    engine = Replayed(clock, "update_ok", "job_ok", "global_ok")
    report = wait_for_rollouts(engine, engine.rollouts(), 300)
    assert [(one.name, one.state, one.sentence) for one in report.outcomes] == [
        ("web", "converged", "3/3 running"),
        ("job", "converged", "3/3 complete"),
        ("agent", "converged", "3/3 running"),
    ]
    assert report.unfinished == []
    assert 12 < clock.now - engine.begun < 15
    assert all(one.logs == [] for one in report.outcomes)


def test_a_look_is_a_handful_of_requests_whatever_the_number(clock: FakeTime) -> None:
    for names in (["update_ok"], ["update_ok", "job_ok", "crash_loop", "global_update", "bad_image_create"]):
        engine = Replayed(clock, *names)
        wait_for_rollouts(engine, engine.rollouts(), 300, pause_after=0)
        assert [request for request, _body, _query in engine.requests] == [
            "GET /services",
            "GET /tasks",
            "GET /tasks",
            "GET /nodes",
        ]
    assert all(engine.patience[f"GET {path}"] < 30 for path in ("/services", "/tasks", "/nodes"))


def test_many_services_are_read_without_naming_each(clock: FakeTime) -> None:
    engine = Replayed(clock, "label_change")
    others = [Rollout(f"gone{n}", f"gone{n}", goal="gone", started=clock.now) for n in range(30)]
    report = wait_for_rollouts(engine, [*engine.rollouts(), *others], 300)
    assert {outcome.state for outcome in report.outcomes} == {"converged"}
    assert [query.get("filters") for _request, _body, query in engine.requests] == [
        None,
        {"_up-to-date": ["true"], "service": [next(iter(engine.recordings))]},
        None,
        None,
    ]


def test_looks_get_rarer(clock: FakeTime) -> None:
    engine = Replayed(clock, "update_ok")
    wait_for_rollouts(engine, engine.rollouts(), 300)
    assert clock.sleeps[0] == 0.3
    assert clock.sleeps == sorted(clock.sleeps)
    assert clock.sleeps[-1] == 1.0


def test_a_failure_is_one_sentence_with_the_end_of_the_log(clock: FakeTime) -> None:
    engine = Replayed(clock, "crash_loop")
    engine.logs = b"".join(framed(f"line {n}") for n in range(5))
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300, log_lines=4)
    sentence = "slot 1 on w1 failed 3 times: non-zero exit (3)"
    assert str(failed.value) == f"crash: {sentence}; its log ends: line 2 | line 3 | line 4."
    [outcome] = failed.value.facts["rollouts"]
    assert outcome["logs"] == ["line 1", "line 2", "line 3", "line 4"]
    assert (outcome["name"], outcome["state"], outcome["reason"]) == ("crash", "failed", "crash_looping")
    assert (outcome["running"], outcome["wanted"], outcome["sentence"]) == (0, 2, sentence)
    assert {task["state"] for task in outcome["tasks"]} >= {"failed"}
    [read] = [query for request, _body, query in engine.requests if request.endswith("/logs")]
    assert read["tail"] == "4"


def test_a_log_that_cannot_be_read_does_not_hide_the_verdict(clock: FakeTime) -> None:
    engine = Replayed(clock, "crash_loop")
    engine.logs = errors.EngineTimeout("late")
    with pytest.raises(
        RolloutFailed, match="the log could not be read: the log did not end within 3 s"
    ) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300)
    assert failed.value.facts["rollouts"][0]["reason"] == "crash_looping"


def test_what_never_ran_has_no_log(clock: FakeTime) -> None:
    engine = Replayed(clock, "bad_image_create")
    with pytest.raises(RolloutFailed):
        wait_for_rollouts(engine, engine.rollouts(), 300)
    assert not [request for request, _body, _query in engine.requests if request.endswith("/logs")]


def test_one_failure_does_not_end_the_watch_of_the_others(clock: FakeTime) -> None:
    engine = Replayed(clock, "bad_image_create", "update_ok", "unsatisfiable")
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300)
    assert str(failed.value).startswith("2 of 3 services failed: bad: slot ")
    assert "; unsat: slot " in str(failed.value)
    assert str(failed.value).endswith("(scheduling constraints not satisfied on 3 nodes).")
    states = {one["name"]: one["state"] for one in failed.value.facts["rollouts"]}
    assert states == {"bad": "failed", "web": "converged", "unsat": "failed"}
    assert clock.now - engine.begun > 12


def test_a_pause_hands_everything_on_as_json(clock: FakeTime) -> None:
    engine = Replayed(clock, "bad_image_create", "update_ok")
    rollouts, lines, calls = engine.rollouts(), [], 0
    with pytest.raises(RolloutFailed) as failed:
        while True:
            report = wait_for_rollouts(engine, rollouts, 300, pause_after=2)
            calls += 1
            lines += report.progress
            assert len(report.unfinished) == 2
            rollouts = [
                Rollout.from_dict(json.loads(json.dumps(rollout.to_dict()))) for rollout in report.unfinished
            ]
    assert 5 <= calls <= 8
    assert "web: 0/3 running (updating), w" in lines[0] or "web: 0/3" in lines[0]
    assert all(line.startswith("web: ") for line in lines)
    # The failure of the first call is told by the last.
    assert str(failed.value).startswith("1 of 2 services failed: bad: slot ")
    assert 12 < clock.now - engine.begun < 16


def test_the_deadline_is_over_all_calls(clock: FakeTime) -> None:
    engine = Replayed(clock, "update_ok")
    rollouts = engine.rollouts()
    report = wait_for_rollouts(engine, rollouts, 6, pause_after=4)
    assert len(report.unfinished) == 1
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, report.unfinished, 6, pause_after=4)
    assert str(failed.value).startswith("web: not converged within 6 s: ")
    assert clock.now - engine.begun < 8


def test_trouble_is_patience(clock: FakeTime) -> None:
    engine = Replayed(clock, "label_change")
    engine.trouble = [
        errors.NoQuorum("no leader", 500),
        errors.EngineTimeout("late"),
        errors.EngineAbsent("gone"),
        errors.NotFound("service x not found", 404),
    ]
    report = wait_for_rollouts(engine, engine.rollouts(), 300)
    assert report.outcomes[0].state == "converged"
    assert len(clock.sleeps) == 4


def test_trouble_that_does_not_end_is_told(clock: FakeTime) -> None:
    engine = Replayed(clock, "update_ok")
    engine.trouble = [errors.NoQuorum("The swarm has no leader.", 500) for _n in range(200)]
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 30)
    assert str(failed.value) == "What became of web is unknown after 30 s: The swarm has no leader."
    assert 30 <= clock.now - engine.begun < 32


def test_other_errors_are_not_waited_out(clock: FakeTime) -> None:
    engine = Replayed(clock, "update_ok")
    engine.trouble = [errors.NotAManager("a worker", 503)]
    with pytest.raises(errors.NotAManager):
        wait_for_rollouts(engine, engine.rollouts(), 30)


def test_a_removed_service_is_awaited_by_its_name(clock: FakeTime) -> None:
    engine = Replayed(clock, "gone")
    report = wait_for_rollouts(engine, engine.rollouts(goal="gone"), 300)
    assert report.outcomes[0].state == "converged"
    assert clock.now - engine.begun > 4
    assert engine.requests[1][2]["filters"] == {"name": ["slow."]}


def test_a_rollback_that_was_asked_for(clock: FakeTime) -> None:
    engine = Replayed(clock, "rollback_asked")
    assert (
        wait_for_rollouts(engine, engine.rollouts(goal="rolled_back"), 300).outcomes[0].state == "converged"
    )


def test_nothing_to_wait_for_asks_nothing(clock: FakeTime) -> None:
    engine = Replayed(clock)
    assert wait_for_rollouts(engine, [], 300).outcomes == []
    assert engine.requests == []
