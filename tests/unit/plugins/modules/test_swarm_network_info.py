# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_networks_are_returned_by_their_options(module: Module) -> None:
    engine = MemoryEngine()
    engine._create("networks", {"Name": "front", "Scope": "swarm", "Driver": "overlay", "Attachable": True})
    [found] = module.run(engine)["networks"]
    assert (found["name"], found["attachable"]) == ("front", True)
    assert module.run(engine, name="other")["networks"] == []
    assert engine.writes == []


def test_a_wrong_type_is_refused(module: Module) -> None:
    assert "name" in module.refuses(name={"not": ["a list"]})
