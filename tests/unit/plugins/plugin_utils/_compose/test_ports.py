# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.compose import (
    refusal,
    service,
    service_refusal,
    stack,
)


@pytest.mark.parametrize(
    ("port", "option"),
    [
        ("80", {"target_port": "80"}),
        ("'80'", {"target_port": "80"}),
        ("8080:80", {"target_port": "80", "published_port": "8080"}),
        ("22:22", {"target_port": "22", "published_port": "22"}),
        ("53:53/UDP", {"target_port": "53", "published_port": "53", "protocol": "udp"}),
        ("8000-8002:80-82", {"target_port": "80-82", "published_port": "8000-8002"}),
        ("3000-3002", {"target_port": "3000-3002"}),
        ("0.0.0.0:8080:80", {"target_port": "80", "published_port": "8080"}),
        ("'[::]:8080:80'", {"target_port": "80", "published_port": "8080"}),
        ("{target: 80}", {"target_port": "80"}),
        ("{target: 80, published: 0}", {"target_port": "80"}),
        ("{target: 80, published: '8080'}", {"target_port": "80", "published_port": "8080"}),
        (
            "{target: 53, published: 53, protocol: udp, mode: host}",
            {"target_port": "53", "published_port": "53", "protocol": "udp", "mode": "host"},
        ),
    ],
)
def test_a_port(port: str, option: dict[str, t.Any]) -> None:
    assert service(f"ports: [{port}]")["publish"] == [{"mode": "ingress", **option}]


@pytest.mark.parametrize(
    ("port", "told"),
    [
        ("http", "is 'http', not a port like 80, 8080:80 or 8080:80/udp."),
        ("'8080:http'", "is '8080:http', not a port like"),
        ("80/icmp", ".protocol is 'icmp', none of tcp, udp, sctp."),
        ("70000:80", ": '70000' is not within 1 to 65535"),
        ("82-80", ": '82-80' is not within 1 to 65535, with the lower port first."),
        ("{target: web}", ": 'web' is neither a port nor a range like 8000-8010."),
        (
            "8000-8001:80-82",
            ": published_port 8000-8001 and target_port 80-82 are ranges of different length.",
        ),
        ("8001-8000:80", ": '8001-8000' is not within 1 to 65535, with the lower port first."),
        ("8000-99999999:80", ": '8000-99999999' is not within 1 to 65535"),
        ("{published: 80}", "has no target."),
        ("{target: 80, mode: hots}", ".mode is 'hots', none of ingress, host."),
        ("{target: 80, publish: 1}", ".publish is not a key of Compose; did you mean published?"),
        ("[80]", "is a list, not a text."),
    ],
)
def test_a_wrong_port(port: str, told: str) -> None:
    start = "web.yml: services.web.ports[0]"
    assert service_refusal(f"ports: [{port}]").startswith(
        start + (told if told.startswith((".", ":")) else f" {told}")
    )


def test_an_address_cannot_be_honoured() -> None:
    told = service_refusal("ports: ['127.0.0.1:80:80']")
    assert told.startswith("web.yml: services.web.ports[0].host_ip (Swarm publishes a port on all addresses")
    assert service("ports: ['127.0.0.1:80:80']", ignore_unsupported=["host_ip"])["publish"] == [
        {"target_port": "80", "published_port": "80", "mode": "ingress"}
    ]


def two(first: str, second: str) -> str:
    return f"services: {{a: {{image: x, ports: [{first}]}}, b: {{image: x, ports: [{second}]}}}}"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("80:80", "80:8080"),
        ("80:80", "{target: 1, published: 80, mode: host}"),
        ("{target: 1, published: 80, mode: host}", "80:80"),
        ("8000-8010:80-90", "8005:1"),
    ],
)
def test_two_services_want_one_port(first: str, second: str) -> None:
    assert "which the service a publishes already" in refusal(two(first, second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("80:80", "80:80/udp"),
        ("80", "80"),
        ("{target: 1, published: 80, mode: host}", "{target: 1, published: 80, mode: host}"),
    ],
)
def test_two_services_that_do_not_clash(first: str, second: str) -> None:
    assert len(stack(two(first, second)).services) == 2


def test_one_service_publishes_a_port_twice() -> None:
    assert service_refusal("ports: [80:80, 80:81]") == (
        "web.yml: services.web.ports[1] publishes 80/tcp, which the service publishes already."
    )


def test_several_published_ports_lead_to_one_target() -> None:
    """The command line publishes each of them (docker/cli cli/compose/loader, nat.ParsePortSpecs)."""
    assert [
        (port["published_port"], port["target_port"])
        for port in service("ports: ['8000-8002:80/udp']")["publish"]
    ] == [
        ("8000", "80"),
        ("8001", "80"),
        ("8002", "80"),
    ]
    assert {port["protocol"] for port in service("ports: ['8000-8002:80/udp']")["publish"]} == {"udp"}
