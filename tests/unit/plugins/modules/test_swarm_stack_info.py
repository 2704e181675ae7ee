# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import with_stack
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_stacks_are_returned_with_their_parts(module: Module) -> None:
    found = module.run(with_stack())
    [stack] = found["stacks"]
    assert (stack["name"], [one["name"] for one in stack["services"]]) == ("shop", ["paused", "zero"])
    assert found["results"] == [{"Name": "shop", "Orchestrator": "Swarm", "Services": "2"}]
    assert module.run(with_stack(), name=["shop", "other"])["missing"] == ["other"]


def test_a_wrong_type_is_refused(module: Module) -> None:
    assert "name" in module.refuses(name={"not": ["a list"]})
