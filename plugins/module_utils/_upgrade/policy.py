# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``apt-cache policy`` says of packages. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

#: Packages that come with an Engine's and have its version: the command, above all.
COMPANIONS = {
    "docker.io": ("docker-cli",),
    "docker-ce": ("docker-ce-cli", "docker-ce-rootless-extras"),
    "moby-engine": ("moby-cli",),
    "docker": (),
}

_NAME = re.compile(r"(\S+):$")
_FIELD = re.compile(r"  (Installed|Candidate): (\S+)$")
_VERSION = re.compile(r" (?:\*\*\*|   ) (\S+) (-?\d+)$")
_SOURCE = re.compile(r" +-?\d+ (\S+)")
# What is only installed has this file as its source.
_STATUS = "/var/lib/dpkg/status"


class Package(t.TypedDict):
    """One package.

    ``installed`` and ``candidate`` are versions or ``None``; the candidate is what apt would install, by its pins. ``versions``
    are all that may be installed, the newest first; ``in_repository`` are those of them that some repository has. ``held`` is
    filled in by whoever knows.
    """

    name: str
    installed: str | None
    candidate: str | None
    versions: list[str]
    in_repository: list[str]
    held: bool


def packages_in(text: str) -> list[Package]:
    """The packages, in the order in which they are told; one that apt does not know is not among them."""
    found: list[Package] = []
    version = ""
    for line in text.splitlines():
        name, field, row, source = (form.match(line) for form in (_NAME, _FIELD, _VERSION, _SOURCE))
        if name:
            found.append(_package(name[1]))
        elif field and found:
            known = None if field[2] == "(none)" else field[2]
            found[-1]["installed" if field[1] == "Installed" else "candidate"] = known
        elif row and found:
            # A negative priority is a pin: this version must not be installed.
            version = row[1] if int(row[2]) >= 0 else ""
            found[-1]["versions"] += [version] if version else []
        elif source and found and version and source[1] != _STATUS:
            found[-1]["in_repository"] += [] if version in found[-1]["in_repository"] else [version]
    return found


def _package(name: str) -> Package:
    return {
        "name": name,
        "installed": None,
        "candidate": None,
        "versions": [],
        "in_repository": [],
        "held": False,
    }
