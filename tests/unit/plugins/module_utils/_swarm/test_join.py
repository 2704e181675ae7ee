# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import join as swarm_join
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.attempt import join_advice
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.join import Joining, with_port
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node

ROOT = json.loads((Path(__file__).parents[3] / "fixtures" / "root_certificate.json").read_text())
SECRET = "0123456789abcdefghijklmno"
TOKEN = f"SWMTKN-1-{ROOT['digest']}-{SECRET}"
FOREIGN = f"SWMTKN-1-{'0' * 50}-{SECRET}"

WORKER = info("active", "id-w1", managers=["10.0.0.11:2377", "10.0.0.12:2377"])
MANAGER = info("active", "id-m1", control=True, managers=["10.0.0.11:2377"])
SWARM = {"ID": "s", "Spec": {}}


def params(**given: t.Any) -> dict[str, t.Any]:
    return {
        "role": "worker",
        "join_token": TOKEN,
        "remote_addrs": ["10.0.0.11", "10.0.0.12:2377"],
        "listen_addr": None,
        "advertise_addr": None,
        "data_path_addr": None,
        "availability": None,
        "published_ports": None,
        "port_conflicts": "refuse",
        **given,
    }


def engine(*infos: dict[str, t.Any], **answers: t.Any) -> FakeEngine:
    return FakeEngine(
        {"GET /info": Sequence(*infos), "POST /swarm/join": None, "POST /swarm/leave": None, **answers}
    )


def joining(asked: FakeEngine, check: bool = False, wait: float | None = 30, **given: t.Any) -> Joining:
    membership = Joining(asked, check, wait)
    membership.join(params(**given))
    return membership


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.11", "10.0.0.11:2377"),
        ("10.0.0.11:4000", "10.0.0.11:4000"),
        ("m1.example.org", "m1.example.org:2377"),
        ("m1:4000", "m1:4000"),
        ("fd00::11", "[fd00::11]:2377"),
        ("[fd00::11]", "[fd00::11]:2377"),
        ("[fd00::11]:4000", "[fd00::11]:4000"),
    ],
)
def test_an_address_has_a_port(address: str, expected: str) -> None:
    assert with_port(address) == expected
    assert with_port(expected) == expected


def test_a_worker_joins_through_the_first_manager_that_lets_it() -> None:
    asked = engine(info(), WORKER)
    membership = joining(asked, advertise_addr="10.0.0.101", availability="pause", join_token=f" {TOKEN}\n")
    assert asked.writes == [
        (
            "POST /swarm/join",
            {
                "ListenAddr": "0.0.0.0:2377",
                "AdvertiseAddr": "10.0.0.101",
                "DataPathAddr": "",
                "RemoteAddrs": ["10.0.0.11:2377"],
                "JoinToken": TOKEN,
                "Availability": "pause",
            },
            {},
        )
    ]
    assert membership.actions == ["joined as worker through 10.0.0.11:2377"]


def test_check_mode_sends_nothing() -> None:
    asked = engine(info())
    assert joining(asked, check=True).actions == ["joined as worker through 10.0.0.11:2377"]
    assert asked.writes == []


def test_each_address_is_tried_and_a_failed_attempt_is_ended() -> None:
    refused = errors.EngineError(
        'The Engine at x said: connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.11:2377: connect: '
        'connection refused"',
        503,
    )
    asked = engine(info(), WORKER, **{"POST /swarm/join": Sequence(refused, None)})
    assert joining(asked).actions == ["joined as worker through 10.0.0.12:2377"]
    assert [(request, body and body["RemoteAddrs"], query) for request, body, query in asked.writes] == [
        ("POST /swarm/join", ["10.0.0.11:2377"], {}),
        ("POST /swarm/leave", None, {"force": True}),
        ("POST /swarm/join", ["10.0.0.12:2377"], {}),
    ]


