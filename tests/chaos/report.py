# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases and their outcomes as tables in Markdown. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from .session import Outcome

HEAD = (
    "| case | flow | broken | on | at | the run that was broken | second run | third run | wrong |\n"
    + "|---" * 9
    + "|"
)


def row(outcome: Outcome) -> str:
    """One line of the table; ``HEAD`` is its first."""
    case = outcome.case
    third = "failed" if outcome.third is None else f"{outcome.third} changed"
    words = (
        str(case.number),
        case.flow,
        case.kind,
        outcome.hit,
        f"{outcome.at:.1f} s",
        _short(outcome.said),
        f"rc {outcome.second}",
        third,
        f"{outcome.seconds:.0f} s",
        "; ".join(outcome.wrong) or "–",
    )
    return f"| {' | '.join(word.replace('|', '/') for word in words)} |"


def sums(outcomes: t.Sequence[Outcome]) -> str:
    """The closing figures: for each flow, and in all."""
    lines = [
        "| flow | kills | second run rc 0 | third run changed nothing | anything lost, left or twice |",
        "|---" * 5 + "|",
    ]
    flows = Counter(outcome.case.flow for outcome in outcomes)
    for flow in [*flows, "all"]:
        of_flow = [outcome for outcome in outcomes if flow in (outcome.case.flow, "all")]
        good = sum(outcome.second == 0 for outcome in of_flow)
        still = sum(outcome.third == 0 for outcome in of_flow)
        wrong = sum(bool(outcome.wrong) for outcome in of_flow)
        lines.append(f"| {flow} | {len(of_flow)} | {good} | {still} | {wrong} |")
    return "\n".join(lines)


def _short(said: str) -> str:
    return said if len(said) <= 160 else f"{said[:157]}…"
