# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineAbsent
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_manager_returns_its_swarm(module: Module) -> None:
    found = module.run(MemoryEngine(), published_ports=True)
    assert (found["state"], found["swarm_id"], found["docker_swarm_manager"]) == ("manager", "swarm1", True)
    assert [node["hostname"] for node in found["nodes"]] == ["m1"]
    assert "join_tokens" not in found


def test_a_host_without_an_engine_is_a_state(module: Module) -> None:
    found = module.run(FakeEngine({"GET /info": EngineAbsent("No Engine answers.")}))
    assert (found["state"], found["can_talk_to_docker"]) == ("no_engine", False)
