# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_init on real Engines: making a swarm, and its settings one by one."""

from __future__ import annotations

import copy
import json
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call, shell

# Option: (place in the Engine's spec, value, what the Engine keeps of it)
SETTINGS: dict[str, tuple[tuple[str, ...], t.Any, t.Any]] = {
    "labels": (("Labels",), {"tier": "prod", "empty": ""}, None),
    "task_history_retention_limit": (("Orchestration", "TaskHistoryRetentionLimit"), 3, 3),
    "snapshot_interval": (("Raft", "SnapshotInterval"), 5000, 5000),
    "keep_old_snapshots": (("Raft", "KeepOldSnapshots"), 2, 2),
    "log_entries_for_slow_followers": (("Raft", "LogEntriesForSlowFollowers"), 400, 400),
    "heartbeat_tick": (("Raft", "HeartbeatTick"), 2, 2),
    "election_tick": (("Raft", "ElectionTick"), 20, 20),
    "dispatcher_heartbeat_period": (("Dispatcher", "HeartbeatPeriod"), "7s", 7 * 10**9),
    "node_cert_expiry": (("CAConfig", "NodeCertExpiry"), "720h", 720 * 3600 * 10**9),
    "autolock_managers": (("EncryptionConfig", "AutoLockManagers"), True, True),
    "external_cas": (
        ("CAConfig", "ExternalCAs"),
        [{"url": "https://ca.example.com/sign", "options": {"profile": "swarm"}}],
        [
            {
                "Protocol": "cfssl",
                "URL": "https://ca.example.com/sign",
                "Options": {"profile": "swarm"},
                "CACert": "",
            }
        ],
    ),
}
SPEC = "docker info --format '{{json .Swarm.Cluster.Spec}}'"


def taken_out(spec: dict[str, t.Any], place: tuple[str, ...]) -> tuple[t.Any, dict[str, t.Any]]:
    """The leaf at a place of a spec, and the spec without it."""
    rest = copy.deepcopy(spec)
    at = rest
    for step in place[:-1]:
        at = at[step]
    return at.pop(place[-1], None), rest


def test_makes_a_swarm_as_declared_and_again_is_no_change(alone: Stage) -> None:
    """P3: advertise, listen and data path, pools, availability; the second run sends nothing."""
    declared = {
        "advertise_addr": f"{alone.address('m1')}:2477",
        "listen_addr": "0.0.0.0:2477",
        "data_path_addr": alone.address("m1"),
        "data_path_port": 4800,
        "default_addr_pool": ["10.44.0.0/16"],
        "subnet_size": 26,
        "availability": "drain",
        "task_history_retention_limit": 1,
        "labels": {"tier": "prod"},
    }
    writes = alone.writes()
    [check] = alone.run(call("m1", "swarm_init", check=True, **declared))
    assert (check["changed"], check["actions"]) == (True, ["created a new swarm"])
    assert alone.local("m1")["LocalNodeState"] == "inactive"
    assert writes.seen() == []
    made, again, checked = alone.run(
        call("m1", "swarm_init", **declared),
        call("m1", "swarm_init", **declared),
        call("m1", "swarm_init", check=True, **declared),
    )
    assert (made["changed"], made["actions"], made["diff"]) == (True, check["actions"], check["diff"])
    assert made["diff"]["after"]["task_history_retention_limit"] == 1
    for unchanged in (again, checked):
        assert (unchanged["changed"], unchanged["actions"]) == (False, [])
        assert unchanged["diff"] == {"before": {}, "after": {}}
    assert writes.seen() == ["m1: POST /swarm/init"]

    local, swarm = alone.local("m1"), alone.cluster()
    assert (made["node_id"], made["swarm_id"]) == (local["NodeID"], swarm["ID"])
    assert local["RemoteManagers"] == [{"NodeID": local["NodeID"], "Addr": declared["advertise_addr"]}]
    assert alone.sh("m1", "ss -Hltn 'sport = :2477'") != ""
    assert (swarm["DataPathPort"], swarm["DefaultAddrPool"], swarm["SubnetSize"]) == (
        4800,
        ["10.44.0.0/16"],
        26,
    )
    assert swarm["Spec"]["Labels"]["tier"] == "prod"
    assert alone.node("self")["Spec"]["Availability"] == "drain"
    assert "join_tokens" not in made
    assert "unlock_key" not in made


def test_each_setting_is_set_once_and_leaves_the_others_alone(single: Stage) -> None:
    """P8: changed, then unchanged without a write; check mode and diff told the truth; nothing else moved."""
    calls = [shell("m1", SPEC)]
    for option, (_place, value, _kept) in SETTINGS.items():
        declared = {option: value}
        calls += [
            call("m1", "swarm_init", check=True, **declared),
            call("m1", "swarm_init", **declared),
            shell("m1", SPEC),
        ]
    everything = {option: value for option, (_place, value, _kept) in SETTINGS.items()}
    writes = single.writes()
    first, *others, again = single.run(*calls, call("m1", "swarm_init", **everything))
    before = json.loads(first["stdout"])
    for option, check, run, shown in zip(SETTINGS, others[::3], others[1::3], others[2::3], strict=True):
        place, value, kept = SETTINGS[option]
        assert not run["failed"], run
        assert (check["changed"], run["changed"]) == (True, True), option
        assert (check["diff"], check["actions"]) == (run["diff"], run["actions"]), option
        after = json.loads(shown["stdout"])
        leaf_before, rest_before = taken_out(before, place)
        leaf_after, rest_after = taken_out(after, place)
        assert rest_before == rest_after, option
        assert leaf_before != leaf_after, option
        before = after
        if option == "labels":
            assert {name: leaf_after[name] for name in value} == value
            assert run["diff"] == {"before": {}, "after": {"labels.empty": "", "labels.tier": "prod"}}
        elif option == "external_cas":
            assert leaf_after == kept
            assert run["diff"]["after"] == {option: [value[0]["url"]]}
        else:
            assert leaf_after == kept, option
            assert run["diff"]["after"] == {option: value}
            assert run["settings"][option] == value
    assert (again["changed"], again["diff"]) == (False, {"before": {}, "after": {}})
    assert writes.seen() == ["m1: POST /swarm/update"] * len(SETTINGS)


