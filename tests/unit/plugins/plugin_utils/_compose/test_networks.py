# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import declared_network
from ansible_collections.flotilla.swarm.tests.unit.support.compose import (
    refusal,
    service,
    service_refusal,
    stack,
)

STACK = {"com.docker.stack.namespace": "shop"}


def of(
    service: str, networks: str = "{}"
) -> tuple[list[dict[str, t.Any]], list[dict[str, t.Any]], list[str]]:
    """The networks of a service, those of the stack, and the external ones."""
    found = stack(f"services: {{web: {{image: x, networks: {service}}}}}\nnetworks: {networks}")
    return found.services[0]["networks"], found.networks, found.external["networks"]


def test_the_default_network() -> None:
    default = {"name": "shop_default", "driver": "overlay", "labels": STACK}
    reference = [{"name": "shop_default", "aliases": ["web"]}]
    for text in ("null", "[]", "{}", "[default]"):
        assert of(text) == (reference, [default], [])
    assert of("null", "{default: {attachable: true}}")[1] == [{**default, "attachable": True}]
    assert of("null", "{default: {external: true, name: house}}") == (
        [{"name": "house", "aliases": ["web"]}],
        [],
        ["house"],
    )


def test_names_and_aliases() -> None:
    found = of(
        "{front: {aliases: [www, web]}, back: null, named: {driver_opts: {a: 1}}}",
        "{front:, back:, named: {name: n}}",
    )
    assert found[0] == [
        {"name": "shop_front", "aliases": ["www", "web"]},
        {"name": "shop_back", "aliases": ["web"]},
        {"name": "n", "options": {"a": "1"}, "aliases": ["web"]},
    ]
    assert [network["name"] for network in found[1]] == ["shop_front", "shop_back", "n"]


def test_only_networks_that_a_service_uses_are_declared() -> None:
    assert [network["name"] for network in of("[a]", "{a:, b:}")[1]] == ["shop_a"]


@pytest.mark.parametrize("external", ["{external: true, name: host}", "{external: {name: host}}"])
def test_networks_of_the_nodes_have_no_aliases(external: str) -> None:
    assert of("[node]", f"{{node: {external}}}") == ([{"name": "host"}], [], [])
    text, networks = "networks: {node: {aliases: [a]}}", f"networks: {{node: {external}}}"
    told = service_refusal(text, networks)
    assert told.startswith(
        "web.yml: services.web.networks.node.aliases (the network of a node has no aliases)"
    )
    # As the command line sends them.
    left_out = service(text, networks, ignore_unsupported=["aliases"])
    assert left_out["networks"] == [{"name": "host", "aliases": ["a"]}]


@pytest.mark.parametrize(
    ("network", "options"),
    [
        ("{driver: macvlan}", {"driver": "macvlan"}),
        (
            "{internal: true, attachable: 'true', enable_ipv6: true}",
            {"internal": True, "attachable": True, "enable_ipv6": True},
        ),
        ("{driver_opts: {encrypted: ''}}", {"driver_options": {"encrypted": ""}}),
        ("{driver_opts: {other: x}}", {"driver_options": {"other": "x"}}),
        (
            "{ipam: {driver: default, config: [{subnet: 10.5.0.0/16, ip_range: 10.5.1.0/24, gateway: 10.5.0.1}]}}",
            {
                "ipam_driver": "default",
                "ipam_config": [{"subnet": "10.5.0.0/16", "iprange": "10.5.1.0/24", "gateway": "10.5.0.1"}],
            },
        ),
        ("{labels: [a=b]}", {"labels": {"a": "b", **STACK}}),
    ],
)
def test_options(network: str, options: dict[str, t.Any]) -> None:
    [found] = of("[a]", f"{{a: {network}}}")[1]
    assert found == {"name": "shop_a", "driver": "overlay", "labels": STACK, **options}


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ("{encrypted: ''}", {"encrypted": ""}),
        ("{encrypted: true}", {"encrypted": ""}),
        (
            "{com.docker.network.driver.mtu: 1400, other: x}",
            {"mtu": "1400", "driver_options": {"other": "x"}},
        ),
    ],
)
def test_driver_options_that_are_options_of_their_own(options: str, values: dict[str, t.Any]) -> None:
    [found] = of("[a]", f"{{a: {{driver_opts: {options}}}}}")[1]
    declared = declared_network(found).values
    assert {name: value for name, value in declared.items() if value != {}} == {
        "driver": "overlay",
        "labels": STACK,
        **values,
    }


@pytest.mark.parametrize(
    ("service", "networks", "told"),
    [
        (
            "[lost]",
            "{}",
            "services.web.networks.lost names the network lost, which the top-level networks do not",
        ),
        (
            "[a]",
            "{a: {driver_opts: {encrypted: 'false'}}}",
            "networks.a.driver_opts.encrypted (an Engine encrypts the network whatever the value is; remove the key)",
        ),
        ("[a]", "{a: {external: maybe}}", "networks.a.external is 'maybe', neither true nor false."),
        (
            "[a]",
            "{a: {ipam: {config: [{subnet: 10.5.0.0/16, aux_addresses: {a: b}}]}}}",
            "networks.a.ipam.config[0].aux_addresses (Swarm drops them",
        ),
        (
            "[a]",
            "{a: {attachabel: true}}",
            "networks.a.attachabel is not a key of Compose; did you mean attachable?",
        ),
        (
            "[a]",
            "{a: {ipam: {config: [{subnet: 10.5.0.1/16}]}}}",
            "networks.a: shop_a: ipam_config: subnet 10.5.0.1/16 does",
        ),
        (
            "[a]",
            "{a: {name: a.b}}",
            "networks.a has the name 'a.b' on the swarm, which cannot be the name of a network;",
        ),
        (
            "{a: {ipv4_address: 10.0.0.1}}",
            "{a:}",
            "services.web.networks.a.ipv4_address (Swarm assigns addresses",
        ),
        ("{a: {aliases: x}}", "{a:}", "services.web.networks.a.aliases is a text, not a list."),
    ],
)
def test_what_is_refused(service: str, networks: str, told: str) -> None:
    found = service_refusal(f"networks: {service}", f"networks: {networks}")
    assert found.startswith(f"web.yml: {told}")


def test_what_stands_beside_external_has_no_effect() -> None:
    found = stack(
        "services: {web: {image: tiny, networks: [a]}}\n"
        "networks: {a: {external: true, driver: overlay, driver_opts: {b: c}, attachable: true}}"
    )
    assert found.external["networks"] == ["a"]
    assert found.warnings == [
        (
            "web.yml: networks.a.attachable, networks.a.driver and networks.a.driver_opts have no effect, as with docker stack "
            "deploy."
        )
    ]


def test_a_network_is_left_unencrypted_only_where_the_task_names_the_key() -> None:
    text = "services: {web: {image: tiny, networks: [a]}}\nnetworks: {a: {driver_opts: {encrypted: 'false', b: c}}}"
    assert "ignore_unsupported: [encrypted]. all does not include encrypted" in refusal(
        text, ignore_unsupported=["all"]
    )
    [network] = stack(text, ignore_unsupported=["encrypted"]).networks
    assert network["driver_options"] == {"b": "c"}
