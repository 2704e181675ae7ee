# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import with_lines
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import RecordedSwarm


def test_the_logs_of_a_service_are_lines(module: Module) -> None:
    found = module.run(with_lines(), name=["web", "other"])
    assert [(one["service"], one["stream"], one["text"]) for one in found["lines"]] == [
        ("web", "stdout", "hello")
    ]
    assert found["missing"] == ["other"]


def test_options_that_cannot_work_are_refused(module: Module) -> None:
    assert "tail" in module.refuses(RecordedSwarm(), name=["web"], tail="some")
