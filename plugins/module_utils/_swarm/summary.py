# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm in one glance. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.plan import MEMORY
from .._run.table import table
from .nodes import Node

_HEAD = ("NODE", "ROLE", "STATE", "TAKES TASKS", "ENGINE", "ADDRESS", "LABELS")


def lines(found: dict[str, t.Any]) -> list[str]:
    """The look of ``_state.look`` as lines of text, the nodes as a table."""
    if "nodes" not in found:
        return [found["why"]]
    rows = table(_HEAD, [_row(node) for node in found["nodes"]])
    problems = [f"{node['hostname']}: {problem}." for node in found["nodes"] for problem in node["problems"]]
    told = [f"Swarm {found['swarm_id']}, {len(found['nodes'])} nodes. {found['why']}", *rows]
    if found.get("root_rotation_in_progress"):
        problems.append("A CA rotation is on its way and waits for every node.")
    return told + (["Not fine:", *problems] if problems else ["Every node is fine."])


def _row(node: Node) -> tuple[str, ...]:
    manager = node["manager"]
    role = node["role"] if not manager else "leader" if manager["leader"] else "manager"
    takes = {"active": "yes", "pause": "no (paused)", "drain": "no (drained)"}
    labels = " ".join(f"{name}={value}" for name, value in sorted(node["labels"].items()) if name != MEMORY)
    return (
        node["hostname"],
        role,
        node["state"],
        takes.get(node["availability"], node["availability"]),
        node["engine_version"],
        node["address"],
        labels,
    )
