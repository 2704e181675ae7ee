# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors, leader
from ansible_collections.flotilla.swarm.plugins.module_utils._host import info as host_info
from ansible_collections.flotilla.swarm.plugins.module_utils._run import verb
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info

VERSION = {"Version": "26.1.5+dfsg1", "ApiVersion": "1.45"}
HELD = [
    {"protocol": "tcp", "port": 22, "address": "0.0.0.0", "process": "sshd", "pid": 1},
    {"protocol": "tcp", "port": 7946, "address": "::", "process": "dockerd", "pid": 2},
]


class Engine(FakeEngine):
    """An Engine whose ``/version`` and negotiation can fail."""

    def __init__(self, version: t.Any, refusal: Exception | None = None, **answers: t.Any) -> None:
        super().__init__({f"GET /{name}": answer for name, answer in answers.items()})
        self._answer, self._refusal = version, refusal

    def version(self) -> dict[str, t.Any]:
        """``/version``."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return t.cast("dict[str, t.Any]", self._answer)

    def api(self) -> tuple[int, int]:
        """The negotiation."""
        if self._refusal:
            raise self._refusal
        return super().api()


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """A host with an Engine's files on it."""
    files: dict[str, t.Any] = {"installed": True, "package": "docker.io", "held": False, "daemon": {}}
    monkeypatch.setattr(host_info.facts, "read", lambda run: {"hostname": "m1"})
    monkeypatch.setattr(host_info.facts, "engine_files", lambda run, salt: dict(files))
    monkeypatch.setattr(host_info, "listeners", lambda: HELD)
    monkeypatch.setattr(host_info, "read_native", lambda engine: HELD[:1])
    monkeypatch.setattr(host_info, "read_firewall", lambda host: {"backend": "none"})
    return files


def read(engine: Engine) -> dict[str, t.Any]:
    return host_info.read(engine, run=lambda command: (0, "", ""))


def test_an_engine_outside_of_a_swarm() -> None:
    found = read(Engine(VERSION, info=info()))
    assert found["engine"] == {
        "state": "running",
        "version": "26.1.5+dfsg1",
        "api_version": "1.45",
        "error": None,
        "package": "docker.io",
        "held": False,
        "daemon": {},
    }
    assert found["swarm"]["state"] == "inactive"
    assert (found["hostname"], found["listeners"], found["firewall"]) == ("m1", HELD, {"backend": "none"})


def test_the_ports_of_a_member_are_those_of_its_own_programs() -> None:
    assert read(Engine(VERSION, info=info("active", "id-w1")))["listeners"] == HELD[:1]


def test_a_manager_reports_the_whole_swarm() -> None:
    engine = Engine(
        VERSION, info=info("active", "id-m1", control=True), swarm={"ID": "s"}, nodes=[], services=[]
    )
    found = read(engine)["swarm"]
    assert (found["state"], found["swarm_id"], found["nodes"]) == ("manager", "s", [])
    assert found["published_ports"] == []


@pytest.mark.parametrize(("installed", "state"), [(True, "stopped"), (False, "absent")])
def test_an_engine_that_is_not_there_or_does_not_run(
    host: dict[str, t.Any], installed: bool, state: str
) -> None:
    host["installed"] = installed
    found = read(Engine(errors.EngineAbsent("No Engine answers at x.")))
    assert (found["engine"]["state"], found["engine"]["error"]) == (state, "No Engine answers at x.")
    assert found["swarm"] == {"state": "no_engine", "why": "No Engine answers at x."}
    assert found["listeners"] == HELD


def test_an_engine_that_does_not_answer_may_be_in_a_swarm() -> None:
    found = read(Engine(errors.EngineTimeout("The Engine at x did not answer within 60 s.")))
    assert found["engine"]["state"] == "unreachable"
    assert found["swarm"] == {"state": "unknown", "why": "The Engine at x did not answer within 60 s."}
    assert found["listeners"] == HELD[:1]


def test_an_engine_that_is_too_old_still_says_whether_it_is_in_a_swarm() -> None:
    old = errors.Refused("The Engine at x is 19.03; 20.10 is the oldest supported.")
    engine = Engine(
        {"Version": "19.03", "ApiVersion": "1.40"}, old, info=info("active", "id-m1", control=True)
    )
    found = read(engine)
    assert (found["engine"]["state"], found["engine"]["version"]) == ("running", "19.03")
    assert found["engine"]["error"] == str(old)
    assert found["swarm"]["state"] == "manager"
    assert [request for request, *_rest in engine.requests] == ["GET /info"], (
        "nothing it would not understand"
    )


def test_an_engine_one_may_not_use_is_an_error() -> None:
    with pytest.raises(errors.EngineForbidden):
        read(Engine(errors.EngineForbidden("This user may not use the Engine.")))


def test_a_firewall_that_cannot_be_read_does_not_hide_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_run: t.Any) -> t.NoReturn:
        raise errors.Refused("nft says no.")

    monkeypatch.setattr(host_info, "read_firewall", fail)
    found = read(Engine(VERSION, info=info()))
    assert found["firewall"] == {"backend": "unknown", "note": "nft says no."}
    assert found["engine"]["state"] == "running"


# --- a swarm without a leader ---------------------------------------------------------------------------------------------

NO_LEADER = errors.NoQuorum("The swarm does not have a leader.")
MANAGERS = ["10.0.0.11:2377", "10.0.0.12:2377"]


def electing(*answers: t.Any) -> Engine:
    """An Engine whose swarm answers one after the other."""
    local = info("active", "id-m1", control=True, managers=MANAGERS)
    return Engine(VERSION, info=local, swarm=Sequence(*answers), nodes=[], services=[])


@pytest.fixture
def clock(fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """The clock of what waits, where every manager answers."""
    monkeypatch.setattr(leader, "time", fake_time)
    monkeypatch.setattr(leader, "answers", lambda _address: True)
    return fake_time


def perform(engine: Engine, **options: t.Any) -> dict[str, t.Any]:
    whole = {"wait_for_leader": 120, "progress": True, **options}
    return verb.perform(host_info.VERB, whole, False, lambda _options: engine)


def test_a_leader_that_can_be_chosen_is_waited_for(clock: FakeTime) -> None:
    found = perform(electing(NO_LEADER, NO_LEADER, {"ID": "s"}))
    assert found["host"]["swarm"]["state"] == "manager"
    assert clock.now - 1000 == 2


def test_the_waiting_for_a_leader_ends(clock: FakeTime) -> None:
    found = perform(electing(NO_LEADER))
    assert found["host"]["swarm"]["state"] == "no_quorum"
    assert clock.now - 1000 == 120


@pytest.mark.parametrize(
    ("answering", "seconds"), [(["10.0.0.11:2377"], 120), (MANAGERS, 0)], ids=["quorum lost", "not asked for"]
)
def test_what_has_no_leader_is_said_at_once(
    clock: FakeTime, monkeypatch: pytest.MonkeyPatch, answering: list[str], seconds: int
) -> None:
    monkeypatch.setattr(leader, "answers", lambda address: address in answering)
    found = perform(electing(NO_LEADER), wait_for_leader=seconds)
    assert found["host"]["swarm"]["state"] == "no_quorum"
    assert clock.now == 1000
