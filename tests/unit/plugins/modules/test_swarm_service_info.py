# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import RecordedSwarm


def test_services_are_returned_with_their_tasks_and_problems(module: Module) -> None:
    found = module.run(RecordedSwarm())
    assert found["state"] == "manager"
    assert len(found["services"]) == len(RecordedSwarm().services)
    assert found["summary"]


def test_one_service_is_returned_as_before(module: Module) -> None:
    name = RecordedSwarm().services[0]["Spec"]["Name"]
    found = module.run(RecordedSwarm(), name=name)
    assert (found["exists"], found["service"]["Spec"]["Name"]) == (True, name)
