# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_the_only_manager_is_not_stopped_unless_that_is_allowed(module: Module) -> None:
    message = module.refuses(MemoryEngine())
    assert message.startswith(
        "The swarm is not backed up here: the swarm has no leader while this manager is stopped"
    )
    assert message.endswith("Nothing was changed.")


def test_a_host_without_the_state_is_refused(module: Module) -> None:
    assert "no folder of this host" in module.refuses(MemoryEngine(), outage=True)
