# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_config_is_created_once_and_removed(module: Module) -> None:
    engine = MemoryEngine()
    created = module.run(engine, name="app", data="words")
    assert (created["changed"], created["actions"]) == (True, ["app: created"])
    assert module.run(engine, name="app", data="words")["changed"] is False
    removed = module.run(engine, name="app", state="absent")
    assert (removed["changed"], engine.objects["configs"]) == (True, [])


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "name" in module.refuses(MemoryEngine())
    assert "data" in module.refuses(MemoryEngine(), name="app")
