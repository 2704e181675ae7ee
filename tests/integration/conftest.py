# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tests may run beside each other: those that share a lab run one after the other, labs run side by side."""

from __future__ import annotations

import typing as t
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = PurePosixPath("tests/integration")
# The longest begin, so that none is left over at the end.
FIRST = ("test_site", "modules", "test_firewall")


def group(nodeid: str) -> str:
    """The tests this one shares its hosts with: those of its folder here, or only those of its file."""
    path = PurePosixPath(nodeid.split("::", 1)[0])
    if HERE not in path.parents:
        return str(path)
    inside = path.relative_to(HERE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def rank(item: pytest.Item) -> int:
    """The place of a test's group in the order."""
    name = group(item.nodeid)
    return FIRST.index(name) if name in FIRST else len(FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first."""
    items.sort(key=rank)


class PerLab(LoadScopeScheduling):
    """Gives a group of tests to one worker as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> PerLab:
    """The scheduler for ``-n``; marks for ``--dist loadgroup`` are not heeded with pytest 9."""
    return PerLab(config, log)
