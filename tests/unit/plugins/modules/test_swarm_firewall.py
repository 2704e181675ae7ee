# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import deploy
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_a_host_without_a_firewall_is_left_alone(module: Module) -> None:
    done = module.run(members=["10.0.0.11"], backend="none")
    assert (done["changed"], done["opened"], done["closed"]) == (False, [], [])


def test_another_user_than_root_is_refused(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy.os, "geteuid", lambda: 1000)
    assert module.refuses(members=[]) == ("swarm_firewall needs root on this host; run it with become: true.")
