# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors, leader
from ansible_collections.flotilla.swarm.plugins.module_utils._run.interface import WAITING, Interface
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import (
    Result,
    Unfinished,
    Verb,
    perform,
)
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info


def result_of(work: t.Callable[[], t.Any], **verb: t.Any) -> Result:
    return perform(
        Verb(Interface({}), lambda *_all: work(), **verb), {}, False, lambda _options: t.cast(t.Any, "client")
    )


def overtaken(actions: list[str]) -> errors.Overtaken:
    return errors.Overtaken("another client was faster", {"actions": actions, "changed": bool(actions)})


class Pending(Unfinished):
    """Something to wait for."""

    def __init__(self, result: Result) -> None:
        self.result = result

    def finish(self, client: t.Any, pause_after: float | None) -> Result:  # noqa: ARG002 - as the base class has it
        return {**self.result, "waited": True}


@pytest.mark.parametrize("waits", [False, True])
def test_all_is_planned_again_where_another_client_creates_the_same(fake_time: t.Any, waits: bool) -> None:
    tries: t.Iterator[list[str] | None] = iter([["one: created"], [], None])

    def work() -> t.Any:
        done = next(tries)
        if done is not None:
            raise overtaken(done)
        result: Result = {"changed": False, "actions": ["two: updated"]}
        return Pending(result) if waits else result

    found = result_of(work)
    assert found == {
        "changed": True,
        "actions": ["one: created", "two: updated"],
        **({"waited": True} if waits else {}),
    }
    assert len(fake_time.sleeps) == 2


def test_a_client_that_is_always_faster_is_an_error_with_all_that_was_done(fake_time: t.Any) -> None:
    numbers = iter(range(9))

    def work() -> t.NoReturn:
        raise overtaken([f"{next(numbers)}: created"])

    assert result_of(work) == {
        "failed": True,
        "msg": "another client was faster",
        "changed": True,
        "actions": [f"{number}: created" for number in range(5)],
    }
    assert len(fake_time.sleeps) == 4


NO_LEADER = errors.LeaderLost("The Engine at x said: context deadline exceeded")


def electing(up: int, swarm: t.Any, monkeypatch: pytest.MonkeyPatch, fake_time: FakeTime) -> FakeEngine:
    """A manager of three without a leader, of which so many are up."""
    managers = [f"10.0.0.{number}:2377" for number in range(3)]
    monkeypatch.setattr(leader, "time", fake_time)
    monkeypatch.setattr(leader, "answers", managers[:up].__contains__)
    return FakeEngine({"GET /info": info("active", managers=managers), "GET /swarm": swarm, "POST /x": None})


def test_all_is_planned_again_once_there_is_a_leader(
    fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = electing(2, Sequence(NO_LEADER, {"ID": "s"}), monkeypatch, fake_time)
    tries = iter([NO_LEADER, None])

    def work(*_all: t.Any) -> Result:
        error = next(tries)
        if error:
            raise error
        return {"changed": True}

    assert perform(Verb(Interface({}), work), {}, False, lambda _options: engine) == {"changed": True}
    assert fake_time.sleeps == [1, 1]


@pytest.mark.parametrize(("up", "writes"), [(1, False), (2, True)], ids=["quorum lost", "something was sent"])
def test_a_leader_is_not_waited_for_in_vain(
    fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch, up: int, writes: bool
) -> None:
    engine = electing(up, {"ID": "s"}, monkeypatch, fake_time)

    def work(*_all: t.Any) -> t.NoReturn:
        if writes:
            engine.post("/x")
        raise NO_LEADER

    found = perform(Verb(Interface({}), work), {}, False, lambda _options: engine)
    assert found["msg"] == str(NO_LEADER)
    assert fake_time.sleeps == []


def test_an_error_that_is_no_race_is_returned_at_once(fake_time: t.Any) -> None:
    def work() -> t.NoReturn:
        raise errors.Refused("no", {"actions": []})

    assert result_of(work) == {"failed": True, "changed": False, "msg": "no", "actions": []}
    assert not fake_time.sleeps


def test_a_connection_that_cannot_be_made_is_a_result_too() -> None:
    def connect(_options: t.Any) -> t.NoReturn:
        raise errors.Refused("docker_host is wrong.")

    found = perform(Verb(Interface({}), lambda *_all: {}), {}, False, connect)
    assert found == {"failed": True, "changed": False, "msg": "docker_host is wrong."}


def test_a_verb_that_does_not_connect_gets_no_client() -> None:
    def connect(_options: t.Any) -> t.NoReturn:
        raise AssertionError("nothing connects")

    verb = Verb(
        Interface({}, connects=False), lambda options, check, client: {"found": [options, check, client]}
    )
    assert perform(verb, {"a": 1}, True, connect) == {"found": [{"a": 1}, True, None]}


def test_a_call_that_goes_on_has_only_what_identifies_and_what_is_left() -> None:
    interface = Interface(
        {"name": {"type": "str", "required": True}, "data": {"type": "str", "no_log": True}}, waits=True
    )
    given = {"name": "web", "data": "secret"}
    assert interface.arguments_to_go_on(given, {"left": 1}) == {"name": "web", WAITING: {"left": 1}}


def test_only_a_verb_that_waits_has_the_private_option() -> None:
    assert WAITING in Interface({}, waits=True).all_arguments
    assert Interface({}).all_arguments == {}


SECRETS = Interface(
    {
        "data": {"type": "str", "no_log": True},
        "many": {"type": "list", "elements": "dict", "options": {"data": {"type": "str", "no_log": True}}},
    },
    waits=True,
)


def test_a_secret_is_hidden_wherever_a_result_repeats_it() -> None:
    """An error, a line of a log, what is in Base64, and also after the options are gone."""
    encoded = "aHVudGVyMyBhbmQgbW9yZQ=="
    options = {"data": "hunter2", "many": [{"data": encoded}, {"data": "ok"}]}
    left = {"name": "hunter2"}

    def work(*_all: t.Any) -> t.NoReturn:
        raise errors.Refused(
            "ok: hunter2 is wrong", {"tasks": [{"logs": ["got hunter3 and more"]}], "left": left}
        )

    found = perform(Verb(SECRETS, work), options, False, lambda _options: None)
    assert found["msg"] == "ok: (hidden) is wrong", "a short secret would be hidden in every word"
    assert found["tasks"] == [{"logs": ["got (hidden)"]}]
    assert found["left"] == left, "it is no text for users, and has to stay what it is"
    later = Verb(SECRETS, work, go_on=lambda _client, _left, _pause: {"msg": "hunter2 again"})
    waiting = {WAITING: {"left": left, "hide": ["hunter2"]}}
    assert perform(later, waiting, False, lambda _options: t.cast(t.Any, "client")) == {
        "msg": "(hidden) again"
    }
