# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import init
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.options import INIT_INTERFACE
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence, info
from hypothesis import given
from hypothesis import strategies as st

SPEC: dict[str, t.Any] = {
    "Name": "default",
    "Labels": {"owner": "ops"},
    "Orchestration": {"TaskHistoryRetentionLimit": 5},
    "Raft": {
        "SnapshotInterval": 10000,
        "KeepOldSnapshots": 0,
        "LogEntriesForSlowFollowers": 500,
        "ElectionTick": 10,
        "HeartbeatTick": 1,
    },
    "Dispatcher": {"HeartbeatPeriod": 5 * 10**9},
    "CAConfig": {"NodeCertExpiry": 2160 * 3600 * 10**9, "ForceRotate": 4},
    "TaskDefaults": {},
    "EncryptionConfig": {"AutoLockManagers": True},
}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
LIVE = {"ID": "s", "Version": {"Index": 42}, "Spec": SPEC, "TLSInfo": {"TrustRoot": PEM}}


def params(**given: t.Any) -> dict[str, t.Any]:
    """The options of the module as Ansible gives them, with its defaults."""
    defaults = {name: argument.get("default") for name, argument in INIT_INTERFACE.arguments.items()}
    return {**defaults, **given}


def ensure(engine: FakeEngine, options: dict[str, t.Any], check_mode: bool = False) -> dict[str, t.Any]:
    return init.work(options, check_mode, engine)


def manager(**answers: t.Any) -> FakeEngine:
    return FakeEngine(
        {
            "GET /info": info("active", "id-m1", control=True),
            "GET /swarm": LIVE,
            "GET /nodes": [],
            "POST /swarm/update": None,
            **answers,
        }
    )


def outside(**answers: t.Any) -> FakeEngine:
    live = {**LIVE, "Spec": {**SPEC, "Labels": {}, "EncryptionConfig": {"AutoLockManagers": False}}}
    return FakeEngine({"GET /info": info(), "POST /swarm/init": "id-m1", "GET /swarm": live, **answers})


def test_a_second_run_sends_nothing() -> None:
    engine = manager()
    declared = {
        "task_history_retention_limit": 5,
        "node_cert_expiry": "2160h",
        "autolock_managers": True,
        "ca_force_rotate": 4,
        "signing_ca_cert": PEM.replace("\n", "\r\n"),
        "signing_ca_key": "secret",
    }
    swarm = ensure(engine, params(**declared))
    assert (swarm["actions"], engine.writes) == ([], [])


def test_changing_one_setting_echoes_all_others() -> None:
    """Whatever is missing from an update is zero: autolock would be switched off, a root rotation be started."""
    engine = manager()
    swarm = ensure(engine, params(task_history_retention_limit=9))
    expected = copy.deepcopy(SPEC)
    expected["Orchestration"]["TaskHistoryRetentionLimit"] = 9
    assert engine.writes == [("POST /swarm/update", expected, {"version": 42})]
    assert swarm["actions"] == ["set task_history_retention_limit"]
    assert (swarm["diff"]["before"], swarm["diff"]["after"]) == (
        {"task_history_retention_limit": 5},
        {"task_history_retention_limit": 9},
    )


def test_rotating_a_token_echoes_the_whole_spec() -> None:
    engine = manager()
    swarm = ensure(
        engine,
        params(rotate_worker_token=True, rotate_manager_token=True, rotate_unlock_key=True),
    )
    rotated = {"rotateWorkerToken": True, "rotateManagerToken": True, "rotateManagerUnlockKey": True}
    assert engine.writes == [("POST /swarm/update", SPEC, {"version": 42, **rotated})]
    assert swarm["actions"] == [
        "rotated the worker join token",
        "rotated the manager join token",
        "rotated the unlock key",
    ]
    assert swarm["diff"]["after"] == {
        "worker join token": "rotated",
        "manager join token": "rotated",
        "unlock key": "rotated",
    }


