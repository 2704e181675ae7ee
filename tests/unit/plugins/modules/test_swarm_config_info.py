# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineAbsent
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_configs_are_returned_without_their_data(module: Module) -> None:
    engine = MemoryEngine()
    created = engine._create("configs", {"Name": "app", "Labels": {}, "Data": "d29yZHM="})
    found = module.run(engine)
    assert [one["id"] for one in found["configs"]] == [created["ID"]]
    assert module.run(engine, name="other")["configs"] == []
    assert engine.writes == []


def test_a_host_without_an_engine_is_a_state(module: Module) -> None:
    found = module.run(FakeEngine({"GET /info": EngineAbsent("No Engine answers.")}))
    assert (found["state"], found["configs"]) == ("no_engine", [])
