# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import os
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host import facts
from ansible_collections.flotilla.swarm.plugins.module_utils._options.fingerprint import fingerprint
from ansible_collections.flotilla.swarm.tests.unit.support.hosts import ADDRESSES, DEBIAN, ROCKY, dnf5


class Disk:
    """Files that are there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
        real_exists = os.path.exists

        def read(path: str, _most: int) -> bytes:
            if path not in files:
                raise FileNotFoundError(path)
            return files[path].encode()

        def exists(path: t.Any) -> bool:
            known = str(path).startswith(("/usr/", "/var/lib/dpkg"))
            return path in files if known else real_exists(path)

        monkeypatch.setattr(facts, "read_file", read)
        monkeypatch.setattr(os.path, "exists", exists)


def no_program(command: list[str]) -> t.NoReturn:
    """Files alone are read."""
    raise AssertionError(f"{command} is started for nothing")


SALT = b"salt"
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
    found = facts.engine_files(no_program, SALT)
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

    found = facts.engine_files(run, SALT)
    assert {key: found[key] for key in expected} == expected
    assert started == [["rpm", "-q", "--queryformat", "%{NAME}\\n", "--file", "/usr/bin/dockerd"]]


def test_without_an_engine_no_package_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, {"/etc/os-release": ROCKY, "/etc/dnf/plugins/versionlock.list": LOCKED})
    found = facts.engine_files(no_program, SALT)
    assert (found["installed"], found["package"], found["held"]) == (False, None, None)


def test_a_broken_daemon_json_is_an_error_and_not_taken_for_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, {"/etc/docker/daemon.json": '{"debug": }'})
    found = facts.engine_files(no_program, SALT)
    assert found["daemon"] == {}
    assert "line 1" in found["daemon_error"]


def test_a_daemon_json_that_is_no_object_is_an_error_and_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Disk(monkeypatch, {"/etc/docker/daemon.json": '["s3cret"]'})
    found = facts.engine_files(no_program, SALT)
    assert (found["daemon"], found["daemon_error"]) == ({}, "it is no JSON object")


def test_what_may_be_a_secret_in_daemon_json_is_a_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"mtu": 1400, "userland-proxy": False, "log-opts": {"max-size": "1m", "splunk-token": "s3cret"}}
    Disk(monkeypatch, {"/etc/docker/daemon.json": json.dumps(content)})
    found = facts.engine_files(no_program, SALT)["daemon"]
    token = found["log-opts"].pop("splunk-token")
    assert found == {**content, "log-opts": {"max-size": "1m"}}
    assert token == fingerprint(b'"s3cret"', SALT)


def test_fingerprints_cost_nothing_where_there_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        hashlib, "scrypt", lambda *_data, **_how: pytest.fail("a hash is computed for nothing")
    )
    content = {
        "mtu": 1400,
        "userland-proxy": False,
        "registry-mirrors": ["https://m"],
        "log-opts": {"max-size": "1m"},
    }
    Disk(monkeypatch, {"/etc/docker/daemon.json": json.dumps(content)})
    assert facts.engine_files(no_program, SALT)["daemon"] == content


def test_a_python_without_scrypt_hides_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(hashlib, "scrypt")
    Disk(monkeypatch, {"/etc/docker/daemon.json": '{"proxies": {"http-proxy": "s3cret"}}'})
    assert facts.engine_files(no_program, SALT)["daemon"] == {"proxies": {"http-proxy": "(hidden)"}}


def test_reading_a_host_starts_two_programs_and_reads_files_for_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Disk(monkeypatch, {"/etc/os-release": DEBIAN})
    started = []

    def run(command: list[str]) -> tuple[int, str, str]:
        started.append(command)
        answer: t.Any = ADDRESSES if command[-1] == "address" else [{"prefsrc": "10.0.0.11"}]
        return 0, json.dumps(answer), ""

    found = facts.read(run)
    assert started == [["ip", "-json", "address"], ["ip", "-json", "route", "get", "192.0.2.1"]]
    assert found["os"]["id"] == "debian"
    assert found["default_address"] == "10.0.0.11"
    assert len(found["addresses"]) == 3


def test_a_host_without_ip_has_no_addresses_rather_than_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, {})
    found = facts.read(lambda command: (127, "", "not found"))
    assert (found["addresses"], found["default_address"]) == ([], None)
