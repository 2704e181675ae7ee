# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a host before it is in a swarm: system, addresses, Engine. PRIVATE to the collection.

Reading these facts is all that a run without a change costs a host, so files are read rather than programs started: two for
the addresses, and rpm where it alone knows the package of the Engine.
"""

from __future__ import annotations

import os
import sys
import typing as t

from .._files.read import read_file
from .._run.commands import Run
from .daemon import PATH, parse, with_fingerprints
from .system import (
    DEBIAN_PACKAGES,
    addresses,
    default_address,
    dpkg_held,
    family,
    os_release,
    version_locked,
)

_DOCKERD = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd", "/usr/libexec/docker/dockerd")

# Bytes; the list of packages of Debian has some MiB.
_LARGEST_FILE = 64 << 20
# What "dnf versionlock" writes: dnf 5, dnf 4, yum.
_VERSIONLOCK_TOML = "/etc/dnf/versionlock.toml"
_VERSIONLOCK_LISTS = ("/etc/dnf/plugins/versionlock.list", "/etc/yum/pluginconf.d/versionlock.list")


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


def engine_files(run: Run, salt: bytes) -> dict[str, t.Any]:
    """What the host's files say of its Engine: ``installed package held daemon daemon_error``.

    ``package`` is the one that brought the Engine, ``held`` whether it is held, both ``None`` where no package manager
    brought it. ``daemon`` is the parsed ``/etc/docker/daemon.json``, with fingerprints of what may be a secret.

    Args:
        run: runs a command.
        salt: that of the fingerprints.
    """
    brought_by = package(run)
    found: dict[str, t.Any] = {
        "installed": _dockerd() is not None,
        "package": brought_by,
        "held": is_held(brought_by) if brought_by else None,
        "daemon": {},
        "daemon_error": None,
    }
    try:
        found["daemon"] = with_fingerprints(parse(_read(PATH)), salt)
    except ValueError as error:
        found["daemon_error"] = str(error)
    return found


def daemon() -> dict[str, t.Any]:
    """The content of ``daemon.json``, with its secrets: it must not leave the host. Nothing where it cannot be parsed."""
    try:
        return parse(_read(PATH))
    except ValueError:
        return {}


def _dockerd() -> str | None:
    return next((path for path in _DOCKERD if os.path.exists(path)), None)


def package(run: Run) -> str | None:
    """The package that brought the Engine; ``None`` where there is no Engine, or no package manager brought it."""
    dockerd = _dockerd()
    if dockerd is None:
        return None
    if not _is_redhat():
        # dpkg keeps the list of a removed package's conffiles too, but then there is no dockerd.
        return next(
            (name for name in DEBIAN_PACKAGES if os.path.exists(f"/var/lib/dpkg/info/{name}.list")), None
        )
    # The database of rpm is a file of several formats, and none that can be read without rpm.
    code, output, _errors = run(["rpm", "-q", "--queryformat", "%{NAME}\\n", "--file", dockerd])
    return output.split()[0] if code == 0 and output.split() else None


def is_held(package: str) -> bool:
    """Whether the package manager holds a package."""
    if not _is_redhat():
        return dpkg_held(_read("/var/lib/dpkg/status"), package)
    entries = "\n".join(_read(path) for path in _VERSIONLOCK_LISTS)
    return version_locked(entries, _read(_VERSIONLOCK_TOML), package)


def _is_redhat() -> bool:
    return family(os_release(_read("/etc/os-release"))) == "redhat"


def _read(path: str) -> str:
    try:
        return read_file(path, _LARGEST_FILE).decode("utf-8", "replace")
    except OSError:
        return ""
