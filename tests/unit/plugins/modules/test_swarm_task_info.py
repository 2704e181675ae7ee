# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import RecordedSwarm


def test_tasks_are_returned_with_their_nodes(module: Module) -> None:
    found = module.run(RecordedSwarm())
    assert found["state"] == "manager"
    assert found["tasks"]


def test_a_wrong_type_is_refused(module: Module) -> None:
    assert "name" in module.refuses(name={"not": ["a list"]})
