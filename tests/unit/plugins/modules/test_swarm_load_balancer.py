# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy import deploy
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_where_no_haproxy_runs_there_is_nothing_to_drain(module: Module) -> None:
    assert module.run(state="drain", node="n1", timeout=60)["connections"] == 0


def test_another_user_than_root_is_refused(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy.os, "geteuid", lambda: 1000)
    assert module.refuses(frontends=[]) == (
        "swarm_load_balancer needs root on this host; run it with become: true."
    )


def test_two_frontends_on_one_port_are_refused(module: Module) -> None:
    frontends = [{"service": name, "port": 80, "published_port": 8080} for name in ("web", "api")]
    assert "Two frontends want the port 80, those of web and api" in module.refuses(frontends=frontends)