def test_when_no_address_works_each_is_reported_with_its_reason() -> None:
    failures = Sequence(
        errors.EngineError("The Engine at x said: A valid join token is necessary to join this cluster", 400),
        errors.JoinTimeout("Timeout was reached before node joined", 503),
    )
    asked = engine(
        info(),
        info("pending"),
        **{"POST /swarm/join": failures, "POST /swarm/leave": errors.NotInSwarm("not part of a swarm", 503)},
    )
    membership = Joining(asked, False, 30)
    with pytest.raises(errors.EngineError) as failed:
        membership.join(params())
    assert str(failed.value) == (
        "Joining failed: 10.0.0.11:2377: the manager does not know this join token; it was rotated, read it again with "
        "swarm_info and tokens=true; 10.0.0.12:2377: no answer within 20 s."
    )
    assert membership.actions == []
    assert [request for request, *_rest in asked.writes][-1] == "POST /swarm/leave"
    assert SECRET not in str(failed.value)


@pytest.mark.parametrize("late", [errors.JoinTimeout("Timeout", 503), errors.EngineTimeout("late")])
@pytest.mark.parametrize("after", [WORKER, MANAGER], ids=["worker", "manager without a leader"])
def test_a_join_that_succeeded_after_its_time_is_not_undone(late: Exception, after: dict[str, t.Any]) -> None:
    """To leave by force now would leave a dead manager behind."""
    asked = engine(
        info(), after, **{"POST /swarm/join": late, "GET /swarm": errors.NoQuorum("no leader", 500)}
    )
    membership = joining(asked, wait=None)
    assert membership.actions == ["joined as worker through 10.0.0.11:2377"]
    assert [request for request, *_rest in asked.writes] == ["POST /swarm/join"]


def test_a_join_waits_where_another_client_was_faster() -> None:
    asked = engine(info(), WORKER, **{"POST /swarm/join": errors.AlreadyInSwarm("already", 503)})
    assert joining(asked).actions


def test_a_join_waits_until_the_swarm_reaches_the_manager() -> None:
    nodes = [
        [raw_node("id-m1", role="manager", reachability=None)],
        [raw_node("id-m1", role="manager", reachability="unknown")],
        [raw_node("id-m1", role="manager")],
    ]
    asked = engine(
        info(),
        info("pending"),
        MANAGER,
        **{"GET /swarm": SWARM, "GET /nodes": Sequence(*nodes), "GET /tasks": []},
    )
    joining(asked, role="manager")
    assert sum(request == "GET /nodes" for request, *_rest in asked.requests) == 3


def test_a_membership_that_is_not_complete_says_what_it_is_instead() -> None:
    asked = engine(info(), info("pending", error="connection refused"))
    with pytest.raises(errors.WaitTimeout) as late:
        joining(asked, wait=5)
    assert str(late.value) == (
        "The node joined but is no worker after 5 s: m1 is trying to join a swarm: connection refused."
    )


def test_a_manager_that_the_swarm_does_not_reach_is_an_error() -> None:
    nodes = [raw_node("id-m1", role="manager", reachability=None)]
    asked = engine(info(), MANAGER, **{"GET /swarm": SWARM, "GET /nodes": nodes})
    with pytest.raises(errors.WaitTimeout, match=r"^The node joined but is no reachable manager after 5 s: "):
        joining(asked, wait=5, role="manager")


def test_a_join_that_ends_in_an_error_says_what_to_do() -> None:
    asked = engine(info(), info("error", error="the certificate has expired"))
    with pytest.raises(errors.EngineError) as failed:
        joining(asked)
    assert str(failed.value) == (
        "m1 is in a swarm but cannot take part: the certificate has expired. Make it leave with swarm_join state=absent "
        "force=true and try again."
    )


