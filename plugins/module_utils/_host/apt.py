# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What apt says while it installs, and how a task calls it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re

from .._options.value_types import lists
from .._run.interface import Interface
from .._run.progress import PROGRESS

# As Debian's policy has names and versions; apt would take others for its own options, or for patterns.
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+)?")


def _package(value: str) -> None:
    if not _PACKAGE.fullmatch(value):
        raise ValueError("is not the name of a package, with =VERSION behind it where one is wanted")


PACKAGES_INTERFACE = Interface(
    {
        "name": {"type": "list", "elements": "str", "required": True, "limits": lists(_package)},
        "extras": {"type": "list", "elements": "str", "default": [], "limits": lists(_package)},
        **PROGRESS,
    },
    connects=False,
    waits=True,
)

# A line of apt or dpkg, and what it comes to. The address of a repository is never shown: it may have a password.
_STEPS = (
    # Get:12 http://deb.debian.org/debian bookworm/main amd64 containerd amd64 1.6.20~ds1-1+b1 [25.9 MB]
    (re.compile(r"Get:\d+ \S+ \S+ \S+ (\S+) \S+ \S+ (\[.+\])$"), r"downloading \1 \2"),
    (re.compile(r"(?:Get|Hit|Ign):\d+ .*"), "updating the package lists"),
    (re.compile(r"Reading package lists.*"), "reading the package lists"),
    (re.compile(r"Unpacking (\S+) .*"), r"unpacking \1"),
    (re.compile(r"Setting up (\S+) .*"), r"setting up \1"),
    (re.compile(r"Processing triggers for (\S+) .*"), r"setting up \1"),
    # Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 512 (unattended-upgr)
    (
        re.compile(r"Waiting for cache lock: .*It is held by process (\d+) \(([^)]*)\).*"),
        r"waiting for process \1 (\2), which installs something",
    ),
)
_NOTHING = re.compile("0 upgraded, 0 newly installed, (0 downgraded, )?0 to remove")
_REASON = re.compile(r"^E:| .*: ")


def step_of(line: str) -> str:
    """What is done at a line of the output; empty where it does not say."""
    for form, words in _STEPS:
        found = form.match(line.strip())
        if found:
            return found.expand(words)
    return ""


def did_something(lines: list[str]) -> bool:
    """Whether an installation changed anything, from its output."""
    return not any(_NOTHING.match(line) for line in lines)


def reasons(lines: list[str]) -> str:
    """Why an installation failed, from its output."""
    return " ".join(dict.fromkeys(line.strip() for line in lines if _REASON.match(line)))
