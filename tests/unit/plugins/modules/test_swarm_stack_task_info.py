# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import RecordedSwarm


def test_the_tasks_of_a_stack_are_returned(module: Module) -> None:
    found = module.run(RecordedSwarm(), name="shop")
    assert found["state"] == "manager"


def test_a_stack_has_a_name(module: Module) -> None:
    assert "name" in module.refuses()
