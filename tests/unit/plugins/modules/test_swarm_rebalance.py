# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import with_a_worker
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_an_even_swarm_is_left_as_it_is(module: Module) -> None:
    engine = with_a_worker()
    done = module.run(engine)
    assert (done["changed"], done["moves"], done["actions"]) == (False, 0, [])
    assert done["summary"] == ["Nothing is skewed."]
    assert engine.writes == []


def test_what_cannot_work_is_refused(module: Module) -> None:
    engine = with_a_worker()
    assert "No service is called lost" in module.refuses(engine, only=["lost"])
    for wrong in (-1, -10):
        told = module.refuses(engine, max_moves=wrong)
        assert told == f"max_moves: {wrong} is below 0: it is a number of moves. Nothing was sent."
    assert not module.run(engine, max_moves=0).get("failed")
    assert engine.writes == []
