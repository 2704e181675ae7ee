# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.compose import refusal, stack


def merged(base: str, over: str, top: str = "") -> dict[str, t.Any]:
    files = {
        "a.yml": f"services: {{web: {{image: x, {base}}}}}\n{top}",
        "b.yml": f"services: {{web: {{{over}}}}}",
    }
    return stack(files, "a.yml", "b.yml").services[0]


@pytest.mark.parametrize(
    ("base", "over", "option", "value"),
    [
        ("user: y", "user: z", "user", "z"),
        ("command: [a, b]", "command: c", "args", ["c"]),
        ("entrypoint: [a, b]", "entrypoint: [c]", "command", ["c"]),
        (
            "healthcheck: {test: [CMD, a], retries: 3}",
            "healthcheck: {test: [CMD, b]}",
            "healthcheck",
            {"test": ["CMD", "b"], "retries": 3},
        ),
        ("environment: {A: 1, B: 1}", "environment: [B=2, C=2]", "env", {"A": "1", "B": "2", "C": "2"}),
        ("dns: 192.0.2.1", "dns: [192.0.2.2, 192.0.2.1]", "dns", ["192.0.2.1", "192.0.2.2"]),
        ("cap_add: [KILL]", "cap_add: [CHOWN]", "cap_add", ["KILL", "CHOWN"]),
        ("cap_add: [KILL]", "cap_add: null", "cap_add", ["KILL"]),
        ("cap_add: [KILL]", "cap_add: !override [CHOWN]", "cap_add", ["CHOWN"]),
        ("cap_add: [KILL]", "cap_add: !reset []", "cap_add", None),
        ("environment: {A: 1, B: 1}", "environment: {A: !reset null}", "env", {"B": "1"}),
        (
            "deploy: {replicas: 1, placement: {constraints: [node.id==a]}}",
            "deploy: {replicas: 2}",
            "replicas",
            2,
        ),
        (
            "deploy: {placement: {constraints: [node.id==a]}}",
            "deploy: {placement: {constraints: [node.id==b]}}",
            "placement",
            {"constraints": ["node.id==a", "node.id==b"]},
        ),
        (
            "logging: {driver: a, options: {x: 1}}",
            "logging: {options: {y: 2}}",
            "logging",
            {"driver": "a", "options": {"x": "1", "y": "2"}},
        ),
        (
            "logging: {driver: a, options: {x: 1}}",
            "logging: {driver: b, options: {y: 2}}",
            "logging",
            {"driver": "b", "options": {"y": "2"}},
        ),
        (
            "ulimits: {nproc: 1}",
            "ulimits: {nproc: {soft: 2, hard: 3}}",
            "ulimits",
            [{"name": "nproc", "soft": 2, "hard": 3}],
        ),
        (
            "extra_hosts: ['a:192.0.2.1', 'b:192.0.2.1']",
            "extra_hosts: {a: 192.0.2.2}",
            "hosts",
            {"a": ["192.0.2.1", "192.0.2.2"], "b": "192.0.2.1"},
        ),
    ],
)
def test_two_files(base: str, over: str, option: str, value: t.Any) -> None:
    assert merged(base, over).get(option) == value


def test_ports_volumes_and_secrets_are_replaced_by_what_identifies_them() -> None:
    found = merged(
        'ports: ["80:80", "53:53/udp", "9000"], volumes: ["/a:/x", "/b:/y"], secrets: [s, {source: t, target: f}]',
        'ports: ["80:8080", "53:53/tcp", "9000"], volumes: [{type: bind, source: /c, target: /x}], '
        "secrets: [{source: s, uid: '7'}, {source: s, target: f}]",
        "secrets: {s: {external: true}, t: {external: true}}",
    )
    assert [(port.get("published_port"), port["target_port"]) for port in found["publish"]] == [
        ("80", "8080"),
        ("53", "53"),
        (None, "9000"),
        ("53", "53"),
    ]
    assert [(mount["source"], mount["target"]) for mount in found["mounts"]] == [("/c", "/x"), ("/b", "/y")]
    assert [(one["secret_name"], one["filename"], one["uid"]) for one in found["secrets"]] == [
        ("s", "s", "7"),
        ("s", "f", "0"),
    ]


def test_networks_and_definitions_are_merged_too() -> None:
    files = {
        "a.yml": "services: {web: {image: x, networks: [a]}}\nnetworks: {a: {internal: true}}\nvolumes: {v: {}}",
        "b.yml": "services: {web: {networks: {b: {aliases: [c]}}}}\nnetworks: {a: {attachable: true}, b: {}}",
        "c.yml": "services: {other: {image: y, networks: [b]}, web: {x-any: 1}}",
    }
    found = stack(files, "a.yml", "b.yml", "c.yml")
    assert [network["name"] for network in found.services[0]["networks"]] == ["shop_a", "shop_b"]
    assert (found.networks[0]["internal"], found.networks[0]["attachable"]) == (True, True)
    files["c.yml"] = files["c.yml"].replace("image: y", "image: y, tty: perhaps")
    assert refusal(files, "a.yml", "b.yml", "c.yml").startswith("c.yml: services.other.tty is 'perhaps'")


def test_a_service_can_be_removed() -> None:
    files = {"a.yml": "services: {web: {image: x}, db: {image: y}}", "b.yml": "services: {db: !reset null}"}
    assert [service["name"] for service in stack(files, "a.yml", "b.yml").services] == ["shop_web"]


def test_a_whole_service_or_definition_can_replace_an_earlier_one() -> None:
    files = {
        "a.yml": "services: {web: {image: x, user: y}}\nnetworks: {default: {internal: true}}",
        "b.yml": (
            "services: {web: !override {image: z, ports: ['80:80']}}\n"
            "networks: {default: !override {labels: [a=b], external: {name: house}}}"
        ),
    }
    assert stack(files, "a.yml", "b.yml").warnings == [
        "b.yml: networks.default.labels has no effect, as with docker stack deploy."
    ]
    files["b.yml"] = files["b.yml"].replace(", external: {name: house}", "")
    found = stack(files, "a.yml", "b.yml")
    [web], [network] = found.services, found.networks
    assert ("user" in web, web["image"], web["publish"][0]["published_port"]) == (False, "z", "80")
    assert ("internal" in network, network["labels"]["a"]) == (False, "b")


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ("deploy: {replicas: many}", "b.yml: services.web.deploy.replicas is 'many'"),
        ("deploy: {mode: global}", "a.yml: services.web.deploy.replicas: replicas is for mode replicated"),
        ("cap_add: [[x]]", "b.yml: services.web.cap_add[1] is a list"),
        ("ports: ['80:x']", "b.yml: services.web.ports[0] is '80:x'"),
        ("ports: ['80:80/x']", "b.yml: services.web.ports[1].protocol is 'x'"),
    ],
)
def test_an_error_names_the_file_that_the_value_comes_from(over: str, told: str) -> None:
    files = {
        "a.yml": "services: {web: {image: x, cap_add: [KILL], ports: [81], deploy: {replicas: 1}}}",
        "b.yml": f"services: {{web: {{{over}}}}}",
    }
    assert refusal(files, "a.yml", "b.yml").startswith(told)
