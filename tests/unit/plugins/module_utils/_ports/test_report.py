# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._ports import reach as reach_run
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.probe import Outcome, Target, problem_of
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.report import failures, table

GOSSIP = Target("m2", "10.0.0.12", "udp", 7946)
DATA = Target("m2", "10.0.0.12", "udp", 4789)
OTHER = Target("w1", "10.0.0.21", "tcp", 7946)


def sentences(*pairs: tuple[Target, Outcome]) -> list[str]:
    targets, outcomes = [list(column) for column in zip(*pairs, strict=True)]
    return failures("m1", table(targets, outcomes))


def test_what_was_reached_gives_a_row_and_no_sentence() -> None:
    rows = table([GOSSIP], [Outcome("listener", "m2", None, 0.00123)])
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
                "m1 has no way to m2 (10.0.0.12) on 4789/udp (overlay networks): check the address, the "
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
    assert sentences((GOSSIP, Outcome("listener", "m2")), (DATA, Outcome(problem=problem))) == [sentence]


def test_a_peer_that_failed_altogether_gets_one_sentence() -> None:
    silent = Outcome(problem="silent")
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


def test_different_problems_of_a_peer_are_told_apart() -> None:
    assert len(sentences((GOSSIP, Outcome(problem="silent")), (DATA, Outcome(problem="refused")))) == 2


def test_an_answer_in_another_name_is_no_answer_of_this_peer() -> None:
    rows = table([GOSSIP], [Outcome("listener", "m3")])
    assert (rows[0]["reached"], rows[0]["problem"]) == (False, "other_host")
    assert failures("m1", rows)[0].startswith(
        "m1 asked m2 (10.0.0.12) on 7946/udp (gossip between nodes), but m3 ans"
    )


def test_a_peer_that_is_named_by_its_address_is_not_named_twice() -> None:
    (sentence,) = sentences((Target("10.0.0.12", "10.0.0.12", "tcp", 9), Outcome(problem="refused")))
    assert (
        sentence == "m1 is refused by 10.0.0.12 on 9/tcp: let the firewall of 10.0.0.12 admit 9/tcp from m1."
    )


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.EPERM, "not_sent"),
        (errno.ETIMEDOUT, "silent"),
        (None, "silent"),
    ],
)
def test_error_numbers_become_problems(number: int | None, problem: str) -> None:
    assert problem_of(number) == problem


OPTIONS: dict[str, t.Any] = {
    "state": "proven",
    "host": "m1",
    "run": "r",
    "ports": [],
    "seconds": 60,
    "timeout": 2.0,
    "required": True,
    "peers": [{"host": "m2", "address": "10.0.0.12", "ports": [{"protocol": "udp", "port": 4789}]}],
}


def test_a_failed_proof_carries_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach_run, "probe", lambda *_arguments: [Outcome(problem="silent")])
    with pytest.raises(reach_run.NotReached, match=r"^m1 gets no answer from m2") as caught:
        reach_run.reach(OPTIONS, check_mode=False)
    assert caught.value.facts["reached"][0]["problem"] == "silent"
    told = reach_run.reach({**OPTIONS, "required": False}, check_mode=False)
    assert told["failures"] == caught.value.facts["failures"]


def test_many_failures_are_cut_in_the_message() -> None:
    assert reach_run.summary(["One.", "Two."]) == "One. Two."
    assert reach_run.summary(["No."] * 23).endswith("No. And 3 more, see the key failures.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ports": [{"protocol": "tcp", "port": 0}]}, "Port 0 does not exist"),
        (
            {"peers": [{"host": "a", "address": "b", "ports": [{"protocol": "tcp", "port": 65536}]}]},
            "Port 65536",
        ),
        ({"seconds": 0}, "seconds is 0: give 1 to 600."),
        ({"timeout": 31.0}, "timeout is 31.0"),
    ],
)
def test_options_out_of_range_are_refused(change: dict[str, t.Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        reach_run.reach({**OPTIONS, **change}, check_mode=False)
