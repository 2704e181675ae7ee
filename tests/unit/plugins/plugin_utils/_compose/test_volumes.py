# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.compose import (
    service,
    service_refusal,
    stack,
)

TOP = """
volumes:
  data:
  named: {name: its-name, driver: nfs, driver_opts: {o: 'addr=x', n: 1}, labels: [a=b]}
  there: {external: true}
  other: {external: true, name: elsewhere}
  older: {external: {name: elsewhere}}
"""
STACK = {"com.docker.stack.namespace": "shop"}
DATA = {"type": "volume", "source": "shop_data", "labels": STACK}


@pytest.mark.parametrize(
    ("volume", "mount"),
    [
        ("data:/x", {**DATA, "target": "/x"}),
        ("data:/x:ro", {**DATA, "target": "/x", "readonly": True}),
        ("'data:/x:rw,nocopy'", {**DATA, "target": "/x", "readonly": False, "no_copy": True}),
        ("/x", {"type": "volume", "target": "/x"}),
        ("/a:/x", {"type": "bind", "source": "/a", "target": "/x"}),
        (
            "'/a:/x:ro,rslave'",
            {"type": "bind", "source": "/a", "target": "/x", "readonly": True, "propagation": "rslave"},
        ),
        ("./a/../b:/x", {"type": "bind", "source": "/srv/app/b", "target": "/x"}),
        (".:/x", {"type": "bind", "source": "/srv/app", "target": "/x"}),
        ("'C:\\a:D:\\x:ro'", {"type": "bind", "source": "C:\\a", "target": "D:\\x", "readonly": True}),
        (
            "{type: volume, source: data, target: /x, volume: {subpath: s}}",
            {**DATA, "target": "/x", "subpath": "s"},
        ),
        (
            "named:/x",
            {
                "type": "volume",
                "target": "/x",
                "source": "its-name",
                "labels": {"a": "b", **STACK},
                "driver_config": {"name": "nfs", "options": {"o": "addr=x", "n": "1"}},
            },
        ),
        ("there:/x", {"type": "volume", "target": "/x", "source": "there"}),
        ("other:/x", {"type": "volume", "target": "/x", "source": "elsewhere"}),
        ("older:/x", {"type": "volume", "target": "/x", "source": "elsewhere"}),
        (
            "{type: tmpfs, target: /x, tmpfs: {size: 1M, mode: 01777}}",
            {"type": "tmpfs", "target": "/x", "tmpfs_size": "1M", "tmpfs_mode": 0o1777},
        ),
        (
            "{type: bind, source: /a, target: /x, bind: {recursive: disabled, create_host_path: false}}",
            {"type": "bind", "source": "/a", "target": "/x", "non_recursive": True},
        ),
        (
            "{type: npipe, source: '\\\\.\\pipe\\x', target: x}",
            {"type": "npipe", "source": "\\\\.\\pipe\\x", "target": "x"},
        ),
        (
            "{type: cluster, source: 'group:g', target: /x}",
            {"type": "cluster", "source": "group:g", "target": "/x"},
        ),
        (
            "{type: cluster, source: data, target: /x}",
            {"type": "cluster", "source": "shop_data", "target": "/x"},
        ),
    ],
)
def test_a_mount(volume: str, mount: dict[str, t.Any]) -> None:
    assert service(f"volumes: [{volume}]", TOP, project_dir="/srv/app")["mounts"] == [mount]


@pytest.mark.parametrize(
    ("tmpfs", "mounts"),
    [
        ("/run", [{"type": "tmpfs", "target": "/run"}]),
        (
            "[/a, '/b:size=64m,mode=1777,noexec,uid=7,ro']",
            [
                {"type": "tmpfs", "target": "/a"},
                {
                    "type": "tmpfs",
                    "target": "/b",
                    "tmpfs_size": "64m",
                    "tmpfs_mode": "1777",
                    "readonly": True,
                    "tmpfs_options": ["noexec", "uid=7"],
                },
            ],
        ),
    ],
)
def test_tmpfs_of_a_service(tmpfs: str, mounts: list[dict[str, t.Any]]) -> None:
    assert service(f"tmpfs: {tmpfs}")["mounts"] == mounts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "volumes: [lost:/x]",
            ".volumes[0].source names the volume lost, which the top-level volumes do not define.",
        ),
        (
            "volumes: [data:/x:ro:rw]",
            ".volumes[0] is 'data:/x:ro:rw', not a mount like data:/var/lib/data:ro.",
        ),
        ("volumes: ['data:']", ".volumes[0] is 'data:', not a mount"),
        ("volumes: ['']", ".volumes[0] is '', not a mount"),
        ("volumes: [./a:/x]", ".volumes[0].source is ./a, a relative path without a folder on the nodes;"),
        (
            "volumes: ['~/a:/x']",
            ".volumes[0].source is ~/a, and the nodes do not know whose home that is; write an absolute path, or set HOME",
        ),
        ("volumes: [{target: /x}]", ".volumes[0] has no type."),
        ("volumes: [{type: volumes, target: /x}]", ".volumes[0].type is 'volumes', none of bind,"),
        (
            "volumes: [{type: bind, source: /a, target: /x, tmpfs: {size: 1}}]",
            ".volumes[0].tmpfs cannot be set for a mount of type bind",
        ),
        (
            "volumes: [{type: tmpfs, source: /a, target: /x}]",
            ".volumes[0].source cannot be set for a tmpfs; remove source.",
        ),
        (
            "volumes: [{type: tmpfs, target: /x, tmpfs: {size: much}}]",
            ".volumes[0]: 'much' is not a size",
        ),
        ("tmpfs: run", ".tmpfs[0] is 'run', not like /run or /run:size=64m."),
        ("tmpfs: ['/run:size=big']", ".tmpfs[0]: 'big' is not a size"),
    ],
)
def test_a_wrong_mount(text: str, told: str) -> None:
    assert service_refusal(text, TOP).startswith(f"web.yml: services.web{told}")


