# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.engines import (
    ABSENT,
    MANAGER,
    engine,
    plan,
    refusal,
)
from hypothesis import given
from hypothesis import strategies as st


def test_declared_options_win_key_by_key_and_others_stay() -> None:
    live = {"debug": True, "mtu": 1500, "log-driver": "journald", "registry-mirrors": ["http://m"]}
    found = plan(
        {"mtu": 1450, "log_options": {"max-size": "10m", "max-file": 3, "compress": True}},
        engine(daemon=live),
    )
    assert found["tasks"]["daemon"] == {
        **live,
        "mtu": 1450,
        "log-opts": {"max-size": "10m", "max-file": "3", "compress": "true"},
    }
    assert found["tasks"]["previous_daemon"] == live
    assert found["changes"] == [
        "daemon: log-opts.compress unset → true",
        "daemon: log-opts.max-file unset → 3",
        "daemon: log-opts.max-size unset → 10m",
        "daemon: mtu 1500 → 1450",
        "restart the engine",
    ]


def test_null_removes_a_key() -> None:
    found = plan({"daemon": {"debug": None, "absent": None}}, engine(daemon={"debug": True, "mtu": 1400}))
    assert found["tasks"]["daemon"] == {"mtu": 1400}
    assert found["changes"] == ["daemon: debug true → unset", "restart the engine"]


def test_what_the_engine_takes_over_by_itself_needs_no_restart() -> None:
    found = plan({"insecure_registries": ["r:5000"], "daemon": {"debug": True}}, engine(daemon={"mtu": 1400}))
    assert (found["tasks"]["reload"], found["tasks"]["restart"]) == (True, False)
    assert found["changes"][-1] == "reload the engine"
    both = plan({"insecure_registries": ["r:5000"], "mtu": 1400})
    assert (both["tasks"]["reload"], both["tasks"]["restart"]) == (False, True)


def test_options_of_a_new_or_a_stopped_engine_need_no_restart() -> None:
    for live in (ABSENT, engine("stopped", None)):
        tasks = plan({"mtu": 1400}, live, swarm={"state": "no_engine"})["tasks"]
        assert tasks["daemon"] == {"mtu": 1400}
        assert not tasks["restart"]
        assert not tasks["reload"]


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({"data_root": "/var/lib/docker"}, {}),
        ({"mtu": 1500, "log_driver": "json-file"}, {}),
        ({"insecure_registries": ["b", "a"]}, {"insecure-registries": ["a", "b"]}),
        ({"log_options": {}}, {"log-opts": {}}),
        ({"daemon": {"live-restore": False}}, {"live-restore": False}),
    ],
)
def test_what_comes_to_the_same_is_no_change(declared: dict[str, t.Any], live: dict[str, t.Any]) -> None:
    found = plan(declared, engine(daemon=live), swarm=MANAGER)
    assert (found["refusals"], found["changes"], found["tasks"]["daemon"]) == ([], [], None)


def test_true_is_not_one() -> None:
    assert plan({"daemon": {"debug": True}}, engine(daemon={"debug": 1}))["tasks"]["daemon"] == {
        "debug": True
    }


def test_live_restore_is_refused_with_the_reason() -> None:
    assert refusal({"daemon": {"live-restore": True}}).startswith(
        "swarm_engine_daemon sets live-restore, which excludes"
    )
    found = refusal({}, engine(daemon={"live-restore": True}))
    assert found.startswith("/etc/docker/daemon.json sets live-restore, which excludes swarm mode")


@pytest.mark.parametrize("value", [None, False])
def test_live_restore_is_switched_off_when_that_is_declared(value: bool | None) -> None:
    found = plan({"daemon": {"live-restore": value}}, engine(daemon={"live-restore": True}))
    assert found["refusals"] == []
    assert found["tasks"]["daemon"] == ({} if value is None else {"live-restore": False})


def test_a_malformed_file_is_refused_by_name() -> None:
    sentence = refusal({"mtu": 1400}, engine(daemon={}, daemon_error="Expecting value: line 2 column 1"))
    assert (
        sentence
        == "/etc/docker/daemon.json cannot be read (Expecting value: line 2 column 1): repair or remove it."
    )
    assert "it is no JSON object" in refusal({}, engine(daemon=["mtu"]))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"mtu": 100}, "swarm_engine_mtu is 100: give"),
        ({"mtu": "big"}, "'swarm_engine_mtu' is of type"),
        ({"log_options": {"max-size": None}}, "swarm_engine_log_options has to be"),
        ({"log_options": ["a"]}, "'swarm_engine_log_options' is of type"),
        ({"log_driver": ""}, "swarm_engine_log_driver is empty: give the name of a log driver"),
        ({"insecure_registries": {"r": 1}}, "'swarm_engine_insecure_registries' is of type"),
        ({"data_root": "docker"}, "swarm_engine_data_root is docker: give an absolute path"),
        ({"daemon": ["a"]}, "'swarm_engine_daemon' is of type"),
        ({"mtu": 1400, "daemon": {"mtu": 1500}}, "swarm_engine_mtu and swarm_engine_daemon both set mtu"),
    ],
)
def test_values_the_engine_would_not_start_with_are_refused(declared: dict[str, t.Any], message: str) -> None:
    assert message in refusal(declared)


def test_secrets_are_never_shown() -> None:
    declared = {
        "log_options": {"splunk-token": "s3cret", "splunk-url": "https://logs", "auth": "s3cret"},
        "daemon": {
            "proxies": {"http-proxy": "http://me:s3cret@proxy"},
            "some-key": "s3cret",
            "registry-mirrors": ["https://me:s3cret@mirror"],
        },
    }
    changes = plan(declared, engine(daemon={"log-opts": {"splunk-token": "0ld-s3cret"}}))["changes"]
    assert not [line for line in changes if "s3cret" in line]
    assert "daemon: log-opts.splunk-token (hidden) → (hidden)" in changes
    assert "daemon: log-opts.splunk-url unset → https://logs" in changes


# Properties

KEYS = st.sampled_from(["mtu", "debug", "insecure-registries", "log-opts", "labels", "dns", "x"])
VALUES = st.one_of(
    st.booleans(),
    st.integers(0, 9),
    st.text(max_size=3),
    st.lists(st.text(max_size=2)),
    st.dictionaries(KEYS, st.text()),
)


@given(st.dictionaries(KEYS, st.one_of(st.none(), VALUES)), st.dictionaries(KEYS, VALUES))
def test_planning_again_after_applying_gives_nothing(
    declared: dict[str, t.Any], live: dict[str, t.Any]
) -> None:
    first = plan({"daemon": declared}, engine(daemon=live))
    applied = first["tasks"]["daemon"] if first["tasks"]["daemon"] is not None else live
    second = plan({"daemon": declared}, engine(daemon=applied))
    assert (second["changes"], second["tasks"]["daemon"]) == ([], None)
    assert {key: applied.get(key) for key in live if key not in declared} == {
        key: value for key, value in live.items() if key not in declared
    }
    # As JSON, where false is not 0.
    assert bool(first["changes"]) == (json.dumps(applied, sort_keys=True) != json.dumps(live, sort_keys=True))
