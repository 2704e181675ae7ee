# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.probe import ProbeOutcome, ProbeTarget
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.report import failures, reach_rows

GOSSIP = ProbeTarget("m2", "10.0.0.12", "udp", 7946)
DATA = ProbeTarget("m2", "10.0.0.12", "udp", 4789)
OTHER = ProbeTarget("w1", "10.0.0.21", "tcp", 7946)


def sentences(*pairs: tuple[ProbeTarget, ProbeOutcome]) -> list[str]:
    targets, outcomes = [list(column) for column in zip(*pairs, strict=True)]
    return failures("m1", reach_rows(targets, outcomes))


def test_what_was_reached_gives_a_row_and_no_sentence() -> None:
    rows = reach_rows([GOSSIP], [ProbeOutcome("listener", "m2", None, 0.00123)])
    assert rows == [
        {
            "host": "m2",
            "address": "10.0.0.12",
            "protocol": "udp",
            "port": 7946,
            "reached": True,
            "answered_by": "listener",
            "answered_as": "m2",
            "problem": None,
            "milliseconds": 1.2,
        }
    ]
    assert failures("m1", rows) == []


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            "silent",
            (
                "m1 gets no answer from m2 (10.0.0.12) on 4789/udp (overlay networks): let m2, and any firewall "
                "between the two, admit 4789/udp from m1."
            ),
        ),
        (
            "refused",
            (
                "m1 is refused by m2 (10.0.0.12) on 4789/udp (overlay networks): let the firewall of m2 admit "
                "4789/udp from m1."
            ),
        ),
        (
            "unreachable",
            (
                "m1 has no route to m2 (10.0.0.12) on 4789/udp (overlay networks): check the address, the "
                "route, and any firewall that rejects 4789/udp."
            ),
        ),
        (
            "not_sent",
            (
                "m1 may not send to m2 (10.0.0.12) on 4789/udp (overlay networks): let the firewall of m1 "
                "itself pass 4789/udp to 10.0.0.12."
            ),
        ),
        ("unresolved", "m1 cannot resolve the address 10.0.0.12 of m2: give an IP address."),
    ],
)
def test_each_problem_has_its_sentence(problem: str, sentence: str) -> None:
    assert sentences((GOSSIP, ProbeOutcome("listener", "m2")), (DATA, ProbeOutcome(problem=problem))) == [
        sentence
    ]


def test_a_peer_that_failed_altogether_gets_one_sentence() -> None:
    silent = ProbeOutcome(problem="silent")
    assert sentences((GOSSIP, silent), (DATA, silent), (OTHER, silent)) == [
        (
            "m1 gets no answer from m2 (10.0.0.12) on 7946/udp, 4789/udp: let m2, and any firewall between the two, "
            "admit 7946/udp, 4789/udp from m1."
        ),
        (
            "m1 gets no answer from w1 (10.0.0.21) on 7946/tcp (gossip between nodes): let w1, and any firewall between "
            "the two, admit 7946/tcp from m1."
        ),
    ]


def test_different_problems_of_a_peer_are_distinguished() -> None:
    assert (
        len(sentences((GOSSIP, ProbeOutcome(problem="silent")), (DATA, ProbeOutcome(problem="refused")))) == 2
    )


def test_an_answer_in_another_name_is_no_answer_of_this_peer() -> None:
    rows = reach_rows([GOSSIP], [ProbeOutcome("listener", "m3")])
    assert (rows[0]["reached"], rows[0]["problem"]) == (False, "other_host")
    assert failures("m1", rows)[0].startswith(
        "m1 asked m2 (10.0.0.12) on 7946/udp (gossip between nodes), but m3 ans"
    )


def test_a_peer_that_is_named_by_its_address_is_not_named_twice() -> None:
    (sentence,) = sentences(
        (ProbeTarget("10.0.0.12", "10.0.0.12", "tcp", 9), ProbeOutcome(problem="refused"))
    )
    assert (
        sentence == "m1 is refused by 10.0.0.12 on 9/tcp: let the firewall of 10.0.0.12 admit 9/tcp from m1."
    )