def test_check_mode_sends_nothing_and_returns_the_same() -> None:
    wanted = params(task_history_retention_limit=9, rotate_worker_token=True, labels={"owner": "dev"})
    engine = manager()
    planned = ensure(engine, wanted, check_mode=True)
    done = ensure(manager(), wanted)
    assert engine.writes == []
    assert (planned["actions"], planned["diff"]) == (done["actions"], done["diff"])


def test_an_update_that_was_out_of_sequence_starts_from_the_newer_spec() -> None:
    newer = copy.deepcopy(LIVE)
    newer["Version"] = {"Index": 43}
    newer["Spec"]["Raft"]["KeepOldSnapshots"] = 2  # type: ignore[index]
    engine = manager(
        **{
            "GET /swarm": Sequence(LIVE, newer),
            "POST /swarm/update": Sequence(errors.OutOfSequence("x", 500), None),
        }
    )
    ensure(engine, params(task_history_retention_limit=9))
    _request, body, query = engine.writes[-1]
    assert query == {"version": 43}
    assert body["Raft"]["KeepOldSnapshots"] == 2
    assert body["Orchestration"]["TaskHistoryRetentionLimit"] == 9


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "task_history_retention_limit": st.integers(-1, 9),
            "snapshot_interval": st.integers(0, 20000),
            "keep_old_snapshots": st.integers(0, 3),
            "log_entries_for_slow_followers": st.integers(0, 900),
            "dispatcher_heartbeat_period": st.sampled_from(["5s", "10s", 1]),
            "node_cert_expiry": st.sampled_from(["1h", "2160h", "100h30m"]),
            "autolock_managers": st.booleans(),
            "ca_force_rotate": st.integers(0, 5),
            "labels": st.dictionaries(st.sampled_from("ab"), st.sampled_from(["", "x"])),
        },
    )
)
def test_after_an_update_a_second_run_sends_nothing(declared: dict[str, t.Any]) -> None:
    """The Engine leaves zeros of the raft section out of what it reports (recorded from 20.10)."""
    live = copy.deepcopy(LIVE)
    engine = manager(**{"GET /swarm": lambda body, query: live})

    def update(body: dict[str, t.Any], query: dict[str, t.Any]) -> None:
        raft = body["Raft"]
        for name in ("SnapshotInterval", "LogEntriesForSlowFollowers"):
            if raft.get(name) == 0:
                del raft[name]
        live["Spec"] = body

    engine.answers["POST /swarm/update"] = update
    ensure(engine, params(**declared, wait=False))
    writes = len(engine.writes)
    assert writes <= 1
    assert ensure(engine, params(**declared, wait=False))["actions"] == []
    assert len(engine.writes) == writes


def test_a_new_swarm_is_created_with_what_is_declared_and_the_defaults_of_the_engine() -> None:
    engine = outside()
    swarm = ensure(
        engine,
        params(
            advertise_addr="10.0.0.11",
            data_path_port=4790,
            default_addr_pool=["10.20.0.0/16"],
            subnet_size=26,
            autolock_managers=True,
            node_cert_expiry="100h",
            labels={"owner": "ops"},
            availability="drain",
        ),
    )
    (request,) = engine.writes
    assert request == (
        "POST /swarm/init",
        {
            "ListenAddr": "0.0.0.0:2377",
            "AdvertiseAddr": "10.0.0.11",
            "DataPathAddr": "",
            "ForceNewCluster": False,
            "AutoLockManagers": True,
            "Availability": "drain",
            "DataPathPort": 4790,
            "SubnetSize": 26,
            "DefaultAddrPool": ["10.20.0.0/16"],
            "Spec": {
                "EncryptionConfig": {"AutoLockManagers": True},
                "CAConfig": {"NodeCertExpiry": 100 * 3600 * 10**9},
                "Labels": {"owner": "ops", "flotilla.declared": '["labels.owner"]'},
            },
        },
        {},
    )
    assert swarm["actions"] == ["created a new swarm"]
    assert swarm["diff"]["after"] == {
        "swarm": "created",
        "advertise_addr": "10.0.0.11",
        "autolock_managers": True,
        "node_cert_expiry": "100h",
        "labels.owner": "ops",
    }