@pytest.mark.parametrize("addresses", [["10.0.0.12"], ["10.9.9.9", "10.0.0.11:2377"]])
def test_a_node_of_the_right_swarm_stays(addresses: list[str]) -> None:
    asked = engine(WORKER)
    membership = joining(asked, remote_addrs=addresses)
    assert (membership.actions, membership.warnings, asked.writes) == ([], [], [])


def test_another_role_is_a_warning_and_left_to_swarm_node() -> None:
    membership = joining(engine(WORKER), role="manager")
    assert membership.actions == []
    assert membership.warnings == [
        "This node is a worker, not a manager: joining does not change roles, swarm_node with role does."
    ]


def test_the_right_swarm_is_known_by_its_certificate_where_no_address_matches() -> None:
    """A manager reports its root, a worker keeps it in a file."""
    trusted = info("active", "id-m1", control=True, Cluster={"TLSInfo": {"TrustRoot": ROOT["TrustRoot"]}})
    asked = engine(trusted, **{"GET /swarm": SWARM, "GET /nodes": []})
    assert joining(asked, role="manager", remote_addrs=["10.9.9.9"]).actions == []


def test_the_right_swarm_is_known_by_the_certificate_of_a_worker(tmp_path: Path) -> None:
    path = tmp_path / "swarm" / "certificates" / "swarm-root-ca.crt"
    path.parent.mkdir(parents=True)
    path.write_text(ROOT["TrustRoot"])
    local = {**WORKER, "DockerRootDir": str(tmp_path)}
    assert joining(engine(local), remote_addrs=["10.9.9.9"]).actions == []
    with pytest.raises(errors.Refused):
        joining(engine(local), remote_addrs=["10.9.9.9"], join_token=FOREIGN)


def test_a_node_of_another_swarm_is_refused_with_both() -> None:
    asked = engine(WORKER)
    with pytest.raises(errors.Refused) as refused:
        joining(asked, remote_addrs=["10.9.9.9"])
    assert str(refused.value) == (
        "This node is in another swarm already (its managers: 10.0.0.11:2377, 10.0.0.12:2377), not in that of "
        "10.9.9.9:2377; make it leave first: swarm_join with state=absent and force=true."
    )
    assert asked.writes == []
    with pytest.raises(errors.Refused, match=r"\(its managers: unknown\)"):
        joining(engine(info("locked")), remote_addrs=["10.9.9.9"])


def test_what_is_left_of_an_earlier_attempt_stands_in_the_way() -> None:
    with pytest.raises(errors.Refused) as refused:
        joining(engine(info("pending", error="no route to host")), wait=3)
    assert str(refused.value) == (
        "m1 is trying to join a swarm: no route to host. Make it leave first: swarm_join with state=absent and force=true."
    )
    with pytest.raises(errors.Refused, match=r"cannot take part: no reason given\. Make it leave first"):
        joining(engine(info("error")))


def test_check_mode_does_not_wait_for_an_earlier_attempt(fake_time: t.Any) -> None:
    with pytest.raises(errors.Refused):
        joining(engine(info("pending")), check=True)
    assert fake_time.sleeps == []


def test_an_earlier_attempt_may_still_succeed() -> None:
    asked = engine(info("pending"), info("pending"), WORKER)
    assert joining(asked).actions == []
    assert asked.writes == []


def test_a_token_or_an_address_that_cannot_work_is_refused_before_anything_is_asked() -> None:
    asked = engine()
    with pytest.raises(errors.Refused, match=r"^join_token is not a swarm join token"):
        joining(asked, join_token="SWMTKN-1-x-y")
    with pytest.raises(errors.Refused, match=r"^remote_addrs is empty; name at least one manager"):
        joining(asked, remote_addrs=[])
    assert asked.requests == []


REDIS = {"protocol": "tcp", "port": 6379, "service": "cache", "mode": "ingress"}


@pytest.fixture
def native_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"protocol": "tcp", "port": 6379, "address": "127.0.0.1", "process": "redis-server", "pid": 812}
    monkeypatch.setattr(swarm_join, "listeners", lambda ports: [row] if 6379 in ports else [])


