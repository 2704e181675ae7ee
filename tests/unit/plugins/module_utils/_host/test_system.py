# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host import system
from ansible_collections.flotilla.swarm.tests.unit.support.hosts import ADDRESSES, DEBIAN, ROCKY, dnf5


def test_os_release_is_read() -> None:
    assert system.os_release(DEBIAN) == {
        "id": "debian",
        "version_id": "12",
        "id_like": [],
        "codename": "bookworm",
        "pretty_name": "Debian GNU/Linux 12 (bookworm)",
    }
    assert system.os_release(ROCKY)["id"] == "rocky"
    assert system.os_release(ROCKY)["id_like"] == ["rhel", "centos", "fedora"]
    assert system.os_release("")["id"] == ""


def test_addresses_are_those_another_host_can_use() -> None:
    assert system.addresses(json.dumps(ADDRESSES)) == [
        {"interface": "eth0", "address": "10.0.0.11", "prefix": 24, "family": "inet"},
        {"interface": "eth0", "address": "fd00::11", "prefix": 64, "family": "inet6"},
        {"interface": "br-lan", "address": "10.1.0.1", "prefix": 24, "family": "inet"},
    ]
    assert system.addresses("") == []


def test_the_default_address_is_the_source_of_the_default_route() -> None:
    assert system.default_address('[{"dst":"192.0.2.1","dev":"eth0","prefsrc":"10.0.0.11"}]') == "10.0.0.11"
    assert system.default_address("") is None
    assert system.default_address("[]") is None
    assert system.default_address('[{"dst":"192.0.2.1"}]') is None


def test_a_held_package_is_known_by_dpkgs_status() -> None:
    status = (
        "Package: docker.io\nStatus: hold ok installed\nPriority: optional\n\n"
        "Package: docker.io-doc\nStatus: install ok installed\n\nPackage: runc\nStatus: install ok installed\n"
    )
    assert system.dpkg_held(status, "docker.io")
    assert not system.dpkg_held(status, "docker.io-doc")
    assert not system.dpkg_held(status, "runc")
    assert not system.dpkg_held(status, "docker-ce")
    assert not system.dpkg_held("Package: dockerXio\nStatus: hold ok installed\n", "docker.io")


@pytest.mark.parametrize(
    ("entries", "held"),
    [
        ("# Added lock on Tue\ndocker-ce-3:26.1.4-1.el9.*\ndocker-ce-cli-1:26.1.4-1.el9.*\n", True),
        ("docker-ce-cli-1:26.1.4-1.el9.*\n", False),
        ("3:docker-ce-26.1.4-1.el7.*\n", True),
        ("docker-ce-26.* \n", True),
        ("docker-ce\n", True),
        ("docker-ce-*\n", True),
        ("!docker-ce-3:27.0.1-1.el9.*\n", False),
        ("#docker-ce-3:26.1.4-1.el9.*\n", False),
        ("my-docker-ce-3:26.1.4-1.el9.*\n", False),
        ("", False),
    ],
)
def test_a_locked_package_is_known_by_the_lists_of_dnf_and_yum(entries: str, held: bool) -> None:
    assert system.version_locked(entries, "", "docker-ce") is held


@pytest.mark.parametrize(
    ("packages", "held"),
    [
        ([("docker-ce", "=")], True),
        ([("docker-ce-cli", "=")], False),
        ([("docker-ce", "!=")], False),
        ([("docker-ce", "!="), ("moby-engine", "=")], False),
        ([("docker-ce-cli", "="), ("docker-ce", "<")], True),
        ([], False),
    ],
)
def test_a_locked_package_is_known_by_the_file_of_dnf_5(packages: list[tuple[str, str]], held: bool) -> None:
    toml = 'version = "1.0"\n' + "".join(dnf5(*package) for package in packages)
    assert system.version_locked("", toml, "docker-ce") is held


@pytest.mark.parametrize(
    ("release", "family"),
    [
        ({"id": "debian"}, "debian"),
        ({"id": "linuxmint", "id_like": ["ubuntu", "debian"]}, "debian"),
        ({"id": "rocky", "id_like": ["rhel", "centos", "fedora"]}, "redhat"),
        ({"id": "fedora", "id_like": []}, "redhat"),
        ({"id": "arch"}, None),
        ({}, None),
    ],
)
def test_a_system_belongs_to_a_family(release: dict[str, t.Any], family: str | None) -> None:
    assert system.family(release) == family
