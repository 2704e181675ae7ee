# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import sys
import typing as t
from pathlib import Path

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
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
    ("name", "default"), [("swarm_quorum_listen_port", 2377), ("swarm_quorum_size", None)]
)
def test_a_variable_without_a_value_is_not_declared(name: str, default: t.Any) -> None:
    assert role_variables.values("m1", {name: None})[name] == default


def test_a_host_is_read_with_its_labels_and_what_it_declares() -> None:
    variables = {
        "ansible_host": "10.0.0.11",
        "swarm_labels_node": {"a": "b"},
        "swarm_quorum_size": "3",
        "swarm_quorum_even": None,
    }
    member = role_variables.read_member("m1", variables)
    assert (member.name, member.ansible_host, member.labels) == ("m1", "10.0.0.11", {"a": "b"})
    assert (member.variables["swarm_quorum_size"], member.variables["swarm_quorum_even"]) == (3, "refuse")
    assert "swarm_quorum_size" in member.declared
    assert not {"swarm_quorum_even", "swarm_quorum_listen_port"} & member.declared
    assert role_variables.read_member("m2", {}).ansible_host == "m2"


def test_labels_and_what_no_role_has_are_left_out() -> None:
    found = role_variables.values(
        "m1", {"swarm_labels_node": {"a": "b"}, "ansible_host": "x", "swarm_todo": 1}
    )
    assert found == role_variables.values("m1", {})


@pytest.mark.parametrize(
    ("name", "value", "part"),
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
def test_a_value_that_cannot_be_is_refused_with_host_and_variable(name: str, value: t.Any, part: str) -> None:
    sentence = refusal(role_variables.values, "m1", {name: value})
    assert sentence.startswith("m1: ")
    assert part in sentence
    assert sentence.endswith(".") and not sentence.endswith("..")


def settings(declared: dict[str, t.Any]) -> dict[str, t.Any]:
    found = role_variables.values("m1", {"swarm_quorum_settings": declared})
    return t.cast("dict[str, t.Any]", found["swarm_quorum_settings"])


def test_settings_get_their_types_and_nothing_is_added() -> None:
    declared = {"snapshot_interval": "5000", "autolock_managers": "yes", "node_cert_expiry": "100h"}
    assert settings(declared) == {
        "snapshot_interval": 5000,
        "autolock_managers": True,
        "node_cert_expiry": "100h",
    }
    assert settings({}) == {}


def test_an_unknown_setting_is_refused_with_those_there_are() -> None:
    sentence = refusal(settings, {"heartbeat": 1})
    assert sentence.startswith(
        "m1: swarm_quorum_settings has no option heartbeat; its options are task_history"
    )
    assert sentence.endswith("autolock_managers, ca_force_rotate.")


def test_a_setting_of_the_wrong_type_is_refused() -> None:
    assert refusal(settings, {"snapshot_interval": "often"}).startswith(
        "m1: swarm_quorum_settings: argument 'snapshot_interval' is of type"
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


def merge_labels(host: str, variables: dict[str, t.Any], own: set[str] | None = None) -> dict[str, str]:
    return role_variables.merge_labels(host, variables, frozenset(own or ()))


def test_labels_of_several_groups_are_merged() -> None:
    variables = {
        "swarm_labels_node__site": {"site": "fra1", "both": "site"},
        "swarm_labels_node__role": {"role": "db", "both": "role"},
        "swarm_labels_node": {"disk": "ssd", "role": "plain"},
    }
    assert merge_labels("w1", variables) == {
        "site": "fra1",
        # The later name wins, and the plain variable over all.
        "both": "site",
        "role": "plain",
        "disk": "ssd",
    }


def test_variables_of_the_host_win_over_those_of_its_groups() -> None:
    variables = {"swarm_labels_node": {"a": "group"}, "swarm_labels_node__own": {"a": "host"}}
    assert merge_labels("w1", variables, {"swarm_labels_node__own"}) == {"a": "host"}
    assert merge_labels("w1", variables) == {"a": "group"}


@pytest.mark.parametrize("empty", [None, {}, ""])
def test_labels_may_be_nothing(empty: t.Any) -> None:
    assert merge_labels("w1", {"swarm_labels_node": empty}) == {}


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (
            {"ssd": True},
            "w1: swarm_labels_node__x: label 'ssd' is a yes or no, not a string: put it in quotes.",
        ),
        (
            {"version": 1.10},
            "w1: swarm_labels_node__x: label 'version' is a number, not a string: put it in quotes.",
        ),
        (
            {"a b": "c"},
            "w1: swarm_labels_node__x: label 'a b' is not a label name: use letters, digits and . _ - / between them.",
        ),
        (["a=b"], "w1: swarm_labels_node__x: is a list, not a dictionary."),
        (
            {"flotilla.declared": "x"},
            (
                "w1: swarm_labels_node__x: label 'flotilla.declared' is reserved for the collection itself: leave it out."
            ),
        ),
        (
            {"flotilla.moving": "x"},
            "w1: swarm_labels_node__x: label 'flotilla.moving' is reserved for the collection itself: leave it out.",
        ),
    ],
)
def test_a_label_that_cannot_work_is_refused_with_its_host_and_variable(labels: t.Any, sentence: str) -> None:
    assert refusal(merge_labels, "w1", {"swarm_labels_node__x": labels}) == sentence


