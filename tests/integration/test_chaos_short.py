# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few of the kills of ``make chaos``, always the same: those without an outage, which cost a minute and not ten."""

from __future__ import annotations

import typing as t
from itertools import islice

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from chaos.cases import Case, cases  # found by the path that ansible_run adds
from chaos.session import Session

SEED = 11
# Seconds that a run takes when nothing is broken, as measured by ``make chaos`` on a machine with two cores.
USUAL = {"site": 8.0, "rotation": 9.0, "network": 9.0, "stack": 6.0}
CASES = list(islice(cases(SEED, 3, list(USUAL), ["killed", "control", "program", "interrupted"]), 4))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Session]:
    """Three managers, Engines of both kinds mixed."""
    with own_lab("chaos-short", managers=3, workers=0, engine="mixed") as lab:
        yield Session(lab, tmp_path_factory.mktemp("chaos"), USUAL)


# CI has time for one of them.
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[pytest.mark.long] if number else [], id=f"{case.flow}-{case.kind}")
        for number, case in enumerate(CASES)
    ],
)
def test_what_a_kill_left_is_finished_by_the_next_run(session: Session, case: Case) -> None:
    """P7, C2, W1, K1: the second run succeeds, the third changes nothing, nothing is left over or lost."""
    outcome = session.do(case)
    assert outcome.wrong == [], outcome
