# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_setting_is_set_once(module: Module) -> None:
    engine = MemoryEngine()
    planned = module.run(engine, check_mode=True, task_history_retention_limit=9)
    assert engine.writes == []
    changed = module.run(engine, task_history_retention_limit=9)
    assert changed["actions"] == planned["actions"] == ["set task_history_retention_limit"]
    assert module.run(engine, task_history_retention_limit=9)["changed"] is False


def test_tokens_are_returned_on_request(module: Module) -> None:
    engine = MemoryEngine()
    engine.swarm["JoinTokens"] = {"Worker": "w", "Manager": "m"}
    assert module.run(engine, return_tokens=True)["join_tokens"] == {"worker": "w", "manager": "m"}
    assert "join_tokens" not in module.run(engine)


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "signing_ca_key" in module.refuses(signing_ca_cert="x")
    assert "below 0" in module.refuses(MemoryEngine(), keep_old_snapshots=-1)
