# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.declared import (
    DeclaredSwarm,
    check_is_init,
    init_request,
    same_certificate,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.options import INIT_INTERFACE
from hypothesis import given
from hypothesis import strategies as st


def params(**given: t.Any) -> dict[str, t.Any]:
    """The options of the module as Ansible gives them, with its defaults."""
    defaults = {name: argument.get("default") for name, argument in INIT_INTERFACE.arguments.items()}
    return {**defaults, **given}


def test_what_is_left_out_is_left_to_the_engine() -> None:
    request = init_request(params(), DeclaredSwarm(params()))
    assert request["Spec"] == {}
    assert (request["Availability"], request["AutoLockManagers"]) == ("active", False)
    assert not {"DataPathPort", "SubnetSize", "DefaultAddrPool"} & set(request)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ({"a": 1.1}, "labels: label 'a' is a number, not a string: put it in quotes."),
        ({"a": True}, "labels: label 'a' is a yes or no, not a string: put it in quotes."),
        ({"a": None}, "labels: label 'a' is nothing, not a string: put it in quotes."),
        (
            {"flotilla.moving": "x"},
            "labels: label 'flotilla.moving' is reserved for the collection itself: leave it out.",
        ),
        (
            {"flotilla.declared": "[]"},
            "labels: label 'flotilla.declared' is reserved for the collection itself: leave it out.",
        ),
    ],
)
def test_labels_of_the_swarm_that_cannot_work_are_refused(labels: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(errors.Refused, match=f"^{re.escape(sentence)}$"):
        DeclaredSwarm(params(labels=labels))


def test_certificates_are_compared_without_their_line_ends() -> None:
    assert same_certificate("a\r\nb\n", "a\nb")
    assert not same_certificate("a", None)


@pytest.mark.parametrize(
    ("given", "declares"),
    [
        ({}, False),
        ({"advertise_addr": "10.0.0.1", "unlock_key": "x", "return_tokens": True}, False),
        ({"labels": {}}, True),
        ({"keep_old_snapshots": 0}, True),
        ({"signing_ca_cert": "x", "signing_ca_key": "y"}, True),
        ({"rotate_unlock_key": True}, True),
    ],
)
def test_it_is_known_whether_anything_is_declared_of_the_swarm(
    given: dict[str, t.Any], declares: bool
) -> None:
    assert bool(DeclaredSwarm(params(**given))) is declares


def test_a_signing_certificate_is_planned_only_where_another_one_is_in_force() -> None:
    declared = DeclaredSwarm(params(signing_ca_cert="A\nB\n", signing_ca_key="-key-"))
    assert not declared.plan({"CAConfig": {}}, "A\r\nB")
    planned = declared.plan({"CAConfig": {}}, "C")
    assert planned.spec == {"CAConfig": {"SigningCACert": "A\nB\n", "SigningCAKey": "-key-"}}
    assert "-key-" not in str(planned.changes)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"state": "join"},
            "state is join, and swarm_init only creates a swarm or changes its settings: use swarm_join",
        ),
        (
            {"state": "absent", "force_new_cluster": True},
            "use swarm_join with state: absent. Nothing was sent.",
        ),
        (
            {"state": "remove", "node_id": "abc"},
            "use swarm_node with state: absent, and the node's ID or name in",
        ),
        (
            {"state": "join", "join_token": "SWMTKN-secret"},
            "with the same options and a role. Nothing was sent.",
        ),
        ({"name": "ours"}, "name: the only name that the Engine gives a swarm is default. Nothing was sent."),
    ],
)
def test_what_another_module_does_is_refused_with_its_name(given: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        check_is_init(params(**given))
    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


def test_words_of_docker_swarm_that_change_nothing_are_taken() -> None:
    check_is_init(params(state="present", name="default", remote_addrs=["10.0.0.1"], node_id="abc"))


def test_whole_numbers_become_labels() -> None:
    assert DeclaredSwarm(params(labels={"rack": 7, 8: "x"})).values["labels"] == {"rack": "7", "8": "x"}


def planned(live: dict[str, int], **declared: int) -> dict[str, t.Any]:
    raft = {key: value for key, value in live.items() if value}
    return DeclaredSwarm(params(**declared)).plan({"Raft": raft}, None).spec["Raft"]


@given(st.integers(1, 50), st.integers(1, 50), st.sampled_from(["both", "heartbeat_tick", "election_tick"]))
def test_an_election_comes_after_the_next_heartbeat(heartbeat: int, election: int, named: str) -> None:
    """Where one of both is declared, the other one is that of the swarm."""
    wanted = {"heartbeat_tick": heartbeat, "election_tick": election}
    declared = wanted if named == "both" else {named: wanted[named]}
    live = {
        "HeartbeatTick": 100 if named != "election_tick" else heartbeat,
        "ElectionTick": 200 if named != "heartbeat_tick" else election,
    }
    if election > heartbeat:
        assert planned(live, **declared) == {"HeartbeatTick": heartbeat, "ElectionTick": election}
    else:
        with pytest.raises(
            errors.Refused, match=f"^election_tick is {election} and heartbeat_tick is {heartbeat}: "
        ):
            planned(live, **declared)


def test_ticks_are_compared_with_the_defaults_of_a_new_swarm() -> None:
    assert DeclaredSwarm(params(heartbeat_tick=9)).plan({}, None).spec == {"Raft": {"HeartbeatTick": 9}}
    for given_one in ({"heartbeat_tick": 10}, {"election_tick": 1}):
        with pytest.raises(
            errors.Refused, match="before the next heartbeat of the leader; set election_tick"
        ):
            DeclaredSwarm(params(**given_one)).plan({}, None)


def test_ticks_that_a_swarm_has_are_no_reason_to_refuse_anything() -> None:
    live = {"HeartbeatTick": 5, "ElectionTick": 5}
    assert planned(live, heartbeat_tick=5, election_tick=5, keep_old_snapshots=2)["KeepOldSnapshots"] == 2
