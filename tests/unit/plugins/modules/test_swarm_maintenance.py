# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import with_a_worker
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_a_node_goes_away_and_comes_back(module: Module) -> None:
    engine = with_a_worker()
    before = engine.objects["nodes"][1]["Spec"]
    assert module.run(engine, nodes=["w1"], state="planned")["order"] == ["worker"]
    would = module.run(engine, check_mode=True, nodes=["w1"], state="away")
    assert would["actions"] == ["w1: taken out of rotation"]
    away = module.run(engine, nodes=["w1"], state="away")
    assert (away["stage"], away["actions"]) == ("away", ["w1: taken out of rotation", "w1: drained"])
    again = module.run(engine, nodes=["w1"], state="away")
    assert (again["changed"], again["stage"]) == (False, "away")
    assert engine.objects["nodes"][1]["Spec"]["Availability"] == "drain"
    back = module.run(engine, nodes=["w1"], state="back")
    assert back["actions"] == ["w1: back in rotation", "w1: maintenance ended"]
    assert engine.objects["nodes"][1]["Spec"] == before


def test_what_cannot_work_is_refused(module: Module) -> None:
    engine = with_a_worker()
    assert "w9" in module.refuses(engine, nodes=["w9"], state="planned")
    assert "ask another manager" in module.refuses(engine, nodes=["m1"], state="away")
    assert "takes one node" in module.refuses(engine, nodes=["m1", "w1"], state="away")
    assert "nodes is empty" in module.refuses(engine, nodes=[], state="planned")
    [refused] = module.run(engine, nodes=["m1"], state="planned")["refused"]
    assert refused.startswith("without m1 the swarm would lose its quorum")
    assert engine.writes == []
