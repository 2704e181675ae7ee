# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
from unittest import mock

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors, leader, wait
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NO_LEADER = errors.NoQuorum("The swarm does not have a leader.")


@pytest.fixture
def clock(fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """The clock of what waits."""
    monkeypatch.setattr(leader, "time", fake_time)
    return fake_time


def addresses(count: int) -> list[str]:
    return [f"10.0.0.{number}:2377" for number in range(count)]


@given(st.integers(0, 9), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_leader_is_waited_for_while_more_than_half_can_choose_one(
    clock: FakeTime, managers: int, data: st.DataObject
) -> None:
    up = addresses(data.draw(st.integers(0, managers)))
    engine = FakeEngine({"GET /swarm": Sequence(NO_LEADER, errors.EngineTimeout("late"), {"ID": "s"})})
    begun = clock.now
    with mock.patch.object(leader, "answers", up.__contains__):
        there = leader.wait_for_leader(engine, addresses(managers))
    assert there is (len(up) > managers / 2)
    assert clock.now - begun == (3 if there else 0)
    assert wait.WAITS == []


def test_the_waiting_ends(clock: FakeTime) -> None:
    begun = clock.now
    with mock.patch.object(leader, "answers", return_value=True):
        assert leader.wait_for_leader(FakeEngine({"GET /swarm": NO_LEADER}), addresses(3), 7) is False
    assert clock.now - begun == 7


def test_what_is_waited_for_is_said(clock: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = []

    def sleep(seconds: float) -> None:
        clock.now += seconds
        lines.append(wait.WAITS[-1].line)

    monkeypatch.setattr(clock, "sleep", sleep)
    with mock.patch.object(leader, "answers", return_value=True):
        leader.wait_for_leader(FakeEngine({"GET /swarm": NO_LEADER}), addresses(3), 7)
    assert lines[4] == "waiting until the managers have chosen a leader, 5 s of at most 7 s"


def test_a_manager_that_was_demoted_meanwhile_waits_no_longer(clock: FakeTime) -> None:
    engine = FakeEngine({"GET /swarm": errors.NotAManager("m1 is a worker.")})
    with mock.patch.object(leader, "answers", return_value=True):
        assert leader.wait_for_leader(engine, addresses(3)) is True


def test_the_managers_are_those_that_the_engine_knows() -> None:
    assert leader.managers_of(info("active", managers=addresses(2))) == addresses(2)
    assert leader.managers_of({"Swarm": None}) == leader.managers_of({}) == []


@pytest.mark.parametrize(
    ("family", "host", "written"),
    [(socket.AF_INET, "127.0.0.1", "127.0.0.1"), (socket.AF_INET6, "::1", "[::1]")],
)
def test_a_manager_answers_that_takes_connections(family: int, host: str, written: str) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.bind((host, 0))
        address = f"{written}:{listening.getsockname()[1]}"
        assert leader.answers(address) is False
        listening.listen()
        assert leader.answers(address) is True


@pytest.mark.parametrize("address", ["", "m1", "10.0.0.1:", "10.0.0.1:port", "127.0.0.1:99999"])
def test_what_is_no_address_does_not_answer(address: str) -> None:
    assert leader.answers(address) is False