# Against Ansible's own inventory and variable plugins, since it is their behaviour that is asked about.
INVENTORY = """
swarm:
  vars: {of_group: 1, of_both: 1}
  children:
    swarm_managers:
      hosts:
        m1: {on_line: 1, of_both: 2}
        m2:
"""


@contextlib.contextmanager
def ansible_loads_plugins() -> t.Iterator[None]:
    """As in a run of Ansible, whose finder takes the imports of all collections.

    It is removed again: it would look for what a later test imports first of this collection, and has no metadata of a collection
    that was imported without it.
    """
    finder = AnsibleCollectionConfig._collection_finder
    meta_path, path_hooks = [*sys.meta_path], [*sys.path_hooks]
    init_plugin_loader([])
    try:
        yield
    finally:
        sys.meta_path[:], sys.path_hooks[:] = meta_path, path_hooks
        sys.path_importer_cache.clear()
        AnsibleCollectionConfig._collection_finder = finder


@pytest.fixture
def loader() -> t.Iterator[DataLoader]:
    with ansible_loads_plugins():
        yield DataLoader()


def test_ansibles_finder_of_collections_is_gone_after_the_tests_that_need_it() -> None:
    before = [*sys.meta_path], [*sys.path_hooks], AnsibleCollectionConfig.collection_finder
    with ansible_loads_plugins():
        assert AnsibleCollectionConfig.collection_finder is not None
    assert (sys.meta_path, sys.path_hooks, AnsibleCollectionConfig.collection_finder) == before


def test_names_set_on_the_host_itself_are_kept_apart_from_those_of_its_groups(
    tmp_path: Path, loader: DataLoader
) -> None:
    source = tmp_path / "inventory.yml"
    source.write_text(INVENTORY)
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "m1.yml").write_text("in_file: 1\n")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "swarm.yml").write_text("in_group_file: 1\n")
    inventory = InventoryManager(loader, sources=[str(source)])
    hostvars = HostVars(inventory, VariableManager(loader, inventory), loader)
    own = {"on_line", "of_both", "in_file"}
    others = {"of_group", "in_group_file"}
    names = role_variables.names_of_host(hostvars, "m1", loader)
    assert own <= names
    assert not others & names
    assert not own & role_variables.names_of_host(hostvars, "m2", loader)
    assert others <= set(hostvars["m1"])


def test_without_an_inventory_to_ask_no_name_is_the_hosts_own() -> None:
    assert role_variables.names_of_host({}, "m1", None) == frozenset()