def test_labels_not_declared_anymore_go_and_those_of_others_stay(single: Stage) -> None:
    """P8."""
    theirs = "docker info --format '{{json .Swarm.Cluster.Spec.Labels}}'"
    results = single.run(
        call("m1", "swarm_init", labels={"a": "1", "b": "2"}),
        call("m1", "swarm_init", task_history_retention_limit=9),
        shell("m1", theirs),
        call("m1", "swarm_init", labels={"b": "3"}),
        shell("m1", theirs),
        call("m1", "swarm_init", labels={}),
        shell("m1", theirs),
        call("m1", "swarm_init", labels={"n": 1.5}),
    )
    kept = [
        {name: value for name, value in json.loads(one["stdout"]).items() if name != "flotilla.declared"}
        for one in (results[2], results[4], results[6])
    ]
    assert kept == [{"a": "1", "b": "2"}, {"b": "3"}, {}]
    assert results[3]["diff"] == {
        "before": {"labels.a": "1", "labels.b": "2"},
        "after": {"labels.b": "3"},
    }
    assert results[3]["actions"] == ["removed labels.a", "set labels.b"]
    assert results[7]["failed"]
    assert "a number, not a string: put it in quotes" in results[7]["msg"]


def test_values_that_cannot_work_are_refused_before_anything_is_sent(single: Stage) -> None:
    """P8."""
    writes = single.writes()
    wrong = {
        "node_cert_expiry": ("30m", "node_cert_expiry: a certificate has to live at least 1h."),
        "dispatcher_heartbeat_period": ("soon", "'soon' is not a duration like 10s, 1m30s or 2160h"),
        "heartbeat_tick": (0, "heartbeat_tick: 0 is below 1"),
        "api_version": ("1.99", "speaks API 1."),
    }
    results = single.run(
        *(call("m1", "swarm_init", **{name: value}) for name, (value, _told) in wrong.items())
    )
    for result, (_value, told) in zip(results, wrong.values(), strict=True):
        assert result["failed"]
        assert told in result["msg"]
    assert writes.seen() == []


def test_rotated_tokens_keep_autolock_and_secrets_come_only_when_asked(single: Stage) -> None:
    """P8: a rotation sends the whole spec, which must not switch autolock or anything else off."""
    plain, locked = single.run(
        call("m1", "swarm_init", autolock_managers=True, keep_old_snapshots=1),
        call("m1", "swarm_init", return_unlock_key=True, return_tokens=True),
    )
    assert "unlock_key" not in plain
    assert not locked["changed"]
    key, tokens = locked["unlock_key"], locked["join_tokens"]
    assert key == single.sh("m1", "docker swarm unlock-key -q")
    assert tokens == {role: single.token(role) for role in ("worker", "manager")}
    spec = single.cluster()["Spec"]

    check, worker, manager, unlock = single.run(
        call("m1", "swarm_init", check=True, rotate_worker_token=True, rotate_unlock_key=True),
        call("m1", "swarm_init", rotate_worker_token=True, return_tokens=True),
        call("m1", "swarm_init", rotate_manager_token=True, return_tokens=True),
        call("m1", "swarm_init", rotate_unlock_key=True, return_unlock_key=True, return_tokens=True),
    )
    assert check["actions"] == ["rotated the worker join token", "rotated the unlock key"]
    assert check["changed"]
    assert worker["changed"]
    assert worker["actions"] == ["rotated the worker join token"]
    assert worker["join_tokens"]["worker"] != tokens["worker"]
    assert worker["join_tokens"]["manager"] == tokens["manager"]
    assert manager["join_tokens"]["worker"] == worker["join_tokens"]["worker"]
    assert manager["join_tokens"]["manager"] != tokens["manager"]
    assert unlock["unlock_key"] not in (key, None)
    assert unlock["join_tokens"] == manager["join_tokens"]
    assert single.cluster()["Spec"] == spec


def test_a_worker_and_a_swarm_with_quorum_are_left_alone(cluster: Stage) -> None:
    """P3: no second swarm, by whatever name it is asked for."""
    writes = cluster.writes()
    worker, forced = cluster.run(
        call("w1", "swarm_init", advertise_addr=cluster.address("w1")),
        call("m2", "swarm_init", force_new_cluster=True),
    )
    assert worker["failed"]
    assert worker["msg"] == "w1 is a worker: run swarm_init on a manager, or make this node leave first."
    assert not forced["changed"]
    assert writes.seen() == []