SENTENCE = (
    "This host: port 6379/tcp, needed for service cache, is held by redis-server (process 812) on 127.0.0.1: stop it, or "
    "move it."
)


def test_a_held_published_port_is_refused_before_the_join(native_redis: None) -> None:
    asked = engine(info())
    with pytest.raises(errors.Refused) as refused:
        joining(asked, published_ports=[REDIS])
    assert str(refused.value) == SENTENCE
    assert asked.writes == []


def test_a_held_published_port_can_be_a_warning(native_redis: None) -> None:
    membership = joining(engine(info(), WORKER), published_ports=[REDIS], port_conflicts="warn")
    assert membership.warnings == [SENTENCE]
    assert membership.actions


# Texts of real Engines.
ADVICE = [
    (
        "remote CA does not match fingerprint. Expected: 2944b8",
        "the join token belongs to another swarm (its CA differs); read it from a manager of this one",
    ),
    (
        "could not connect to prospective new cluster member using its advertised address",
        "the manager cannot reach this node back; open 2377/tcp on it and check advertise_addr",
    ),
    (
        'connection error: desc = "transport: Error while dialing: dial tcp 10.89.3.13:2377: connect: connection refused"',
        "cannot reach it (connection refused); check that 2377/tcp is open there",
    ),
    (
        'connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.9:2377: connect: no route to host"',
        "cannot reach it (no route to host); check that 2377/tcp is open there",
    ),
    ("something new", "something new"),
]


@pytest.mark.parametrize(("text", "expected"), ADVICE)
def test_errors_of_a_join_say_what_to_do(text: str, expected: str) -> None:
    assert join_advice(errors.EngineError(f"The Engine at unix:///x said: {text}")) == expected


def test_a_join_that_the_swarm_has_accepted_is_not_ended_and_the_next_run_waits_for_it() -> None:
    """To leave now would leave an entry behind, and where a manager joins, perhaps a swarm without a quorum."""
    accepted = info("pending", "id-m1", error="connecting")
    late = errors.JoinTimeout("Timeout was reached before node joined.", 503)
    asked = engine(info(), accepted, **{"POST /swarm/join": late})
    membership = Joining(asked, False, 30)
    with pytest.raises(errors.WaitTimeout) as begun:
        membership.join(params(role="manager"))
    assert str(begun.value) == (
        "The swarm has taken this node in through 10.0.0.11:2377, but the join is not finished (m1 is trying to join a swarm: "
        "connecting.); the Engine goes on with it: run again to wait for it."
    )
    assert membership.actions == ["began to join as manager through 10.0.0.11:2377"]
    assert [request for request, *_rest in asked.writes] == ["POST /swarm/join"]
    asked = engine(accepted, accepted, WORKER)
    assert (joining(asked).actions, asked.writes) == ([], [])


def test_an_engine_that_dies_while_it_joins_leaves_a_doubt() -> None:
    gone = errors.EngineAbsent("No Engine answers.")
    asked = engine(info(), t.cast(t.Any, gone), **{"POST /swarm/join": errors.AnswerLost("It ended.")})
    membership = Joining(asked, False, 30)
    with pytest.raises(errors.OutcomeUnknown, match=r"Whether this node joined through 10\.0\.0\.11:2377"):
        membership.join(params())
    assert membership.actions == [
        "joined as worker through 10.0.0.11:2377 (perhaps: the Engine's answer was lost)"
    ]


@pytest.mark.parametrize(("address", "warned"), [("127.0.0.1", True), ("10.0.0.12", False), (None, False)])
def test_a_node_that_no_other_host_can_reach_is_told(address: str | None, warned: bool) -> None:
    membership = joining(engine(info()), check=True, advertise_addr=address)
    assert any("loopback" in sentence for sentence in membership.warnings) == warned
