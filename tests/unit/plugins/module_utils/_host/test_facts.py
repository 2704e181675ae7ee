# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import builtins
import io
import json
import os
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host import facts as host

DEBIAN = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/?a=b"
# ID=comment
"""
ROCKY = 'ID=\'rocky\'\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n\nnonsense\n'

# ``ip -json address`` of a host with Docker, shortened to what is read.
ADDRESSES = [
    {
        "ifname": "lo",
        "addr_info": [{"family": "inet", "local": "127.0.0.1", "prefixlen": 8, "scope": "host"}],
    },
    {
        "ifname": "eth0",
        "addr_info": [
            {"family": "inet", "local": "10.0.0.11", "prefixlen": 24, "scope": "global"},
            {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
            {"family": "inet6", "local": "fd00::11", "prefixlen": 64, "scope": "global"},
        ],
    },
    *(
        {
            "ifname": name,
            "addr_info": [{"family": "inet", "local": "172.17.0.1", "prefixlen": 16, "scope": "global"}],
        }
        for name in ("docker0", "docker_gwbridge", "br-0123456789ab")
    ),
    {
        "ifname": "br-lan",
        "addr_info": [{"family": "inet", "local": "10.1.0.1", "prefixlen": 24, "scope": "global"}],
    },
    {"ifname": "dummy0"},
]


def test_os_release_is_read() -> None:
    assert host.os_release(DEBIAN) == {
        "id": "debian",
        "version_id": "12",
        "id_like": [],
        "codename": "bookworm",
        "pretty_name": "Debian GNU/Linux 12 (bookworm)",
    }
    assert host.os_release(ROCKY)["id"] == "rocky"
    assert host.os_release(ROCKY)["id_like"] == ["rhel", "centos", "fedora"]
    assert host.os_release("")["id"] == ""


def test_addresses_are_those_another_host_can_use() -> None:
    assert host.addresses(json.dumps(ADDRESSES)) == [
        {"interface": "eth0", "address": "10.0.0.11", "prefix": 24, "family": "inet"},
        {"interface": "eth0", "address": "fd00::11", "prefix": 64, "family": "inet6"},
        {"interface": "br-lan", "address": "10.1.0.1", "prefix": 24, "family": "inet"},
    ]
    assert host.addresses("") == []


def test_the_default_address_is_the_source_of_the_default_route() -> None:
    assert host.default_address('[{"dst":"192.0.2.1","dev":"eth0","prefsrc":"10.0.0.11"}]') == "10.0.0.11"
    assert host.default_address("") is None
    assert host.default_address("[]") is None
    assert host.default_address('[{"dst":"192.0.2.1"}]') is None


def test_a_held_package_is_known_by_dpkgs_status() -> None:
    status = (
        "Package: docker.io\nStatus: hold ok installed\nPriority: optional\n\n"
        "Package: docker.io-doc\nStatus: install ok installed\n\nPackage: runc\nStatus: install ok installed\n"
    )
    assert host.dpkg_held(status, "docker.io")
    assert not host.dpkg_held(status, "docker.io-doc")
    assert not host.dpkg_held(status, "runc")
    assert not host.dpkg_held(status, "docker-ce")
    assert not host.dpkg_held("Package: dockerXio\nStatus: hold ok installed\n", "docker.io")


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
    assert host.version_locked(entries, "", "docker-ce") is held


def dnf5(name: str, comparator: str) -> str:
    """An entry of dnf 5's file, as "dnf versionlock add" and "exclude" write it."""
    return (
        f'\n[[packages]]\nname = "{name}"\ncomment = "Added by \'versionlock\' command on 2026-11-20"\n'
        f'[[packages.conditions]]\nkey = "evr"\ncomparator = "{comparator}"\nvalue = "3:26.1.4-1.fc41"\n'
    )


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
    assert host.version_locked("", toml, "docker-ce") is held


@pytest.mark.parametrize(
    ("system", "family"),
    [
        ({"id": "debian"}, "debian"),
        ({"id": "linuxmint", "id_like": ["ubuntu", "debian"]}, "debian"),
        ({"id": "rocky", "id_like": ["rhel", "centos", "fedora"]}, "redhat"),
        ({"id": "fedora", "id_like": []}, "redhat"),
        ({"id": "arch"}, None),
        ({}, None),
    ],
)
def test_a_system_belongs_to_a_family(system: dict[str, t.Any], family: str | None) -> None:
    assert host.family(system) == family


