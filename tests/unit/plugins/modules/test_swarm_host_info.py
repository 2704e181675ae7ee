# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


def test_a_host_is_read_with_its_engine(module: Module) -> None:
    """It is the machine of the tests that is read; only its Engine is one in memory."""
    host = module.run(MemoryEngine())["host"]
    assert (host["engine"]["state"], host["engine"]["version"]) == ("running", "26.1.5")
    assert host["swarm"]["state"] == "manager"


def test_an_unknown_option_is_refused(module: Module) -> None:
    assert "hostname" in module.refuses(hostname="m1")
