# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import with_stack
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_the_tasks_of_a_stack_are_returned(module: Module) -> None:
    found = module.run(with_stack(), name="shop")
    assert found["exists"]
    assert {task["service"] for task in found["tasks"]} == {"paused"}
    assert [one["ID"] for one in found["results"]] == [task["id"] for task in found["tasks"]]


def test_a_stack_has_a_name(module: Module) -> None:
    assert "name" in module.refuses()
