# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import shop
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_stack_is_deployed_once_and_removed(module: Module) -> None:
    engine = MemoryEngine()
    deployed = module.run(engine, **shop())
    assert deployed["actions"] == [
        "network shop_front: created",
        "secret shop_key: created",
        "config shop_conf: created",
        "shop_web: created",
    ]
    updated = module.run(engine, **shop(image="nginx:2"))
    assert updated["actions"] == ["shop_web: updated (image, labels.com.docker.stack.image)"]
    removed = module.run(engine, name="shop", state="absent", wait=False)
    assert removed["changed"]
    assert engine.objects["services"] == []


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "compose is missing" in module.refuses(MemoryEngine(), name="shop")
    assert "prune" in module.refuses(MemoryEngine(), **shop(), prune="some")
