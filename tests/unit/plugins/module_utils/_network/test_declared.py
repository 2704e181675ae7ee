# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import declared_network
from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import MTU


def values(**params: t.Any) -> dict[str, t.Any]:
    return declared_network({"name": "front", **params}).values


def refusal(**params: t.Any) -> str:
    with pytest.raises(Refused) as error:
        declared_network({"name": "front", **params})
    return str(error.value)


@pytest.mark.parametrize("name", ["front", "a", "stack_front-1", "0", "a" * 63, "Front"])
def test_a_name_that_swarmkit_takes(name: str) -> None:
    assert declared_network({"name": name}).name == name


@pytest.mark.parametrize("name", ["a" * 64, "a.b", "-a", "a_", "", "a b", "ä", "a" * 62 + "."])
def test_a_name_that_it_does_not(name: str) -> None:
    assert refusal(name=name).startswith(f"The network has the name {name!r}, which ")


def test_of_a_network_that_goes_away_nothing_else_matters() -> None:
    gone = declared_network({"name": "a.b", "state": "absent", "mtu": 5})
    assert (gone.state, gone.values) == ("absent", {})


def test_the_drivers_options_with_a_word_of_their_own() -> None:
    assert values(driver_options={"x": True, "y": False, "z": 5})["driver_options"] == {
        "x": "true",
        "y": "false",
        "z": "5",
    }
    assert values(driver_options={"encrypted": "", MTU: 1400, "a": "b"}) == {
        "encrypted": "",
        "mtu": "1400",
        "driver_options": {"a": "b"},
    }
    assert values(encrypted=True, driver_options={"encrypted": "true"}) == {
        "encrypted": "",
        "driver_options": {},
    }
    assert values(encrypted=False) == {"encrypted": None}


def test_nothing_declared_is_nothing_wanted() -> None:
    assert values() == {}
    assert values(mtu=None, ipam_config=None, labels=None) == {}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (
            {"driver_options": {"encrypted": "false"}},
            "whatever its value: leave it out, or set encrypted to true.",
        ),
        ({"driver_options": {"encrypted": False}}, "driver_options.encrypted is False"),
        (
            {"encrypted": False, "driver_options": {"encrypted": ""}},
            "encrypted and driver_options.encrypted contradict each other: keep only encrypted.",
        ),
        (
            {"mtu": 1400, "driver_options": {MTU: "1500"}},
            f"mtu and driver_options.{MTU} contradict each other",
        ),
        ({"driver_options": {MTU: "big"}}, "is 'big', not a number of bytes."),
        ({"driver_options": {"a": 1.5}}, "driver_options: driver option 'a' is a number, not a string"),
        ({"driver_options": {"a": [1]}}, "driver_options: driver option 'a' is a list, not a string"),
        ({"labels": {"a": True}}, "labels: label 'a' is a yes or no, not a string"),
        (
            {"labels": {"flotilla.declared": "[]"}},
            "label 'flotilla.declared' is reserved for the collection itself",
        ),
        ({"labels": {"flotilla.moving": "x"}}, "label 'flotilla.moving' is reserved"),
        ({"mtu": 20}, "mtu: 20 is not an MTU: give a number of bytes from 68 to 65535"),
        ({"ingress": True, "attachable": True}, "an ingress network cannot be attachable"),
        ({"ingress": True, "driver": "bridge"}, "has the driver overlay: leave driver out"),
        (
            {"enable_ipv6": True, "ipam_config": [{"subnet": "10.0.0.0/8"}]},
            "has no effect without an IPv6 subnet",
        ),
        (
            {"ipam_config": [{"subnet": "fd00::/64"}]},
            "has the IPv6 subnet fd00::/64: set enable_ipv6 to true as well",
        ),
        ({"enable_ipv6": False, "ipam_config": [{"subnet": "fd00::/64"}]}, "but enable_ipv6 is false"),
        ({"ipam_config": [{"gateway": "10.0.0.1"}]}, "an entry has no subnet"),
        ({"ipam_config": [{"subnet": "10.0.0.5/24"}]}, "write 10.0.0.0/24"),
        ({"ipam_config": [{"subnet": "10.0.0"}]}, "subnet '10.0.0' has no prefix length"),
        (
            {"ipam_config": [{"subnet": "10.0.0.0/24", "gateway": "10.0.1.1"}]},
            "gateway 10.0.1.1 is not inside subnet",
        ),
        ({"ipam_config": [{"subnet": "10.0.0.0/24", "gateway": "x"}]}, "gateway 'x' is not an IP address"),
        (
            {"ipam_config": [{"subnet": "10.0.0.0/24", "iprange": "10.0.1.0/25"}]},
            "iprange 10.0.1.0/25 is not inside subnet",
        ),
        (
            {"ipam_config": [{"subnet": "10.0.0.0/24", "iprange": "fd00::/64"}]},
            "iprange fd00::/64 is not inside subnet",
        ),
        ({"ipam_config": [{"subnet": "10.0.0.0/16"}, {"subnet": "10.0.4.0/24"}]}, "overlap"),
    ],
)
def test_what_cannot_be_is_refused_with_its_network(params: dict[str, t.Any], sentence: str) -> None:
    said = refusal(**params)
    assert said.startswith("front: ")
    assert sentence in said


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"driver": "macvlan", "driver_options": {"parent": "eth0"}}, "driver_options would be dropped"),
        ({"driver": "ipvlan", "ipam_config": [{"subnet": "10.1.0.0/24"}]}, "ipam_config would be dropped"),
        ({"driver": "bridge", "mtu": 1400}, "Set it in a network with config_only: true on every host"),
        ({"config_from": "cfg"}, "set driver, to macvlan for example"),
        (
            {"config_from": "cfg", "driver": "macvlan", "labels": {"a": "b"}},
            "labels has to be set on every host",
        ),
        ({"config_from": "cfg", "driver": "macvlan", "mtu": 1400}, "mtu has to be set on every host"),
        (
            {"config_only": True, "driver": "macvlan"},
            "driver is for the network that is created from this one",
        ),
        (
            {"config_only": True, "config_from": "cfg"},
            "config_from is for the network that is created from this",
        ),
    ],
)
def test_what_the_swarm_would_drop_is_refused_with_the_way_out(more: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        declared_network({"name": "lan", **more})
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["bridge", "default", "host", "none"])
def test_a_network_that_every_engine_has_is_refused_before_anything_is_sent(name: str) -> None:
    with pytest.raises(
        Refused, match=f"^{name} is a network that every Engine has, and none of that name can"
    ):
        declared_network({"name": name})
    assert declared_network({"name": name, "state": "absent"}).state == "absent"


def test_a_plugin_keeps_its_options_and_a_configuration_belongs_to_its_host() -> None:
    assert declared_network({"name": "a", "driver": "weave", "driver_options": {"x": "1"}}).values[
        "driver_options"
    ]
    assert declared_network({"name": "a", "config_only": True, "driver_options": {"parent": "eth0"}}).on_host
    assert declared_network({"name": "a", "config_only": True, "state": "absent"}).on_host
