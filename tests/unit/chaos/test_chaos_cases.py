# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A seed and a number stand for the same kill every time, and every flow meets every kind."""

from __future__ import annotations

from itertools import islice

from chaos.cases import FLOWS, KINDS, OUTAGE, cases


def test_every_flow_meets_every_kind_before_any_does_so_again() -> None:
    pairs = len(FLOWS) * len(KINDS)
    drawn = list(islice(cases(7, 3), 2 * pairs))
    for half in (drawn[:pairs], drawn[pairs:]):
        assert {(case.flow, case.kind) for case in half} == {(flow, kind) for flow in FLOWS for kind in KINDS}
    assert {case.host for case in drawn} == {0, 1, 2}
    assert all(OUTAGE[0] <= case.outage <= OUTAGE[1] and 0.1 <= case.moment <= 1.0 for case in drawn)


def test_a_seed_is_repeated_and_another_one_differs() -> None:
    first, again, other = (list(islice(cases(seed, 3), 60)) for seed in (1, 1, 2))
    assert first == again != other
    assert [case.number for case in first] == list(range(1, 61))


def test_only_some_flows_and_kinds() -> None:
    drawn = islice(cases(3, 3, ["stack"], ["cut", "engine"]), 10)
    assert {(case.flow, case.kind) for case in drawn} == {("stack", "cut"), ("stack", "engine")}
