# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is to know of a host before it is in a swarm. PRIVATE to the collection.

One look per host is what a run that changes nothing costs, so files are read rather than programs started.
"""

from __future__ import annotations

import json
import os
import re
import sys
import typing as t

Run = t.Callable[[t.List[str]], t.Tuple[int, str, str]]

# The packages that bring a dockerd, Docker's own and the distributions'.
_PACKAGES = ("docker-ce", "docker.io", "moby-engine", "docker")


# Bridges that Docker makes: their addresses are the same on every host and lead nowhere.
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


def package_held(status: str, package: str) -> bool:
    """Whether dpkg's status file says that a package is held."""
    found = re.search(rf"^Package: {re.escape(package)}\nStatus: (\S+)", status, re.MULTILINE)
    return bool(found and found.group(1) == "hold")


def look(run: Run) -> dict[str, t.Any]:
    """The host itself: ``hostname os python addresses default_address``."""
    return {
        "hostname": os.uname().nodename,
        "os": os_release(_read("/etc/os-release")),
        "python": sys.version.split()[0],
        "addresses": addresses(run(["ip", "-json", "address"])[1]),
        # An address of the documentation's range (RFC 5737) takes the default route; nothing is sent to it.
        "default_address": default_address(run(["ip", "-json", "route", "get", "192.0.2.1"])[1]),
    }


def engine_files() -> dict[str, t.Any]:
    """What the host's files say of its Engine: ``installed package held daemon daemon_error``.

    ``daemon`` is the parsed ``/etc/docker/daemon.json``.
    """
    package = next((name for name in _PACKAGES if _is_installed(name)), None)
    found: dict[str, t.Any] = {
        "installed": package is not None or any(os.path.exists(path) for path in _DOCKERD),
        "package": package,
        "held": package_held(_read("/var/lib/dpkg/status"), package) if package else None,
        "daemon": {},
        "daemon_error": None,
    }
    text = _read("/etc/docker/daemon.json")
    try:
        found["daemon"] = json.loads(text) if text.strip() else {}
    except ValueError as error:
        found["daemon_error"] = str(error)
    return found


_DOCKERD = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd", "/usr/libexec/docker/dockerd")


def _is_installed(package: str) -> bool:
    # dpkg keeps the list of a removed package's conffiles too, but then dockerd is gone.
    return os.path.exists(f"/var/lib/dpkg/info/{package}.list") and any(
        os.path.exists(path) for path in _DOCKERD
    )


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
