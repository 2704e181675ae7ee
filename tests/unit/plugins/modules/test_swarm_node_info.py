# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_nodes_are_returned_by_their_options(module: Module) -> None:
    [found] = module.run(MemoryEngine())["nodes"]
    assert (found["hostname"], found["role"], found["availability"]) == ("m1", "manager", "active")


def test_an_unknown_node_is_no_error(module: Module) -> None:
    assert module.run(MemoryEngine(), name="m9")["nodes"] == []
