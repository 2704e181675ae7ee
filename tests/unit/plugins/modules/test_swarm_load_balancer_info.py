# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, info
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import publishing
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


def test_one_line_for_each_frontend(module: Module) -> None:
    found = module.run(
        publishing(), frontends=[{"service": "web", "port": 80, "mode": "http", "check": "/up"}]
    )
    [server] = found["frontends"][0]["servers"]
    assert found["summary"] == [
        "PORT  SERVICE  PUBLISHED    MODE  CHECK  SERVERS",
        f"80    web      8080 (mesh)  http  /up    {server['node']}",
    ]


def test_a_label_asks_for_a_frontend_unless_labels_may_not(module: Module) -> None:
    engine = publishing()
    engine.objects["services"][0]["Spec"]["Labels"] = {"load_balancer.81": "mode=http"}
    assert [one["port"] for one in module.run(engine)["frontends"]] == [81]
    assert module.run(engine, labels=False)["summary"] == ["No frontend."]


def test_a_worker_cannot_tell_and_fails(module: Module) -> None:
    worker = FakeEngine({"GET /info": info("active", "id-w1", managers=["10.0.0.11:2377"])})
    assert "worker" in module.refuses(worker)
