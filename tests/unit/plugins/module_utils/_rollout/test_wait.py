# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import (
    Outcome,
    Rollout,
    RolloutFailed,
    latest,
    wait_for_rollouts,
)
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.rollouts import Replayed, with_verdicts


def framed(text: str) -> bytes:
    line = f"2026-11-20T23:54:52.7Z com.docker.swarm.task.id=t {text}\n".encode()
    return b"\1\0\0\0" + len(line).to_bytes(4, "big") + line


def test_all_are_waited_for_together(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok", "job_ok", "global_ok")
    report = wait_for_rollouts(engine, engine.rollouts(), 300)
    assert [(one.name, one.state, one.sentence) for one in report.outcomes] == [
        ("web", "converged", "3/3 running"),
        ("job", "converged", "3/3 complete"),
        ("agent", "converged", "3/3 running"),
    ]
    assert not report.unfinished
    assert 12 < fake_time.now - engine.begun < 15
    assert all(one.logs == [] for one in report.outcomes)


def test_snapshots_cost_a_handful_of_requests_whatever_their_number(fake_time: FakeTime) -> None:
    for names in (["update_ok"], ["update_ok", "job_ok", "crash_loop", "global_update", "bad_image_create"]):
        engine = Replayed(fake_time, *names)
        wait_for_rollouts(engine, engine.rollouts(), 300, pause_after=0)
        assert [request for request, _body, _query in engine.requests] == [
            "GET /services",
            "GET /tasks",
            "GET /tasks",
            "GET /nodes",
        ]
    assert all(engine.patience[f"GET {path}"] < 30 for path in ("/services", "/tasks", "/nodes"))


def test_many_services_are_read_without_naming_each(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "label_change")
    others = [Rollout(f"gone{n}", f"gone{n}", goal="gone", started=fake_time.now) for n in range(60)]
    report = wait_for_rollouts(engine, [*engine.rollouts(), *others], 300)
    assert {outcome.state for outcome in report.outcomes} == {"converged"}
    assert [query.get("filters") for _request, _body, query in engine.requests] == [
        None,
        {"_up-to-date": ["true"], "service": [next(iter(engine.recordings))]},
        None,
        None,
    ]


def test_snapshots_get_rarer(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok")
    wait_for_rollouts(engine, engine.rollouts(), 300)
    assert fake_time.sleeps[0] == 0.3
    assert fake_time.sleeps == sorted(fake_time.sleeps)
    assert fake_time.sleeps[-1] == 1.0


def test_a_failure_is_one_sentence_with_the_end_of_the_log(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "crash_loop")
    engine.logs = b"".join(framed(f"line {n}") for n in range(5))
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300, log_lines=4)
    sentence = "slot 1 on w1 failed 3 times: non-zero exit (3)"
    assert str(failed.value) == f"crash: {sentence}; its log ends: line 2 | line 3 | line 4."
    [outcome] = failed.value.facts["rollouts"]
    assert outcome["logs"] == ["line 1", "line 2", "line 3", "line 4"]
    assert (outcome["name"], outcome["state"], outcome["reason"]) == ("crash", "failed", "crash_looping")
    assert (outcome["running"], outcome["wanted"]) == (0, 2)
    # The message has them.
    assert not {"sentence", "advice"} & outcome.keys()
    assert {task["state"] for task in outcome["tasks"]} >= {"failed"}
    [read] = [query for request, _body, query in engine.requests if request.endswith("/logs")]
    assert read["tail"] == "4"


def test_a_log_that_cannot_be_read_does_not_hide_the_verdict(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "crash_loop")
    engine.logs = errors.EngineTimeout("late")
    with pytest.raises(
        RolloutFailed, match="the log could not be read: the log did not end within 3 s"
    ) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300)
    assert failed.value.facts["rollouts"][0]["reason"] == "crash_looping"


def test_a_log_that_the_engine_has_forgotten_with_its_task_is_no_news(fake_time: FakeTime) -> None:
    """A second run says the same as the first one, which still had the log."""
    engine = Replayed(fake_time, "crash_loop")
    engine.logs = errors.NotFound("task b1osrz36kv1vk9vp3c5aiuloz not found", 404)
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300)
    assert "not found" not in str(failed.value) and "its log ends" not in str(failed.value)
    assert failed.value.facts["rollouts"][0]["reason"] == "crash_looping"


def test_what_never_ran_has_no_log(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "bad_image_create")
    with pytest.raises(RolloutFailed):
        wait_for_rollouts(engine, engine.rollouts(), 300)
    assert not [request for request, _body, _query in engine.requests if request.endswith("/logs")]


def test_one_failure_does_not_end_the_watch_of_the_others(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "bad_image_create", "update_ok", "unsatisfiable")
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300)
    assert str(failed.value).startswith("2 of 3 services failed: bad: slot ")
    assert "; unsat: slot " in str(failed.value)
    assert str(failed.value).endswith("(scheduling constraints not satisfied on 3 nodes).")
    states = {one["name"]: one["state"] for one in failed.value.facts["rollouts"]}
    assert states == {"bad": "failed", "web": "converged", "unsat": "failed"}
    assert fake_time.now - engine.begun > 12


