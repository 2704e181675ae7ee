# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_configs_are_returned_without_their_data(module: Module) -> None:
    engine = MemoryEngine()
    created = engine._create("configs", {"Name": "app", "Labels": {}, "Data": "d29yZHM="})
    found = module.run(engine)
    assert [one["id"] for one in found["configs"]] == [created["ID"]]
    assert module.run(engine, name="other")["configs"] == []
    assert engine.writes == []
