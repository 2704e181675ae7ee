# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.filter.swarm_service_status import FilterModule

status = FilterModule().filters()["swarm_service_status"]
SEEN = {"services": [{"name": "web"}], "summary": ["SERVICE …", "web …"]}


def test_the_summary_of_the_first_host_that_returned_services() -> None:
    hostvars = {
        "w1": {"r": {"skipped": True}},
        "m1": {"r": {"state": "no_quorum", "services": [], "summary": ["lost"]}},
        "m2": {"r": SEEN},
        "m3": {"r": {**SEEN, "summary": ["the same again"]}},
    }
    assert status(["w1", "m1", "m2", "m3"], hostvars, "r") == ["SERVICE …", "web …"]


def test_there_are_no_lines_where_there_are_no_services() -> None:
    hostvars = {"m1": {"r": {"state": "manager", "services": [], "summary": ["No service."]}}, "w1": {}}
    assert status(["m1", "w1"], hostvars, "r") == []
