# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_node_is_labelled_once(module: Module) -> None:
    engine = MemoryEngine()
    planned = module.run(engine, check_mode=True, hostname="m1", labels={"disk": "ssd"})
    assert engine.writes == []
    changed = module.run(engine, hostname="m1", labels={"disk": "ssd"})
    assert changed["actions"] == planned["actions"] == ["m1: labels.disk: not set → ssd"]
    again = module.run(engine, nodes=[{"hostname": "m1", "labels": {"disk": "ssd"}}])
    assert (again["changed"], again["nodes"][0]["labels"]["disk"]) == (False, "ssd")


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "availability" in module.refuses(hostname="m1", availability="asleep")
    beside = module.refuses(MemoryEngine(), nodes=[{"hostname": "m1"}], role="worker")
    assert beside == "role cannot be combined with nodes; set it in each entry. Nothing was sent."
    assert "m9" in module.refuses(MemoryEngine(), hostname="m9", labels={})
