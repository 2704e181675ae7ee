# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site import variables as role_variables


def refusal(call: t.Callable[..., t.Any], *args: t.Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*args)
    return str(refused.value)


def test_variables_of_every_role_are_known() -> None:
    prefixes = {"_".join(name.split("_")[:2]) for name in role_variables.specs()}
    assert prefixes == {"swarm_engine", "swarm_firewall", "swarm_quorum", "swarm_labels"}


def test_known_names_labels_and_what_is_not_ours_pass() -> None:
    role_variables.check_names(
        "m1",
        [
            "swarm_quorum_size",
            "swarm_labels_node",
            "swarm_labels_node__site",
            "ansible_host",
            "swarm_todo",
            "x",
        ],
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "swarm_quorum_sizes",
            "m1: no role has a variable swarm_quorum_sizes; did you mean swarm_quorum_size?",
        ),
        (
            "swarm_quorum_adress",
            "m1: no role has a variable swarm_quorum_adress; did you mean swarm_quorum_address?",
        ),
        ("swarm_label_node", "m1: no role has a variable swarm_label_node; did you mean swarm_labels_node?"),
        (
            "swarm_engine_frobnicate",
            "m1: no role has a variable swarm_engine_frobnicate; see the README of that role.",
        ),
    ],
)
def test_an_unknown_variable_is_refused_with_the_one_that_was_meant(name: str, sentence: str) -> None:
    assert refusal(role_variables.check_names, "m1", ["swarm_quorum_size", name]) == sentence


def test_values_have_their_types_and_defaults() -> None:
    found = role_variables.values("m1", {"swarm_quorum_size": "3", "swarm_quorum_prove_ports": "no"})
    assert (found["swarm_quorum_size"], found["swarm_quorum_prove_ports"]) == (3, False)
    assert (found["swarm_quorum_even"], found["swarm_quorum_listen_port"]) == ("refuse", 2377)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("swarm_quorum_size", "three", "swarm_quorum_size"),
        (
            "swarm_quorum_even",
            "allow",
            "value of swarm_quorum_even must be one of: refuse, warn, got: allow.",
        ),
        ("swarm_quorum_availability", "off", "value of swarm_quorum_availability must be one of"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_host_and_variable(name: str, value: t.Any, told: str) -> None:
    sentence = refusal(role_variables.values, "m1", {name: value})
    assert sentence.startswith("m1: ")
    assert told in sentence
    assert sentence.endswith(".") and not sentence.endswith("..")


def test_settings_get_their_types_and_nothing_is_added() -> None:
    declared = {"snapshot_interval": "5000", "autolock_managers": "yes", "node_cert_expiry": "100h"}
    assert role_variables.settings(declared) == {
        "snapshot_interval": 5000,
        "autolock_managers": True,
        "node_cert_expiry": "100h",
    }
    assert role_variables.settings({}) == {}


def test_a_setting_of_the_wrong_type_is_refused() -> None:
    assert refusal(role_variables.settings, {"snapshot_interval": "often"}).startswith(
        "swarm_quorum_settings: argument 'snapshot_interval' is of type"
    )


PLAY = "is set on the play, where the plan of all hosts does not see it; set it in the inventory, in group_vars or host_vars"


@pytest.mark.parametrize(
    ("planning", "host", "hidden"),
    [
        ({"swarm_quorum_size": 3}, {"swarm_quorum_size": 3}, None),
        ({"swarm_quorum_size": 5}, {"swarm_quorum_size": 3}, "swarm_quorum_size"),
        ({"swarm_quorum_size": 3}, {}, "swarm_quorum_size"),
        ({"swarm_quorum_even": "refuse"}, {}, None),
        ({"swarm_labels_node__site": {"a": "b"}}, {}, "swarm_labels_node__site"),
        ({"swarm_labels_node": {}}, {}, None),
        ({"my_variable": 1, "swarm_other": 2}, {}, None),
    ],
)
def test_variables_that_only_the_planning_host_sees_are_refused(
    planning: dict[str, t.Any], host: dict[str, t.Any], hidden: str | None
) -> None:
    if hidden is None:
        role_variables.check_seen_by_all(planning, host)
    else:
        assert refusal(role_variables.check_seen_by_all, planning, host).startswith(f"{hidden} {PLAY}")
