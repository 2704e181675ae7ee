# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_network_is_created_once_and_removed(module: Module) -> None:
    engine = MemoryEngine()
    planned = module.run(engine, check_mode=True, name="front", mtu=1400)
    assert engine.writes == []
    created = module.run(engine, name="front", mtu=1400)
    assert (created["changed"], created["actions"]) == (True, planned["actions"])
    assert module.run(engine, name="front", mtu=1400)["changed"] is False
    removed = module.run(engine, networks=[{"name": "front", "state": "absent"}])
    assert (removed["actions"], engine.objects["networks"]) == (["front: removed"], [])


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "networks" in module.refuses(MemoryEngine())
    assert "name" in module.refuses(name="front", networks=[{"name": "back"}])
