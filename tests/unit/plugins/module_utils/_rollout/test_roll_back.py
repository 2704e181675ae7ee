# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    EngineError,
    NotFound,
    OutOfSequence,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.roll_back import Move, roll_back_failed
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import Rollout
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import SECRET
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.rollouts import rotate, run_services, with_verdicts
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets

UPDATE = "POST /services/id-web/update"


@pytest.fixture
def engine() -> FakeSecrets:
    """A swarm whose services all have a task that runs."""
    fake = FakeSecrets()
    run_services(fake)
    return fake


def roll_back(engine: FakeSecrets, move: Move, *failing: str, written: bool = True) -> list[str]:
    """Roll back what failed of all services of the swarm."""
    rollouts = [Rollout(raw["ID"], name, written=written) for name, raw in engine.services.items()]
    return roll_back_failed(engine, [move], with_verdicts(rollouts, *failing), 60)


def rollbacks(engine: FakeSecrets) -> list[str]:
    return [request for request, _body, query in engine.writes if query.get("rollback") == "previous"]


def test_what_failed_is_rolled_back_and_what_converged_is_not(engine: FakeSecrets) -> None:
    move = rotate(engine, "web", "api", "worker")
    assert roll_back(engine, move, "web") == [
        "web has version 1 of app.",
        "api, worker have version 2 of app.",
    ]
    assert rollbacks(engine) == [UPDATE]
    assert [engine.used_by(name) for name in ("web", "api")] == [["app"], ["app_v2"]]


def test_the_rollback_is_waited_for(engine: FakeSecrets) -> None:
    move = rotate(engine, "web")
    run_services(engine, *move.old)
    assert roll_back(engine, move, "web") == [
        "The rollback failed too: web: slot 1 on w1 was rejected 2 times: no.",
        "web has version 1 of app.",
    ]


class ReportsRollbacks(FakeSecrets):
    """A swarm that says of its services that they were rolled back, as a real one does."""

    def answer(self, request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        answer = super().answer(request, body, query)
        if query.get("rollback") == "previous":
            self.services["web"]["UpdateStatus"] = {
                "State": "rollback_completed",
                "Message": "rollback completed",
            }
        return answer


def test_a_rollback_that_the_engine_reports_is_the_success_that_was_asked_for() -> None:
    engine = ReportsRollbacks()
    run_services(engine)
    move = rotate(engine, "web")
    assert roll_back(engine, move, "web") == ["web has version 1 of app."]
    assert rollbacks(engine) == [UPDATE]


def test_a_service_that_the_engine_rolls_back_itself_is_only_waited_for(engine: FakeSecrets) -> None:
    move = rotate(engine, "web")
    engine.serve("web", *move.old)
    run_services(engine, *move.old)
    assert roll_back(engine, move, "web")[0].startswith("The rollback failed too: web: ")
    assert rollbacks(engine) == []


@pytest.mark.parametrize("previous", ["new", "old", "none"])
def test_the_change_of_another_client_is_not_undone(engine: FakeSecrets, previous: str) -> None:
    move = rotate(engine, "web")
    specs = {
        "new": engine.services["web"]["Spec"],
        "old": engine.services["web"]["PreviousSpec"],
        "none": None,
    }
    engine.serve("web", engine.make(SECRET, "theirs", "x"))
    engine.services["web"]["PreviousSpec"] = specs[previous]
    assert roll_back(engine, move, "web") == []
    assert engine.writes == []
    assert engine.used_by("web") == ["theirs"]


def test_another_client_that_changes_the_service_at_the_same_moment_wins(
    engine: FakeSecrets, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = rotate(engine, "web")
    engine.trouble[UPDATE] = OutOfSequence("update out of sequence", 500)
    monkeypatch.setattr(
        fake_time, "sleep", lambda _seconds: engine.serve("web", engine.make(SECRET, "theirs", "x"))
    )
    assert roll_back(engine, move, "web") == []
    assert rollbacks(engine) == [UPDATE]
    assert engine.used_by("web") == ["theirs"]


def test_the_engine_that_rolls_back_at_the_same_moment_is_waited_for(
    engine: FakeSecrets, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = rotate(engine, "web")
    engine.trouble[UPDATE] = OutOfSequence("update out of sequence", 500)
    sleep = fake_time.sleep

    def overtaken(seconds: float) -> None:
        engine.serve("web", *move.old)
        sleep(seconds)

    monkeypatch.setattr(fake_time, "sleep", overtaken)
    run_services(engine, *move.old)
    assert roll_back(engine, move, "web")[0].startswith("The rollback failed too: web: ")


def test_a_service_of_another_run_is_left_alone(engine: FakeSecrets) -> None:
    move = rotate(engine, "web")
    assert roll_back(engine, move, "web", written=False) == ["web has version 2 of app."]
    assert engine.writes == []


def test_a_service_that_was_removed_meanwhile_is_no_problem(engine: FakeSecrets) -> None:
    move = rotate(engine, "web")
    engine.trouble["GET /services/id-web"] = NotFound("service id-web not found", 404)
    assert roll_back(engine, move, "web") == ["web has version 2 of app."]
    assert engine.writes == []
    rollouts = with_verdicts([Rollout("id-web", "web")], "web")
    del engine.services["web"]
    engine.trouble["GET /services/id-web"] = NotFound("service id-web not found", 404)
    assert roll_back_failed(engine, [move], rollouts, 60) == []
    assert engine.writes == []


def test_a_rollback_that_the_engine_refuses_is_reported(engine: FakeSecrets) -> None:
    move = rotate(engine, "web", "api")
    engine.trouble[UPDATE] = EngineError("The Engine said: no.", 500)
    assert roll_back(engine, move, "web", "api") == [
        "web could not be rolled back: The Engine said: no.",
        "api has version 1 of app.",
        "web has version 2 of app.",
    ]


def test_an_engine_that_does_not_say_who_has_what_is_no_problem_of_its_own(engine: FakeSecrets) -> None:
    move = rotate(engine, "web")
    engine.trouble["GET /services"] = EngineError("The Engine said: no.", 500)
    assert roll_back(engine, move) == []


def test_services_that_use_several_secrets_have_a_sentence_for_each(engine: FakeSecrets) -> None:
    move = rotate(engine, "web")
    key = Move("secret", "key", engine.make(SECRET, "key_v3", "x"), 3, {engine.make(SECRET, "key", "y"): 2})
    engine.serve("api", key.new)
    rollouts: list[t.Any] = [Rollout(f"id-{name}", name) for name in ("web", "api")]
    assert roll_back_failed(engine, [move, key], with_verdicts(rollouts), 60) == [
        "web has version 2 of app.",
        "api has version 3 of key.",
    ]
