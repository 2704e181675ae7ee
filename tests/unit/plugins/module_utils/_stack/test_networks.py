# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import DeclaredNetwork
from ansible_collections.flotilla.swarm.plugins.module_utils._network.plan import Attached, plan_network
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.declared import DeclaredStack
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.networks import declared_networks

NAMESPACE = "com.docker.stack.namespace"


def stack(name: str, *networks: dict[str, t.Any]) -> DeclaredStack:
    labelled = []
    for network in networks:
        labels = {**network.get("labels", {}), **({NAMESPACE: name} if name else {})}
        labelled.append({"driver": "overlay", **network, "labels": labels})
    return DeclaredStack(name, networks=labelled)


def shared(first: str = "shop", second: str = "blog") -> DeclaredNetwork:
    [found] = declared_networks(
        [stack(first, {"name": "all"}), stack(second, {"name": "all", "recreate": True})]
    )
    return found


def test_what_stacks_declare_alike_is_one_network() -> None:
    found = declared_networks(
        [
            stack("shop", {"name": "shop_own"}, {"name": "all", "attachable": True, "labels": {"a": "b"}}),
            stack("blog", {"name": "all", "attachable": True, "labels": {"a": "b"}}, {"name": "blog_own"}),
        ]
    )
    assert [network.name for network in found] == ["shop_own", "all", "blog_own"]
    assert found[1].values["labels"] == {"a": "b", NAMESPACE: "shop"}
    assert shared().recreate


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        ({"attachable": True}, "attachable"),
        ({"internal": True, "driver_options": {"a": "b"}}, "driver_options, internal"),
        ({"labels": {"a": "b"}}, "labels"),
    ],
)
def test_different_options_are_refused_naming_both(other: dict[str, t.Any], differing: str) -> None:
    with pytest.raises(Refused) as caught:
        declared_networks([stack("shop", {"name": "all"}), stack("blog", {"name": "all", **other})])
    assert str(caught.value).startswith(
        f"The stacks shop and blog declare the network all with different options ({differing}): "
    )


@pytest.mark.parametrize("name", ["shop", ""])
def test_the_same_twice_in_one_place_stays_twice(name: str) -> None:
    twice = stack(name, {"name": "all"}, {"name": "all"})
    assert len(declared_networks([twice, stack("blog", {"name": "all"})])) == 2


def beside(*networks: dict[str, t.Any]) -> DeclaredStack:
    """The list networks, whose entries have no label of a stack, and of which no option has to be declared."""
    return DeclaredStack("", networks=list(networks))


def test_what_the_list_and_a_stack_declare_alike_is_one_network_of_no_stack() -> None:
    own = {"name": "all", "labels": {"a": "b"}, "attachable": False}
    stacks = [
        stack(name, {"name": "all", "labels": {"a": "b"}, "internal": False}) for name in ("shop", "blog")
    ]
    [found] = declared_networks([beside(own), *stacks])
    assert found.values == {"driver": "overlay", "attachable": False, "internal": False, "labels": {"a": "b"}}
    assert found.stacks == ("shop", "blog")
    spec = plan_network(found, None, Attached()).spec
    assert NAMESPACE not in spec["Labels"]
    for live in (spec, {**spec, "Labels": {**spec["Labels"], NAMESPACE: "blog"}}):
        assert plan_network(found, {**live, "Id": "n1", "Scope": "swarm"}, Attached()).action == "none"


@pytest.mark.parametrize(
    ("own", "other", "differing"),
    [
        ({}, {"internal": True}, "internal"),
        ({"attachable": True}, {}, "attachable"),
        ({"labels": {"a": "b"}}, {"labels": {"a": "c"}}, "labels"),
        ({"state": "absent"}, {}, "state"),
        ({"ipam_config": [{"subnet": "10.9.0.0/24"}]}, {}, "ipam_config"),
    ],
)
def test_different_options_in_the_list_and_in_a_stack_are_refused_naming_both(
    own: dict[str, t.Any], other: dict[str, t.Any], differing: str
) -> None:
    with pytest.raises(Refused) as caught:
        declared_networks([beside({"name": "all", **own}), stack("shop", {"name": "all", **other})])
    assert str(caught.value) == (
        f"The list networks and the stack shop declare the network all with different options ({differing}): declare it alike, "
        "or in the list alone, and with external: true in the stack. Nothing was sent."
    )


@pytest.mark.parametrize("owner", ["shop", "blog"])
def test_the_stack_that_made_it_stays_its_owner(owner: str) -> None:
    other = "blog" if owner == "shop" else "shop"
    live = {**plan_network(shared(owner, other), None, Attached()).spec, "Id": "n1", "Scope": "swarm"}
    assert live["Labels"][NAMESPACE] == owner
    for declared in (shared(owner, other), shared(other, owner)):
        assert plan_network(declared, live, Attached()).action == "none"
    of_others = {**live, "Labels": {NAMESPACE: "old"}}
    assert plan_network(shared("cms", "crm"), of_others, Attached()).action == "recreate"