@pytest.mark.parametrize(
    ("address", "warned"), [("127.0.0.1", True), ("::1", True), ("10.0.0.11", False), (None, False)]
)
def test_a_new_swarm_that_no_other_host_can_join_is_told(address: str | None, warned: bool) -> None:
    made = ensure(outside(), params(advertise_addr=address))
    assert any("no other host can join" in sentence for sentence in made["warnings"]) == warned
    # What is there already advertises what it was created with.
    assert ensure(manager(), params(advertise_addr=address))["warnings"] == []


def test_ticks_that_cannot_work_are_refused_before_a_swarm_is_created() -> None:
    engine = outside()
    with pytest.raises(errors.Refused, match=r"^election_tick is 2 and heartbeat_tick is 2: "):
        ensure(engine, params(heartbeat_tick=2, election_tick=2))
    assert engine.writes == []


def test_a_new_swarm_in_check_mode_sends_nothing() -> None:
    engine = outside()
    swarm = ensure(engine, params(), check_mode=True)
    assert (engine.writes, swarm["actions"]) == ([], ["created a new swarm"])
    assert {request for request, *_rest in engine.requests} == {"GET /info"}, "there is no swarm to ask"


def test_a_zero_that_init_takes_for_not_declared_is_set_right_after() -> None:
    engine = outside(**{"POST /swarm/update": None})
    ensure(engine, params(snapshot_interval=0, log_entries_for_slow_followers=500))
    assert [request for request, *_rest in engine.writes] == ["POST /swarm/init", "POST /swarm/update"]
    assert engine.writes[1][1]["Raft"]["SnapshotInterval"] == 0
    assert engine.writes[1][1]["Raft"]["LogEntriesForSlowFollowers"] == 500


def test_init_waits_for_the_leader_of_a_new_swarm() -> None:
    engine = outside(**{"GET /swarm": Sequence(errors.NoQuorum("no leader", 500), LIVE)})
    assert ensure(engine, params())["actions"] == ["created a new swarm"]
    engine = outside(**{"GET /swarm": errors.NoQuorum("no leader", 500)})
    with pytest.raises(errors.WaitTimeout) as late:
        ensure(engine, params())
    assert str(late.value) == "The new swarm at unix:///run/fake.sock has no leader after 30 s."
    assert late.value.facts == {"changed": True, "actions": ["created a new swarm"]}


def test_a_refused_init_changed_nothing() -> None:
    engine = outside(**{"POST /swarm/init": errors.EngineError("could not find an address", 400)})
    with pytest.raises(errors.EngineError) as refused:
        ensure(engine, params())
    assert refused.value.facts == {"changed": False, "actions": []}


def test_a_swarm_with_a_quorum_is_never_created_again() -> None:
    """Forcing removes every other manager."""
    engine = manager()
    assert ensure(engine, params(force_new_cluster=True))["actions"] == []
    assert engine.writes == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_is_forced_out_of_a_host_that_is_in_no_swarm(check_mode: bool) -> None:
    """It was wiped, or it is the wrong one; a second swarm would be the next trouble."""
    engine = outside()
    with pytest.raises(errors.Refused, match="is in no swarm, so it knows of none"):
        ensure(engine, params(force_new_cluster=True), check_mode)
    assert engine.writes == []


def test_a_swarm_without_a_quorum_is_created_again_only_by_force() -> None:
    lost = errors.NoQuorum("The swarm does not have a leader", 500)
    swarm = {"GET /swarm": Sequence(lost, LIVE), "POST /swarm/init": "id"}
    engine = manager(**swarm)
    done = ensure(engine, params(force_new_cluster=True))["actions"]
    assert done == ["created a new swarm from what this manager knows"]
    assert engine.writes[0][1]["ForceNewCluster"] is True
    engine = manager(**{"GET /swarm": lost})
    with pytest.raises(errors.NoQuorum):
        ensure(engine, params())
    assert engine.writes == []


def locked(*after: dict[str, t.Any], **answers: t.Any) -> FakeEngine:
    return manager(
        **{"GET /info": Sequence(info("locked"), *after), "POST /swarm/unlock": None, **answers},
    )


