# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stack files by their shapes, and what becomes of each by the command lines and by the module. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ROOT

# Whole applications, and files that each show what can be written in one place.
FOLDERS = (ROOT / "tests" / "shapes", Path(__file__).parent / "shapes")
# The same as a file that only the module takes, in words that the command lines take too.
SPELLED_OUT = FOLDERS[1] / "spelled_out"
OLD, NEW = "20.10", "26.1"
ENGINES = (OLD, NEW)
# What files find set where they are deployed; NOWHERE is not.
VARIABLES = {"FROM_OUTSIDE": "outside", "EMPTY_OUTSIDE": "", "HOME": "/root"}

_SEVERAL = {
    "several": ("several-base.yml", "several-live.yml"),
    "merged": ("merged-base.yml", "merged-site.yml", "merged-host.yml"),
}


@dataclass(frozen=True)
class Shape:
    """A stack.

    Attributes:
        name: the stack's name.
        files: its files, each with its folder on the control node.
        options: what the module needs beside them.
    """

    name: str
    files: tuple[Path, ...]
    options: dict[str, t.Any] = field(default_factory=dict)


def shapes() -> dict[str, Shape]:
    """All of them by name."""
    found: dict[str, Shape] = {}
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.yml")):
            name = path.stem.partition("-")[0] if path.stem.partition("-")[0] in _SEVERAL else path.stem
            files = _SEVERAL.get(name, (path.name,))
            found[name] = Shape(name, tuple(folder / file for file in files), OPTIONS.get(name, {}))
    return found


# What the task has to say; without it, the module refuses the stack.
OPTIONS: dict[str, dict[str, t.Any]] = {
    "circle": {"ordered": False},
    "dangerous": {"ignore_unsupported": ["privileged", "userns_mode", "host_ip"]},
    "meaningful": {"ignore_unsupported": ["all"]},
    "node-aliases": {"ignore_unsupported": ["aliases"]},
    "open-ports": {"ignore_unsupported": ["host_ip"]},
    "own-meaningful": {"ignore_unsupported": ["all"]},
    "static-addresses": {"ignore_unsupported": ["ipv4_address"]},
    "unencrypted": {"ignore_unsupported": ["encrypted"]},
}
MODULE = "module"
