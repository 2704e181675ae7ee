# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.filter.swarm_status import FilterModule

status = FilterModule().filters()["swarm_status"]
MANAGER = {
    "state": "manager",
    "node_id": "id-m1",
    "nodes": [
        {"id": "id-m1", "hostname": "m1", "state": "ready"},
        {"id": "id-w1", "hostname": "w1", "state": "ready"},
        {"id": "id-w4", "hostname": "w4", "state": "down"},
    ],
    "summary": ["Swarm abc, 2 nodes.", "…"],
}
WORKER = {"state": "worker", "node_id": "id-w1", "why": "w1 is a worker."}


def test_the_summary_of_a_manager_and_every_host_outside_of_its_swarm() -> None:
    hostvars = {
        "w1": {"r": WORKER},
        "m1": {"r": MANAGER},
        "w2": {"r": {"state": "inactive", "node_id": None, "why": "w2 is in no swarm."}},
        "w3": {},
    }
    assert status(["w1", "m1", "w2", "w3"], hostvars, "r") == [
        "Swarm abc, 2 nodes.",
        "…",
        "w2: w2 is in no swarm.",
        "w3: was not reached.",
    ]


def test_a_node_that_is_gone_is_told_of_once() -> None:
    no_engine = {"state": "no_engine", "why": "No Engine answers at …"}
    for info in ({"r": no_engine}, {}):
        assert status(["m1", "w4"], {"m1": {"r": MANAGER}, "w4": info}, "r") == MANAGER["summary"]
    assert status(
        ["m1", "w4"],
        {"m1": {"r": MANAGER}, "w4": {"r": {"state": "inactive", "why": "w4 is in no swarm."}}},
        "r",
    ) == [
        *MANAGER["summary"],
        "w4: w4 is in no swarm.",
    ]


def test_a_worker_of_another_swarm_is_outside() -> None:
    hostvars = {
        "m1": {"r": MANAGER},
        "w9": {"r": {"state": "worker", "node_id": "else", "why": "w9 is a worker."}},
    }
    assert status(["m1", "w9"], hostvars, "r")[-1] == "w9: w9 is a worker."


def test_without_a_manager_every_host_has_its_own_line() -> None:
    lost = {"state": "no_quorum", "why": "m1 has lost its quorum."}
    assert status(["m1", "w1"], {"m1": {"r": lost}, "w1": {"r": WORKER}}, "r") == [
        "No manager with a quorum was reached.",
        "m1: m1 has lost its quorum.",
        "w1: w1 is a worker.",
    ]


def test_a_certificate_that_was_not_renewed_is_named_with_the_days_that_are_left() -> None:
    def certificate(days: int, overdue: bool = True) -> dict[str, object]:
        return {"expires": "2027-02-26T03:47:00Z", "days_left": days, "overdue": overdue}

    def lines(found: dict[str, object] | None) -> list[str]:
        hostvars = {"m1": {"r": MANAGER}, "w1": {"r": {**WORKER, "certificate": found}}}
        return status(["m1", "w1"], hostvars, "r")[len(MANAGER["summary"]) :]

    assert lines(None) == lines(certificate(40, overdue=False)) == []
    for days, words in (
        (9, "ends in 9 days"),
        (1, "ends in 1 day"),
        (0, "ends in 0 days"),
        (-1, "has ended"),
    ):
        [line] = lines(certificate(days))
        assert line.startswith(
            f"w1: its certificate {words} (2027-02-26T03:47:00Z) and was not renewed, as nodes do"
        )