def test_a_pause_hands_everything_on_as_json(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "bad_image_create", "update_ok")
    rollouts, lines, calls = engine.rollouts(), [], 0
    with pytest.raises(RolloutFailed) as failed:
        while True:
            report = wait_for_rollouts(engine, rollouts, 300, pause_after=2)
            calls += 1
            lines += report.progress
            assert report.unfinished
            rollouts = [Rollout.from_dict(json.loads(json.dumps(asdict(rollout)))) for rollout in rollouts]
    assert 5 <= calls <= 8
    assert lines[0].startswith("bad: 0/2 running, ") and lines[1].startswith("web: 0/3 running")
    # It has its verdict once the patience with refusals is over.
    assert {line[:5] for line in lines[-2:]} == {"web: "}
    # The last call reports the failure of the first one.
    assert str(failed.value).startswith("1 of 2 services failed: bad: slot ")
    assert 12 < fake_time.now - engine.begun < 16


def test_the_deadline_is_over_all_calls(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok")
    rollouts = engine.rollouts()
    report = wait_for_rollouts(engine, rollouts, 6, pause_after=4)
    assert report.unfinished
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, rollouts, 6, pause_after=4)
    assert str(failed.value).startswith("web: not converged within 6 s: ")
    assert fake_time.now - engine.begun < 8


def test_an_engine_in_trouble_is_asked_again(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "label_change")
    engine.trouble = [
        errors.NoQuorum("no leader", 500),
        errors.EngineTimeout("late"),
        errors.EngineAbsent("gone"),
        errors.NotFound("service x not found", 404),
    ]
    report = wait_for_rollouts(engine, engine.rollouts(), 300)
    assert report.outcomes[0].state == "converged"
    assert len(fake_time.sleeps) == 4


def test_trouble_that_does_not_end_is_reported(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok")
    engine.trouble = [errors.NoQuorum("The swarm has no leader.", 500) for _n in range(200)]
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 30)
    assert str(failed.value) == "The state of web is unknown after 30 s: The swarm has no leader."
    assert 30 <= fake_time.now - engine.begun < 32


def test_other_errors_are_not_waited_out(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok")
    engine.trouble = [errors.NotAManager("a worker", 503)]
    with pytest.raises(errors.NotAManager):
        wait_for_rollouts(engine, engine.rollouts(), 30)


def test_a_removed_service_is_found_by_its_name(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "gone")
    report = wait_for_rollouts(engine, engine.rollouts(goal="gone"), 300)
    assert report.outcomes[0].state == "converged"
    assert fake_time.now - engine.begun > 4
    assert engine.requests[1][2]["filters"] == {"name": ["slow."]}


def test_a_rollback_that_was_asked_for(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "rollback_asked")
    assert (
        wait_for_rollouts(engine, engine.rollouts(goal="rolled_back"), 300).outcomes[0].state == "converged"
    )


def test_without_rollouts_nothing_is_asked(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time)
    assert wait_for_rollouts(engine, [], 300).outcomes == []
    assert engine.requests == []


def test_what_has_its_verdict_already_is_in_the_facts_when_the_others_are_unknown(
    fake_time: FakeTime,
) -> None:
    engine = Replayed(fake_time, "update_ok")
    engine.trouble = [errors.NoQuorum("The swarm has no leader.", 500) for _n in range(200)]
    known = with_verdicts([Rollout("s1", "api")])
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, [*known, *engine.rollouts()], 30)
    assert [one["name"] for one in failed.value.facts["rollouts"]] == ["api"]


def test_a_service_that_was_written_twice_is_waited_for_once() -> None:
    first, other, second = Rollout("s1", "web"), Rollout("s2", "api"), Rollout("s1", "web", written=False)
    assert latest([first, other, second]) == [second, other]


def test_a_time_that_cannot_be_enough_is_told_with_what_is() -> None:
    rollout = Rollout("id1", "web", least=95.5, made_of="1m30s of this, then 5.5s of that")
    assert rollout.too_short(60) == (
        "web takes at least 95.5 s as it is declared: 1m30s of this, then 5.5s of that; set wait_timeout to more than 96"
    )
    assert [bool(rollout.too_short(seconds)) for seconds in (0, 95, 95.5, 96)] == [True, True, True, False]
    assert Rollout("id1", "web").too_short(0) == ""


def test_the_verdict_of_a_time_that_could_not_be_enough_says_so(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "update_ok")
    rollouts = engine.rollouts(least=12.0, made_of="12s of this")
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, rollouts, 3)
    assert str(failed.value).startswith("web: not converged within 3 s: ")
    assert str(failed.value).endswith(
        ". web takes at least 12 s as it is declared: 12s of this; set wait_timeout to more than 12."
    )


def test_a_failure_shows_few_tasks_and_of_these_what_matters(fake_time: FakeTime) -> None:
    engine = Replayed(fake_time, "crash_loop", "update_ok")
    with pytest.raises(RolloutFailed) as failed:
        wait_for_rollouts(engine, engine.rollouts(), 300)
    crashed, fine = failed.value.facts["rollouts"]
    assert {tuple(sorted(task)) for task in crashed["tasks"]} == {
        ("error", "exit_code", "id", "node", "slot", "state")
    }
    assert {task["state"] for task in crashed["tasks"]} >= {"failed"}
    assert len(json.dumps(crashed)) < 1800
    assert (fine["state"], fine["sentence"], fine["tasks"]) == ("converged", "3/3 running", [])
    many = Outcome("web", "id1", "failed", "pending", "x", 0, 99, crashed["tasks"] * 40)
    assert len(many.in_failure()["tasks"]) == 10