def test_a_locked_manager_needs_its_key() -> None:
    with pytest.raises(errors.Locked) as refused:
        ensure(locked(), params())
    assert str(refused.value) == (
        "The manager at unix:///run/fake.sock is locked; give its unlock_key, or make it leave with swarm_join "
        "state=absent and force=true."
    )


def test_a_locked_manager_is_unlocked_and_then_updated() -> None:
    up = info("active", "id-m1", control=True)
    engine = locked(info("locked"), up)
    swarm = ensure(engine, params(unlock_key="SWMKEY-1-x", task_history_retention_limit=9))
    assert swarm["actions"] == ["unlocked the manager", "set task_history_retention_limit"]
    assert engine.writes[0] == ("POST /swarm/unlock", {"UnlockKey": "SWMKEY-1-x"}, {})


def test_unlocking_in_check_mode_sends_nothing() -> None:
    engine = locked()
    assert ensure(engine, params(unlock_key="SWMKEY-1-x"), check_mode=True)["actions"] == [
        "unlocked the manager"
    ]
    assert engine.writes == []


def test_the_first_of_several_locked_managers_is_unlocked_though_there_is_no_leader_yet() -> None:
    """Its Engine takes the key at once and answers only when there is a leader (recorded from 20.10)."""
    waiting = info("pending", "id-m1", control=True, error="The swarm does not have a leader.")
    engine = locked(
        info("locked"),
        waiting,
        **{
            "POST /swarm/unlock": errors.EngineTimeout("late"),
            "GET /swarm": errors.NoQuorum("no leader", 500),
        },
    )
    assert ensure(engine, params(unlock_key="SWMKEY-1-x"))["actions"] == ["unlocked the manager"]
    assert engine.patience["POST /swarm/unlock"] == 10


def test_nothing_is_forced_out_of_a_locked_manager() -> None:
    """The Engine cannot (moby#36852), and where a leader is found there is no need."""
    lost = errors.NoQuorum("no leader", 500)
    asked = params(unlock_key="SWMKEY-1-x", force_new_cluster=True)
    up = info("pending", "id-m1", control=True)
    engine = locked(info("locked"), up, **{"GET /swarm": Sequence(lost, LIVE)})
    assert ensure(engine, asked)["actions"] == ["unlocked the manager"]
    engine = locked(info("locked"), up, **{"GET /swarm": lost})
    with pytest.raises(errors.WaitTimeout, match="forces no new swarm out of a locked one") as late:
        ensure(engine, asked)
    assert late.value.facts == {"changed": True, "actions": ["unlocked the manager"]}
    assert [request[0] for request in engine.writes] == ["POST /swarm/unlock"]


def test_a_wrong_key_is_refused_without_repeating_it() -> None:
    invalid = errors.EngineError("swarm could not be unlocked: invalid key provided", 401)
    with pytest.raises(errors.Refused) as refused:
        ensure(locked(**{"POST /swarm/unlock": invalid}), params(unlock_key="SWMKEY-1-wrong"))
    assert str(refused.value) == (
        "The unlock key does not unlock the manager at unix:///run/fake.sock; give the key that was in force when this "
        "manager last ran, which may be the one before the last rotation."
    )
    assert refused.value.facts == {"changed": False, "actions": []}


def test_another_failure_of_unlocking_is_passed_on() -> None:
    broken = errors.EngineError("disk full", 500)
    with pytest.raises(errors.EngineError, match="disk full"):
        ensure(locked(**{"POST /swarm/unlock": broken}), params(unlock_key="SWMKEY-1-x"))


@pytest.mark.parametrize(
    "error",
    [errors.EngineAbsent("No Engine answers."), errors.EngineForbidden("no"), errors.EngineError("x", 500)],
)
def test_a_key_that_was_not_taken_is_no_action(error: errors.FlotillaError) -> None:
    with pytest.raises(type(error)) as failed:
        ensure(locked(**{"POST /swarm/unlock": error}), params(unlock_key="SWMKEY-1-x"))
    assert failed.value.facts == {"changed": False, "actions": []}


