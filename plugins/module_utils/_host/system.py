# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host's files and commands say of its system, parsed. PRIVATE to the collection. Pure."""

from __future__ import annotations

import json
import re
import typing as t

#: Debian packages that bring a dockerd: Docker's own and the distributions'.
DEBIAN_PACKAGES = ("docker-ce", "docker.io", "moby-engine", "docker")

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
