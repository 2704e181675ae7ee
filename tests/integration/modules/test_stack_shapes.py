# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole applications that ``docker stack deploy`` has made, while they run. What single files come to is proven in ``stacks``."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.modules.shapes import Shapes


@pytest.fixture
def shapes(cluster: Stage) -> t.Iterator[Shapes]:
    found = Shapes(cluster)
    found.clear()
    found.furnish()
    try:
        yield found
    finally:
        found.clear()


@pytest.mark.long
def test_running_stacks_are_taken_over_and_removed(shapes: Shapes) -> None:
    """K2, K3: each shape is taken over from the command line without a task being replaced, unchanged after that, removed."""
    shapes.by_command_line()
    shapes.stage.until(shapes.settled, 120)
    tasks = shapes.tasks()

    taken = shapes.by_module(wait=False)
    assert {name: result.get("msg") for name, result in taken.items() if result["failed"]} == {}
    after = shapes.tasks()
    assert {task: slot for task, slot in tasks.items() if task not in after} == {}
    assert after == tasks

    writes = shapes.stage.writes()
    again = shapes.by_module()
    changed = {name for name, result in again.items() if result["changed"] or result["failed"]}
    assert changed == set()
    assert writes.seen() == []
    assert shapes.tasks() == tasks

    # All services go at the same time, and what they used goes after them.
    for wait in (False, True):
        gone = shapes.by_module(state="absent", wait=wait)
        assert {name: result.get("msg") for name, result in gone.items() if result["failed"]} == {}
    assert shapes.specs() == {"service": {}, "network": {}, "secret": {}, "config": {}}