def test_a_manager_that_stays_locked_is_an_error() -> None:
    with pytest.raises(errors.WaitTimeout) as late:
        ensure(locked(), params(unlock_key="SWMKEY-1-x"))
    assert str(late.value) == (
        "The Engine at unix:///run/fake.sock took the unlock key but is still locked after 30 s."
    )
    assert late.value.facts == {"changed": True, "actions": ["unlocked the manager"]}


@pytest.mark.parametrize(
    ("local", "sentence"),
    [
        (
            info("active", "id-w1"),
            "m1 is a worker: run swarm_init on a manager, or make this node leave first.",
        ),
        (
            info("pending"),
            (
                "m1 is trying to join a swarm: no reason given. Wait for it, or make it leave with swarm_join state=absent and "
                "force=true."
            ),
        ),
        (
            info("error", error="the certificate has expired"),
            (
                "m1 is in a swarm but cannot take part: the certificate has expired. Make it leave with swarm_join state=absent "
                "and force=true, then join it again."
            ),
        ),
        (info("sleeping"), "m1 reports the unknown state sleeping."),
    ],
)
def test_a_node_that_cannot_create_a_swarm_says_why_and_what_to_do(
    local: dict[str, t.Any], sentence: str
) -> None:
    engine = FakeEngine({"GET /info": local})
    with pytest.raises(errors.Refused) as refused:
        ensure(engine, params())
    assert str(refused.value) == sentence
    assert engine.writes == []


def test_a_swarm_that_another_run_is_just_creating_is_waited_for() -> None:
    """The Engine is pending from the moment at which it was asked until it has the swarm."""
    engine = manager(
        **{"GET /info": Sequence(info("pending"), info("pending"), info("active", "id-m1", control=True))}
    )
    assert ensure(engine, params())["changed"] is False
    assert engine.writes == []


def test_another_signing_certificate_is_set_and_its_rotation_waited_for() -> None:
    turning = {**LIVE, "RootRotationInProgress": True}
    engine = manager(**{"GET /swarm": Sequence(LIVE, turning, turning, LIVE)})
    other = PEM.replace("MIIB", "MIIC")
    swarm = ensure(engine, params(signing_ca_cert=other, signing_ca_key="-key-"))
    assert engine.writes[0][1]["CAConfig"] == {
        "NodeCertExpiry": 2160 * 3600 * 10**9,
        "ForceRotate": 4,
        "SigningCACert": other,
        "SigningCAKey": "-key-",
    }
    assert swarm["actions"] == ["set signing_ca_cert"]
    assert "-key-" not in str((swarm["actions"], swarm["diff"]["before"], swarm["diff"]["after"]))


def test_a_rotation_that_does_not_end_says_what_it_waits_for() -> None:
    turning = {**LIVE, "RootRotationInProgress": True}
    with pytest.raises(errors.WaitTimeout) as late:
        ensure(manager(**{"GET /swarm": turning}), params(ca_force_rotate=5, wait_timeout=3))
    assert str(late.value) == (
        "The CA rotation is not finished after 3 s: it needs every node, those that are down too; remove stale nodes "
        "(swarm_node with state=absent) and run again."
    )
    assert late.value.facts["actions"] == ["set ca_force_rotate"]
    assert ensure(manager(**{"GET /swarm": turning}), params(ca_force_rotate=5, wait=False))["actions"]


def test_labels_of_the_swarm_are_owned_key_by_key() -> None:
    engine = manager()
    ensure(engine, params(labels={"team": "a"}))
    assert engine.writes[0][1]["Labels"] == {
        "owner": "ops",
        "team": "a",
        "flotilla.declared": '["labels.team"]',
    }


def test_a_removed_label_is_called_removed() -> None:
    labels = {"a": "1", "flotilla.declared": '["labels.a"]'}
    engine = manager(**{"GET /swarm": {**LIVE, "Spec": {**LIVE["Spec"], "Labels": labels}}})
    assert ensure(engine, params(labels={"b": "2"}), check_mode=True)["actions"] == [
        "removed labels.a",
        "set labels.b",
    ]
