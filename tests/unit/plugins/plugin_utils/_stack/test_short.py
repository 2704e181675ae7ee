# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.action import swarm_deploy, swarm_service
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import table
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack import short as short_forms
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.short import long_forms

ROWS = {row.name: row for row in table()}


def short(**options: t.Any) -> dict[str, t.Any]:
    """The options of a service in long form, which the table takes."""
    made, warnings = long_forms({"name": "web", **options})
    assert warnings == []
    assert made.pop("name") == "web"
    for name, value in made.items():
        ROWS[name].convert(value)
    return made


def port(target: str, published: str | None = None, protocol: str | None = None) -> dict[str, str]:
    found = {"target_port": target, "published_port": published, "protocol": protocol, "mode": "ingress"}
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", [port("80")]),
        ("8080:80", [port("80", "8080")]),
        ("8080:80/udp", [port("80", "8080", "udp")]),
        ("8000-8001:80-81", [port("80-81", "8000-8001")]),
        ("8000-8001:80/tcp", [port("80", "8000", "tcp"), port("80", "8001", "tcp")]),
        ("0.0.0.0:53:53/UDP", [port("53", "53", "udp")]),
    ],
)
def test_ports(text: str, ports: list[dict[str, str]]) -> None:
    assert short(publish=[text])["publish"] == ports
    assert short(publish=text)["publish"] == ports
    long = {"target_port": "9", "published_port": "9", "mode": "host"}
    assert short(publish=[long, text])["publish"] == [long, *ports]


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("/data", {"type": "volume", "target": "/data"}),
        ("data:/data", {"type": "volume", "source": "data", "target": "/data"}),
        ("data:/data:nocopy", {"type": "volume", "source": "data", "target": "/data", "no_copy": True}),
        ("/etc/a:/b:ro", {"type": "bind", "source": "/etc/a", "target": "/b", "readonly": True}),
        (
            "/etc/a:/b:rw,rslave",
            {"type": "bind", "source": "/etc/a", "target": "/b", "readonly": False, "propagation": "rslave"},
        ),
    ],
)
def test_mounts(text: str, mount: dict[str, t.Any]) -> None:
    assert short(mounts=[text])["mounts"] == [mount]


def test_a_word_without_effect_is_named_in_a_warning() -> None:
    made, warnings = long_forms({"name": "web", "mounts": ["/etc/a:/b:ro,z"]})
    assert made["mounts"] == [{"type": "bind", "source": "/etc/a", "target": "/b", "readonly": True}]
    assert warnings == ["web: mounts[0]: z has no effect: give the directory its SELinux label on the nodes."]


@pytest.mark.parametrize("name", ["labels", "container_labels"])
def test_labels_as_a_list(name: str) -> None:
    assert short(**{name: ["a=b=c", "on"]}) == {name: {"a": "b=c", "on": ""}}
    assert short(**{name: []}) == {name: {}}


def test_every_service_of_a_list() -> None:
    services = [{"name": "db", "mounts": ["data:/d"]}, "text", {"image": "x", "publish": ["1:2:3:4:5"]}]
    assert long_forms({"services": services[:2]})[0]["services"] == [
        {"name": "db", "mounts": [{"type": "volume", "source": "data", "target": "/d"}]},
        "text",
    ]
    with pytest.raises(Refused, match=r"^services\[2\]: publish\[0\] is '1:2:3:4:5', not a port like"):
        long_forms({"services": services})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "publish": [{"target_port": 80}],
            "mounts": [{"target": "/a", "source": "/b"}],
            "labels": {"a": "b"},
        },
        {"publish": ["target_port=80 published_port=8080"], "mounts": ['{"target": "/a"}'], "labels": "a=b"},
        {"publish": None, "mounts": None, "labels": None, "services": None},
        {"publish": {"target_port": 80}, "mounts": True, "labels": 5, "services": "text"},
        {"publish": [None, ["80"], True]},
    ],
)
def test_the_long_form_and_what_is_no_form_are_left_to_the_module(given: dict[str, t.Any]) -> None:
    assert long_forms(given) == (given, [])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"publish": ["8080:80/tpc"]}, "web: publish[0].protocol is 'tpc', none of tcp, udp, sctp."),
        (
            {"publish": ["80", "http"]},
            "web: publish[1] is 'http', not a port like 80, 8080:80 or 8080:80/udp.",
        ),
        (
            {"publish": ["127.0.0.1:8080:80"]},
            "web: publish[0].host_ip has no such form for services: Swarm publishes a port on all addresses of a node.",
        ),
        (
            {"publish": [1342]},
            'web: publish[0] is the number 1342; write a port in quotes, such as "8080:80", since YAML reads 22:22 as 1342.',
        ),
        (
            {"publish": ["80:80", "80:81"]},
            "web: publish[1] publishes 80/tcp, which the service publishes already.",
        ),
        (
            {"mounts": ["data:/b:what"]},
            "web: mounts[0].what has no such form for services: a mount has ro, rw,",
        ),
        (
            {"mounts": ["./a:/b"]},
            "web: mounts[0] begins with ./a, which no node knows; write an absolute path.",
        ),
        ({"mounts": [""]}, "web: mounts[0] is '', not a mount like data:/var/lib/data:ro."),
        ({"labels": ["a=b", 5]}, "web: labels[1] is not a text like name=value."),
        ({"labels": ["a=b", "a=c"]}, "web: labels[1] declares the label a a second time."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(given: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        long_forms({"name": "web", **given})
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(" Nothing was sent.")


def test_a_task_without_short_forms_imports_no_reader_of_compose_files() -> None:
    """Ansible compiles in every run what is imported."""
    for file in (short_forms, swarm_service, swarm_deploy):
        assert not re.search(r"^(from|import) .*_compose", Path(str(file.__file__)).read_text(), re.MULTILINE)
