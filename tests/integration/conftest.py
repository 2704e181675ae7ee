# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tests may run beside each other: those of a file run one after the other, files run side by side.

The files in ``modules`` share a lab, of which each worker has its own; those in ``services`` share one and run one after the
other, and so do those in ``operations``, but for the longest.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = PurePosixPath("tests/integration")
# The folders whose tests share a swarm.
SHARED = {"operations", "services"}
# Those of their files that another worker does, on a swarm of its own: together they take too long for one.
APART = {"operations/test_backup": "operations apart", "operations/test_recover": "operations apart"}
# The longest begin, so that none is left over at the end.
FIRST = (
    "test_site",
    "services",
    "operations",
    "operations apart",
    "modules/test_rollout",
    "modules/test_progress",
    "test_load_balancer",
    "test_upgrade",
    "modules/test_stack",
    "modules/test_stack_order",
    "modules/test_node",
    "modules/test_network",
    "modules/test_half",
    "test_engine_secrets",
    "test_load_balancer",
    "test_firewall",
    "modules/test_ca_and_lock",
    "modules/test_content",
    "test_engine",
    "modules/test_service_info",
    "modules/test_join",
    "modules/test_host_program",
    "stacks/test_stacks",
)


def group(nodeid: str) -> str:
    """The file of a test, below this folder and without its ending; or only the folder of one that shares its hosts."""
    path = PurePosixPath(nodeid.split("::", 1)[0]).with_suffix("")
    inside = path.relative_to(HERE) if HERE in path.parents else path
    return APART.get(str(inside)) or (inside.parts[0] if inside.parts[0] in SHARED else str(inside))


def rank(item: pytest.Item) -> int:
    """The place of a test's group in the order."""
    name = group(item.nodeid)
    return FIRST.index(name) if name in FIRST else len(FIRST)


def lab_name(folder: str) -> str:
    """The name of this worker's lab for the tests of a folder; it stays up until the worker ends."""
    return f"{folder}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first."""
    items.sort(key=rank)


class PerLab(LoadScopeScheduling):
    """Gives a group of tests to one worker as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> PerLab:
    """The scheduler for ``-n``; marks for ``--dist loadgroup`` are not heeded with pytest 9."""
    # It would begin with the groups that have the most tests, and those are not the longest.
    config.option.loadscopereorder = False
    return PerLab(config, log)