class Disk:
    """Files that are there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
        real_open, real_exists = builtins.open, os.path.exists

        def opened(path: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
            if not str(path).startswith(("/etc/", "/var/lib/dpkg")):
                return real_open(path, *args, **kwargs)
            if path not in files:
                raise FileNotFoundError(path)
            return io.StringIO(files[path])

        def exists(path: t.Any) -> bool:
            known = str(path).startswith(("/usr/", "/var/lib/dpkg"))
            return path in files if known else real_exists(path)

        monkeypatch.setattr(builtins, "open", opened)
        monkeypatch.setattr(os.path, "exists", exists)


def no_program(command: list[str]) -> t.NoReturn:
    """Files alone are read."""
    raise AssertionError(f"{command} is started for nothing")


DOCKER_IO = {"/usr/sbin/dockerd": "", "/var/lib/dpkg/info/docker.io.list": ""}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {"installed": False, "package": None, "held": None}),
        (DOCKER_IO, {"installed": True, "package": "docker.io", "held": False}),
        (
            {**DOCKER_IO, "/var/lib/dpkg/status": "Package: docker.io\nStatus: hold ok installed\n"},
            {"held": True},
        ),
        ({"/usr/bin/dockerd": ""}, {"installed": True, "package": None, "held": None}),
        # Removed, but not purged.
        ({"/var/lib/dpkg/info/docker.io.list": ""}, {"installed": False, "package": None}),
        (
            {**DOCKER_IO, "/var/lib/dpkg/info/docker-ce.list": ""},
            {"package": "docker-ce"},
        ),
        ({"/etc/docker/daemon.json": '{"debug": true}'}, {"daemon": {"debug": True}, "daemon_error": None}),
        ({"/etc/docker/daemon.json": " \n"}, {"daemon": {}, "daemon_error": None}),
    ],
)
def test_the_hosts_files_tell_of_its_engine(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], expected: dict[str, t.Any]
) -> None:
    Disk(monkeypatch, {"/etc/os-release": DEBIAN, **files})
    found = host.engine_files(no_program)
    assert {key: found[key] for key in expected} == expected


LOCKED = "docker-ce-3:26.1.4-1.el9.*\n"


@pytest.mark.parametrize(
    ("files", "answer", "expected"),
    [
        ({}, (0, "docker-ce\n", ""), {"installed": True, "package": "docker-ce", "held": False}),
        (
            {"/etc/dnf/plugins/versionlock.list": LOCKED},
            (0, "docker-ce\n", ""),
            {"package": "docker-ce", "held": True},
        ),
        (
            {"/etc/yum/pluginconf.d/versionlock.list": "3:docker-ce-26.1.4-1.el7.*\n"},
            (0, "docker-ce\n", ""),
            {"held": True},
        ),
        (
            {"/etc/dnf/versionlock.toml": dnf5("moby-engine", "=")},
            (0, "moby-engine\n", ""),
            {"package": "moby-engine", "held": True},
        ),
        (
            {"/etc/dnf/plugins/versionlock.list": LOCKED},
            (1, "file /usr/bin/dockerd is not owned by any package\n", ""),
            {"installed": True, "package": None, "held": None},
        ),
        ({}, (127, "", "no rpm"), {"installed": True, "package": None, "held": None}),
    ],
)
def test_rpm_names_the_package_of_the_engine_and_dnf_s_files_tell_whether_it_is_held(
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    answer: tuple[int, str, str],
    expected: dict[str, t.Any],
) -> None:
    Disk(monkeypatch, {"/etc/os-release": ROCKY, "/usr/bin/dockerd": "", **files})
    started = []

    def run(command: list[str]) -> tuple[int, str, str]:
        started.append(command)
        return answer

    found = host.engine_files(run)
    assert {key: found[key] for key in expected} == expected
    assert started == [["rpm", "-q", "--queryformat", "%{NAME}\\n", "--file", "/usr/bin/dockerd"]]


def test_without_an_engine_no_package_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, {"/etc/os-release": ROCKY, "/etc/dnf/plugins/versionlock.list": LOCKED})
    found = host.engine_files(no_program)
    assert (found["installed"], found["package"], found["held"]) == (False, None, None)


def test_a_broken_daemon_json_is_told_and_not_taken_for_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, {"/etc/docker/daemon.json": '{"debug": }'})
    found = host.engine_files(no_program)
    assert found["daemon"] == {}
    assert "line 1" in found["daemon_error"]


def test_the_look_starts_two_programs_and_reads_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, {"/etc/os-release": DEBIAN})
    started = []

    def run(command: list[str]) -> tuple[int, str, str]:
        started.append(command)
        answer: t.Any = ADDRESSES if command[-1] == "address" else [{"prefsrc": "10.0.0.11"}]
        return 0, json.dumps(answer), ""

    found = host.read(run)
    assert started == [["ip", "-json", "address"], ["ip", "-json", "route", "get", "192.0.2.1"]]
    assert found["os"]["id"] == "debian"
    assert found["default_address"] == "10.0.0.11"
    assert len(found["addresses"]) == 3


def test_a_host_without_ip_has_no_addresses_rather_than_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, {})
    found = host.read(lambda command: (127, "", "not found"))
    assert (found["addresses"], found["default_address"]) == ([], None)
