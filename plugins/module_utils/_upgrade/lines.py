# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An upgrade as lines of text: its plan, and what came of it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._run.table import table
from .._swarm.nodes import Node, called, part_of
from .plan import STAYS, UPGRADE, UpgradePlan, UpgradeStep

_PLAN = ("NODE", "ROLE", "ENGINE", "WANTED", "STEP", "PACKAGES")
_RESULT = ("NODE", "ROLE", "BEFORE", "NOW")


def plan_lines(plan: UpgradePlan, nodes: list[Node]) -> list[str]:
    """The plan; of nodes that are not among the named ones, it says that they stay."""
    named = {step.node["id"] for step in plan.steps}
    others = [UpgradeStep("", node, STAYS) for node in nodes if node["id"] not in named]
    count = len(plan.taken)
    head = f"Upgrade of {count} Engine{'' if count == 1 else 's'}, one after the other:"
    return [head, *table(_PLAN, [_plan_row(step) for step in [*others, *plan.steps]])]


def result_lines(before: t.Mapping[str, str], nodes: list[Node]) -> list[str]:
    """What came of it.

    Args:
        before: the versions of the Engines by node ID.
        nodes: all of the swarm as it is now.
    """
    rows = [_result_row(node, before.get(node["id"], "")) for node in nodes]
    versions = sorted({node["engine_version"] for node in nodes})
    note = (
        f"Every Engine is {versions[0]}."
        if len(versions) == 1
        else f"The swarm has Engines of {len(versions)} versions: {', '.join(versions)}."
    )
    return [*table(_RESULT, rows), note]


def _plan_row(step: UpgradeStep) -> tuple[str, ...]:
    node = step.node
    return (
        called(node),
        part_of(node),
        node["engine_version"] or "?",
        step.wanted or "-",
        step.what,
        " ".join(step.install) if step.what == UPGRADE else "-",
    )


def _result_row(node: Node, before: str) -> tuple[str, ...]:
    now = node["engine_version"]
    same = "" if before != now else " (as before)"
    return called(node), part_of(node), before or "?", f"{now}{same}"
