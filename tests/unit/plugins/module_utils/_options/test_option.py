# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options import option as options
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import (
    BOOL,
    DURATION,
    INT,
    Option,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.options import SETTINGS, SWARM
from hypothesis import given
from hypothesis import strategies as st

COUNT = Option("count", ("Deep", "Count"), INT, 3)
NEW = Option("novelty", ("Novelty",), BOOL, False, lowest_api="1.99")


@pytest.mark.parametrize("spec", [{}, {"Deep": None}, {"Deep": {}}, {"Deep": {"Count": None}}, {"Deep": []}])
def test_a_missing_leaf_means_the_default(spec: dict[str, t.Any]) -> None:
    assert COUNT.read(spec) == 3


def test_zero_and_false_are_values() -> None:
    assert COUNT.read({"Deep": {"Count": 0}}) == 0


def test_a_zero_that_the_engine_leaves_out_is_no_default() -> None:
    assert Option("n", ("N",), INT, 10000, missing=0).read({}) == 0


@given(
    st.recursive(st.none() | st.integers(), lambda inner: st.dictionaries(st.sampled_from("AB"), inner)),
    st.lists(st.sampled_from("AB"), min_size=1, max_size=3),
)
def test_what_was_written_is_read_and_nothing_else_changes(live: t.Any, path: list[str]) -> None:
    spec = {"Other": 1, "Top": live}
    option = Option("o", ("Top", *path), INT, 0)
    option.write(spec, 42)
    assert option.read(spec) == 42
    assert spec["Other"] == 1


def test_what_stands_beside_an_option_is_not_lost() -> None:
    spec = {"Deep": {"Beside": 1, "Count": 2}}
    COUNT.write(spec, 4)
    assert spec == {"Deep": {"Beside": 1, "Count": 4}}


def test_declared_leaves_out_what_was_left_out_and_converts_the_rest() -> None:
    table = (COUNT, Option("period", ("Period",), DURATION, 0), NEW)
    params = {"count": 0, "period": "1m", "novelty": None, "stranger": 1}
    assert options.declared_values(table, params) == {"count": 0, "period": 60 * 10**9}


def test_a_value_that_cannot_be_is_refused_with_its_option() -> None:
    with pytest.raises(Refused) as refused:
        options.declared_values((Option("period", ("Period",), DURATION, 0),), {"period": "soon"})
    assert str(refused.value) == "period: 'soon' is not a duration like 10s, 1m30s or 2160h."


def test_an_option_too_new_for_the_engine_is_refused_before_anything_is_sent() -> None:
    options.check_versions((COUNT, NEW), {"count": 1}, (1, 41), "tcp://h:2376")
    options.check_versions((COUNT, NEW), {"count": 1, "novelty": True}, (1, 99), "tcp://h:2376")
    with pytest.raises(Refused) as refused:
        options.check_versions((COUNT, NEW), {"count": 1, "novelty": True}, (1, 41), "tcp://h:2376")
    assert str(refused.value) == (
        "novelty needs API 1.99, but the Engine at tcp://h:2376 speaks 1.41; upgrade it or leave the option out."
    )


def test_versions_are_compared_as_numbers() -> None:
    options.check_versions((Option("o", ("O",), INT, lowest_api="1.9"),), {"o": 1}, (1, 41), "x")


def test_the_argument_spec_is_read_from_the_table() -> None:
    table = (COUNT, Option("mode", ("Mode",), options.TEXT, spec={"choices": ["a", "b"]}))
    assert options.argument_spec(table) == {
        "count": {"type": "int"},
        "mode": {"type": "str", "choices": ["a", "b"]},
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("node_cert_expiry", "59m", "node_cert_expiry: a certificate has to live at least 1h."),
        ("snapshot_interval", -1, "snapshot_interval: -1 is below 0: it is a count."),
        ("heartbeat_tick", 0, "heartbeat_tick: 0 is below 1: it is a number of ticks."),
        ("election_tick", 0, "election_tick: 0 is below 1: it is a number of ticks."),
        (
            "dispatcher_heartbeat_period",
            "0s",
            "dispatcher_heartbeat_period: 0 is below 1: it is a time between two heartbeats.",
        ),
    ],
)
def test_settings_the_swarm_could_not_live_with_are_refused(name: str, value: t.Any, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        options.declared_values(SETTINGS, {name: value})
    assert str(refused.value) == sentence


def test_the_history_may_be_unlimited() -> None:
    assert options.declared_values(SETTINGS, {"task_history_retention_limit": -1}) == {
        "task_history_retention_limit": -1
    }


def test_settings_stand_where_the_engine_has_them() -> None:
    """The spec of a new swarm as Engine 20.10 reports it: each default is the table's."""
    recorded: dict[str, dict[str, t.Any]] = {
        "Orchestration": {"TaskHistoryRetentionLimit": 5},
        "Raft": {
            "SnapshotInterval": 10000,
            "KeepOldSnapshots": 0,
            "LogEntriesForSlowFollowers": 500,
            "ElectionTick": 10,
            "HeartbeatTick": 1,
        },
        "Dispatcher": {"HeartbeatPeriod": 5000000000},
        "CAConfig": {"NodeCertExpiry": 7776000000000000},
        "EncryptionConfig": {"AutoLockManagers": False},
    }
    for option in SETTINGS:
        assert option.read(recorded) == option.default, option.name
    leaves = {path for option in SETTINGS for path in [option.path]}
    assert {(top, leaf) for top, inner in recorded.items() for leaf in inner} <= leaves


def test_external_cas_are_sent_in_the_engines_form_and_shown_by_their_urls() -> None:
    ca = {"protocol": "cfssl", "url": "https://ca", "options": None, "ca_cert": None}
    (sent,) = options.declared_values(SWARM, {"external_cas": [ca]})["external_cas"]
    assert sent["Protocol"] == "cfssl"
    assert sent["URL"] == "https://ca"
    assert "Options" not in sent
    row = next(row for row in SWARM if row.name == "external_cas")
    assert row.type.show([sent]) == ["https://ca"]
    assert row.type.show([{**sent, "URL": "https://us:word@ca"}]) == ["(hidden)"]