@pytest.mark.parametrize(
    ("source", "path"), [("~/a", "/home/ops/a"), ("~", "/home/ops"), ("~/", "/home/ops/")]
)
def test_a_home_is_that_of_the_variables(source: str, path: str) -> None:
    [mount] = service(f"volumes: ['{source}:/x']", variables={"HOME": "/home/ops"})["mounts"]
    assert mount == {"type": "bind", "source": path, "target": "/x"}
    told = service_refusal("volumes: ['~other/a:/x']", variables={"HOME": "/home/ops"})
    assert "do not know whose home that is" in told


def test_two_mounts_with_one_target() -> None:
    told = "web.yml: services.web has two mounts with the target /x; remove one of them."
    assert service_refusal("volumes: [data:/x, '/y:/x']", TOP) == told
    assert service_refusal("volumes: [data:/x]\ntmpfs: /x", TOP) == told


@pytest.mark.parametrize(
    ("volume", "key"),
    [
        ("/a:/x:z", "z"),
        ("/a:/x:cached", "cached"),
        ("/a:/x:quick", "quick"),
        ("/a:/x:quick,", "quick"),
        ("{type: bind, source: /a, target: /x, bind: {create_host_path: true}}", "create_host_path"),
        ("{type: bind, source: /a, target: /x, bind: {selinux: z}}", "selinux"),
        ("{type: bind, source: /a, target: /x, consistency: cached}", "consistency"),
    ],
)
def test_what_has_no_effect_is_deployed_with_a_warning(volume: str, key: str) -> None:
    found = stack(f"services: {{web: {{image: tiny, volumes: [{volume}]}}}}")
    assert found.services[0]["mounts"] == [{"type": "bind", "source": "/a", "target": "/x"}]
    [warning] = found.warnings
    assert warning.startswith("web.yml: services.web.volumes[0]")
    assert warning.endswith("has no effect, as with docker stack deploy.")
    assert f".{key} has no effect" in warning


@pytest.mark.parametrize("word", ["noexec", "readonly", "RO"])
def test_a_word_that_protects_a_mount_is_left_out_only_by_its_name(word: str) -> None:
    text = f"volumes: [/a:/x:{word}]"
    told = service_refusal(text, ignore_unsupported=["all"])
    assert told.startswith(
        f"web.yml: services.web.volumes[0].{word} (a mount of a service has ro, and no other word that protects it): "
    )
    found = service(text, ignore_unsupported=[word])
    assert found["mounts"] == [{"type": "bind", "source": "/a", "target": "/x"}]


def test_docker_compose_config_writes_the_label_of_a_volume_as_one_of_a_bind() -> None:
    volume = "{type: volume, source: data, target: /x, bind: {selinux: z}, volume: {}}"
    found = stack(f"services: {{web: {{image: tiny, volumes: [{volume}]}}}}\nvolumes: {{data: {{}}}}")
    assert found.services[0]["mounts"][0]["type"] == "volume"
    [warning] = found.warnings
    assert "services.web.volumes[0].bind.selinux has no effect" in warning


def test_what_stands_beside_external_has_no_effect() -> None:
    found = stack(
        "services: {web: {image: tiny, volumes: [vol:/x]}}\nvolumes: {vol: {external: true, driver: local}}"
    )
    assert found.services[0]["mounts"] == [{"type": "volume", "source": "vol", "target": "/x"}]
    assert found.warnings == ["web.yml: volumes.vol.driver has no effect, as with docker stack deploy."]
    told = service_refusal("volumes: [vol:/x]", "volumes: {vol: {external: {name: a}, name: b}}")
    assert (
        told
        == "web.yml: volumes.vol.external has a name, and the definition has one too; remove one of them."
    )
