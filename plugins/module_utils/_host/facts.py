# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a host before it is in a swarm: system, addresses, Engine. PRIVATE to the collection.

Reading these facts is all that a run without a change costs a host, so files are read rather than programs started.
"""

from __future__ import annotations

import json
import os
import re
import sys
import typing as t

from .._run.commands import Run

#: Debian packages that bring a dockerd: Docker's own and the distributions'.
DEBIAN_PACKAGES = ("docker-ce", "docker.io", "moby-engine", "docker")
_DOCKERD = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd", "/usr/libexec/docker/dockerd")

# What "dnf versionlock" writes: dnf 5, dnf 4, yum.
_VERSIONLOCK_TOML = "/etc/dnf/versionlock.toml"
_VERSIONLOCK_LISTS = ("/etc/dnf/plugins/versionlock.list", "/etc/yum/pluginconf.d/versionlock.list")

# Bridges that Docker creates: their addresses are the same on every host and are reached from no other host.
_BRIDGE = re.compile(r"docker0$|docker_gwbridge$|br-[0-9a-f]{12}$")


def os_release(text: str) -> dict[str, t.Any]:
    """``/etc/os-release`` as ``id version_id id_like codename pretty_name``."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    found = {name.strip(): value.strip().strip("\"'") for name, value in pairs}
    return {
        "id": found.get("ID", ""),
        "version_id": found.get("VERSION_ID", ""),
        "id_like": found.get("ID_LIKE", "").split(),
        "codename": found.get("VERSION_CODENAME", ""),
        "pretty_name": found.get("PRETTY_NAME", ""),
    }


def family(system: t.Mapping[str, t.Any]) -> str | None:
    """The family of an operating system (``id`` and ``id_like`` of ``os_release``): ``debian``, ``redhat`` or ``None``."""
    ids = {system.get("id", ""), *(system.get("id_like") or [])}
    if ids & {"debian", "ubuntu"}:
        return "debian"
    return "redhat" if ids & {"fedora", "rhel", "centos"} else None


def addresses(text: str) -> list[dict[str, t.Any]]:
    """The addresses in the output of ``ip -json address``, without loopback, link-local and Docker's own ones."""
    return [
        {
            "interface": link["ifname"],
            "address": found["local"],
            "prefix": found["prefixlen"],
            "family": found["family"],
        }
        for link in json.loads(text or "[]")
        for found in link.get("addr_info", [])
        if found.get("scope") == "global" and not _BRIDGE.match(link["ifname"])
    ]


def default_address(text: str) -> str | None:
    """The source address of the default route in the output of ``ip -json route get ADDRESS``."""
    routes = json.loads(text or "[]")
    return routes[0].get("prefsrc") if routes else None


def dpkg_held(status: str, package: str) -> bool:
    """Whether dpkg's status file says that a package is held."""
    found = re.search(rf"^Package: {re.escape(package)}\nStatus: (\S+)", status, re.MULTILINE)
    return bool(found and found.group(1) == "hold")


def version_locked(entries: str, toml: str, package: str) -> bool:
    """Whether dnf or yum holds a package at a version.

    Args:
        entries: the lists of dnf 4 and yum, such as ``docker-ce-3:26.1.4-1.el9.*`` and ``3:docker-ce-26.1.4-1.el7.*``; an
            entry that begins with ``!`` excludes a version instead.
        toml: the file of dnf 5, where a condition with ``!=`` excludes a version.
        package: the package's name, which may be the beginning of another one's.
    """
    name = re.escape(package)
    if re.search(rf"^(?:\d+:)?{name}(?:-[\d*].*)?[ \t]*$", entries, re.MULTILINE):
        return True
    tables = re.split(r"^\s*\[\[packages\]\]", toml, flags=re.MULTILINE)[1:]
    own = [table for table in tables if re.search(rf"^\s*name\s*=\s*[\"']{name}[\"']", table, re.MULTILINE)]
    return any(re.search(r"^\s*comparator\s*=\s*[\"'](?!!=)", table, re.MULTILINE) for table in own)


def read(run: Run) -> dict[str, t.Any]:
    """The host without its Engine: ``hostname os python addresses default_address``."""
    return {
        "hostname": os.uname().nodename,
        "os": os_release(_read("/etc/os-release")),
        "python": sys.version.split()[0],
        "addresses": addresses(run(["ip", "-json", "address"])[1]),
        # An address of the documentation's range (RFC 5737) takes the default route; nothing is sent to it.
        "default_address": default_address(run(["ip", "-json", "route", "get", "192.0.2.1"])[1]),
    }


def engine_files(run: Run) -> dict[str, t.Any]:
    """What the host's files say of its Engine: ``installed package held daemon daemon_error``.

    ``package`` is the one that brought the Engine, ``held`` whether it is held, both ``None`` where no package manager
    brought it. ``daemon`` is the parsed ``/etc/docker/daemon.json``.
    """
    dockerd = next((path for path in _DOCKERD if os.path.exists(path)), None)
    package = _package_of(dockerd, run) if dockerd else None
    found: dict[str, t.Any] = {
        "installed": dockerd is not None,
        "package": package,
        "held": _is_held(package) if package else None,
        "daemon": {},
        "daemon_error": None,
    }
    text = _read("/etc/docker/daemon.json")
    try:
        found["daemon"] = json.loads(text) if text.strip() else {}
    except ValueError as error:
        found["daemon_error"] = str(error)
    return found


def _package_of(dockerd: str, run: Run) -> str | None:
    if not _is_redhat():
        # dpkg keeps the list of a removed package's conffiles too, but then there is no dockerd.
        return next(
            (name for name in DEBIAN_PACKAGES if os.path.exists(f"/var/lib/dpkg/info/{name}.list")), None
        )
    # The database of rpm is a file of several formats, and none that can be read without rpm.
    code, output, _errors = run(["rpm", "-q", "--queryformat", "%{NAME}\\n", "--file", dockerd])
    return output.split()[0] if code == 0 and output.split() else None


def _is_held(package: str) -> bool:
    if not _is_redhat():
        return dpkg_held(_read("/var/lib/dpkg/status"), package)
    entries = "\n".join(_read(path) for path in _VERSIONLOCK_LISTS)
    return version_locked(entries, _read(_VERSIONLOCK_TOML), package)


def _is_redhat() -> bool:
    return family(os_release(_read("/etc/os-release"))) == "redhat"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
