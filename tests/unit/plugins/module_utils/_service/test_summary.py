# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._service import view as services
from ansible_collections.flotilla.swarm.plugins.module_utils._service.summary import lines
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, TRUSTED


def shown(*names: str) -> list[str]:
    found = services.views(
        [recorded.service(name) for name in names], recorded.recorded("tasks"), NODES, TRUSTED
    )
    return lines({"state": "manager", "services": found})


def test_services_in_one_glance() -> None:
    assert shown("web", "jobdone", "hungry", "everywhere") == [
        "SERVICE     MODE            RUNS           IMAGE                 PORTS",
        "everywhere  global          3/3            registry:5000/tiny:1",
        "hungry      replicated      0/1            registry:5000/tiny:1",
        "jobdone     replicated-job  3/3 completed  registry:5000/tiny:1",
        "web         replicated      3/3            registry:5000/tiny:1  8080->80/tcp, 9000->90/udp (host)",
        "Not fine:",
        "hungry: slot 1 is pending: no suitable node (insufficient resources on 3 nodes).",
    ]
    assert shown("web")[-1] == "Every service is fine."


def test_a_job_that_runs_and_a_port_that_nobody_chose() -> None:
    found = services.view(recorded.service("jobdone"), [], frozenset(), TRUSTED)
    found["running"], found["completed"] = 2, 1
    found["ports"] = [{"published_port": None, "target_port": 80, "protocol": "tcp", "mode": "host"}]
    assert lines({"state": "manager", "services": [found]})[1].split("  ")[-3:] == [
        "1/3 completed, 2 running",
        "registry:5000/tiny:1",
        "*->80/tcp (host)",
    ]


def test_no_service() -> None:
    assert lines({"state": "manager", "services": []}) == ["No service."]
    assert lines({"state": "worker", "why": "w1 is a worker.", "services": []}) == ["w1 is a worker."]
