# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site import inventory
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.variables import read_member, specs

GROUPS = {"swarm_managers": ["m1", "m2", "m3"], "swarm_workers": ["w1", "w2"]}


def read(groups: dict[str, list[str]], **variables: dict[str, t.Any]) -> list[Member]:
    members = [read_member(name, variables.get(name, {})) for name in inventory.host_names(groups)]
    inventory.set_roles(groups, members)
    return members


def refusal(call: t.Callable[..., t.Any], *args: t.Any, **kwargs: t.Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return str(refused.value)


def test_hosts_come_in_the_inventorys_order_each_once() -> None:
    assert inventory.host_names(GROUPS) == ["m1", "m2", "m3", "w1", "w2"]
    assert inventory.host_names({"swarm": ["w1", "m1"], "swarm_managers": ["m1", "m2"]}) == ["w1", "m1", "m2"]


def test_an_inventory_without_hosts_is_refused() -> None:
    assert refusal(inventory.host_names, {"all": ["x"], "swarm_workers": []}) == (
        "The inventory has no host in the groups swarm_managers and swarm_workers: add the hosts to these groups."
    )


def test_groups_give_roles_and_variables_give_the_rest() -> None:
    members = read(GROUPS, m1={"ansible_host": "10.0.0.11", "swarm_labels_node": {"a": "b"}, "other": 1})
    assert [(one.name, one.role) for one in members] == [
        ("m1", "manager"),
        ("m2", "manager"),
        ("m3", "manager"),
        ("w1", "worker"),
        ("w2", "worker"),
    ]
    assert (members[0].ansible_host, members[1].ansible_host) == ("10.0.0.11", "m2")
    assert (members[0].labels, members[1].labels) == ({"a": "b"}, {})
    assert members[0].variables["swarm_quorum_listen_port"] == 2377
    assert "other" not in members[0].variables


def test_a_host_in_both_groups_is_refused() -> None:
    groups = {"swarm_managers": ["m1", "b", "a"], "swarm_workers": ["a", "b"]}
    assert refusal(read, groups) == (
        "a, b are in both swarm_managers and swarm_workers: remove each host from one of the groups."
    )
    assert refusal(read, {**groups, "swarm_workers": ["a"]}).startswith("a is in both swarm_managers and")


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("swarm_quorum_size", 3, 5),
        ("swarm_quorum_listen_port", 2377, 2378),
        ("swarm_firewall_encrypted", False, True),
    ],
)
def test_what_concerns_the_whole_swarm_is_the_same_everywhere(name: str, one: t.Any, other: t.Any) -> None:
    sentence = refusal(
        read, GROUPS, m1={name: one}, m2={name: one}, m3={name: one}, w1={name: other}, w2={name: one}
    )
    assert sentence == (
        f"{name} is {one!r} on m1 but {other!r} on w1; it concerns the whole swarm, so set it in the group swarm."
    )


def test_what_concerns_the_whole_swarm_are_variables_of_roles() -> None:
    assert set(inventory.OF_SWARM) <= set(specs())


def test_the_second_host_counts_as_any_other() -> None:
    groups = {"swarm_managers": ["m1"], "swarm_workers": ["w1"]}
    sentence = refusal(read, groups, m1={"swarm_quorum_subnet_size": 24}, w1={"swarm_quorum_subnet_size": 25})
    assert sentence.startswith("swarm_quorum_subnet_size is 24 on m1 but 25 on w1;")


def test_a_users_own_variable_may_begin_like_ours() -> None:
    (one,) = read({"swarm_managers": ["m1"]}, m1={"swarm_backup_target": "x"})
    assert "swarm_backup_target" not in one.variables


def test_what_concerns_one_host_may_differ() -> None:
    members = read(GROUPS, m1={"swarm_quorum_address": "eth1", "swarm_quorum_availability": "drain"})
    assert [one.variables["swarm_quorum_address"] for one in members] == ["eth1", "", "", "", ""]
    assert members[0].variables["swarm_quorum_availability"] == "drain"


def test_an_unknown_variable_is_refused_before_any_host_is_touched() -> None:
    assert refusal(read, GROUPS, w2={"swarm_quorum_adress": "x"}) == (
        "w2: no role has a variable swarm_quorum_adress; did you mean swarm_quorum_address?"
    )


def check(groups: dict[str, list[str]], **variables: t.Any) -> list[str]:
    names = inventory.host_names(groups)
    return inventory.check_managers(groups, read(groups, **dict.fromkeys(names, variables)))


def test_an_odd_group_of_managers_is_fine() -> None:
    assert check(GROUPS) == []
    assert check(GROUPS, swarm_quorum_size=3) == []
    assert not inventory.chosen_by_size(GROUPS)


def test_an_even_group_of_managers_is_refused_or_warned_of() -> None:
    groups = {"swarm_managers": ["m1", "m2"], "swarm_workers": ["w1"]}
    assert refusal(check, groups) == (
        "The group swarm_managers names 2 managers, and an even number tolerates no more losses than 1: choose an odd "
        "number, or set swarm_quorum_even to warn during a recovery."
    )
    assert len(check(groups, swarm_quorum_even="warn")) == 1


def test_no_manager_at_all_is_refused() -> None:
    for groups in ({"swarm_workers": ["w1"]}, {"swarm": ["w1"], "swarm_managers": []}):
        assert refusal(check, groups) == (
            "The group swarm_managers has no host, and swarm_quorum_size is not set, so no host would be a manager: set one "
            "of them."
        )


def test_managers_by_number() -> None:
    groups = {"swarm": ["a", "b", "c"]}
    assert inventory.chosen_by_size(groups)
    assert check(groups, swarm_quorum_size=3) == []
    assert refusal(check, groups, swarm_quorum_size=5) == (
        "swarm_quorum_size is 5, but the group swarm has only 3 hosts."
    )
    assert refusal(check, groups, swarm_quorum_size=2).startswith(
        "swarm_quorum_size names 2 managers, and an even"
    )
    assert refusal(check, groups, swarm_quorum_size=0).startswith("swarm_quorum_size names no manager:")


def test_two_different_numbers_are_refused() -> None:
    assert refusal(check, GROUPS, swarm_quorum_size=5) == (
        "The group swarm_managers has 3 hosts, but swarm_quorum_size is 5: set both to the same number, or remove one of "
        "them."
    )
