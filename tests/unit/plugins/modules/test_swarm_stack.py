# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import FileAccess, read_task
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def shop(image: str = "nginx:1") -> dict[str, t.Any]:
    """The options of a task as its action hands them on, once it has read the Compose files."""
    compose = {"services": {"web": {"image": image, "networks": ["front"]}}, "networks": {"front": {}}}
    task = {"name": "shop", "compose": [compose], "resolve_image": "never", "wait": False}
    return read_task(task, FileAccess(False, str, lambda _path: b""))[0]


def test_a_stack_is_deployed_once_and_removed(module: Module) -> None:
    engine = MemoryEngine()
    planned = module.run(engine, check_mode=True, **shop())
    assert engine.writes == []
    deployed = module.run(engine, **shop())
    assert deployed["actions"] == planned["actions"] == ["network shop_front: created", "shop_web: created"]
    assert module.run(engine, **shop())["changed"] is False


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "compose is missing" in module.refuses(MemoryEngine(), name="shop")
    assert "prune" in module.refuses(MemoryEngine(), **shop(), prune="some")
