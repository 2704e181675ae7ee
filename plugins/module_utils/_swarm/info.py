# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm, its nodes and its settings: what ``swarm_info`` returns. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.labels import visible
from .._run.table import table_with_problems
from .._run.verb import Verb
from . import state
from .nodes import Node
from .options import INFO_INTERFACE

_HEAD = ("NODE", "ROLE", "STATE", "TAKES TASKS", "ENGINE", "ADDRESS", "LABELS")
_TAKES_TASKS = {"active": "yes", "pause": "no (paused)", "drain": "no (drained)"}


def work(options: dict[str, t.Any], _check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Read the swarm."""
    found = state.read(client)
    has_quorum = found["state"] == "manager"
    result = {
        "changed": False,
        **found,
        "summary": lines(found),
        "can_talk_to_docker": found["state"] != "no_engine",
        "docker_swarm_active": found["state"] not in ("no_engine", "inactive"),
        "docker_swarm_manager": has_quorum,
    }
    if has_quorum and options["tokens"]:
        result["join_tokens"] = state.read_tokens(client)
    if has_quorum and options["unlock_key"]:
        result["unlock_key"] = state.read_unlock_key(client)
    if has_quorum and options["published_ports"]:
        result["published_ports"] = state.published_ports(client.get("/services"))
    return result


VERB = Verb(INFO_INTERFACE, work)


def lines(found: dict[str, t.Any]) -> list[str]:
    """What ``state.read`` returns as lines of text, the nodes as a table."""
    if "nodes" not in found:
        return [found["why"]]
    problems = [f"{node['hostname']}: {problem}." for node in found["nodes"] for problem in node["problems"]]
    if found.get("root_rotation_in_progress"):
        problems.append("A CA rotation is in progress and waits for every node.")
    rows = [_row(node) for node in found["nodes"]]
    return [
        f"Swarm {found['swarm_id']}, {len(found['nodes'])} nodes. {found['why']}",
        *table_with_problems(_HEAD, rows, problems, "Every node is fine."),
    ]


def _row(node: Node) -> tuple[str, ...]:
    manager = node["manager"]
    role = node["role"] if not manager else "leader" if manager["leader"] else "manager"
    labels = " ".join(f"{name}={value}" for name, value in sorted(visible(node["labels"]).items()))
    return (
        node["hostname"],
        role,
        node["state"],
        _TAKES_TASKS.get(node["availability"], node["availability"]),
        node["engine_version"],
        node["address"],
        labels,
    )
