# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import TOKEN, joining
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_a_host_joins_once_and_leaves(module: Module) -> None:
    engine = joining()
    joined = module.run(engine, remote_addrs=["10.0.0.11"], join_token=TOKEN)
    assert joined["actions"] == ["joined as worker through 10.0.0.11:2377"]
    assert joined["node_id"] == "id-w1"
    assert module.run(engine, remote_addrs=["10.0.0.11"], join_token=TOKEN)["changed"] is False
    assert module.run(engine, state="absent")["actions"] == ["left the swarm"]


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "join_token" in module.refuses(remote_addrs=["10.0.0.11"])
    assert "role" in module.refuses(state="absent", role="observer")
