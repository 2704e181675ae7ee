# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm, its nodes and its settings: the most of what ``swarm_info`` returns. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.labels import visible
from .._ports.native import read_native
from .._run.table import table_with_problems
from . import as_docker, state
from .nodes import Node, called, is_gone, part_of, problems
from .published import published_ports

_HEAD = ("NODE", "ROLE", "STATE", "TAKES TASKS", "ENGINE", "ADDRESS", "LABELS")
_TAKES_TASKS = {"active": "yes", "pause": "no (paused)", "drain": "no (drained)"}


def read(options: dict[str, t.Any], client: Client) -> dict[str, t.Any]:
    """Read the swarm."""
    found = state.read(client, facts=True)
    has_quorum = found["state"] == "manager"
    result = {
        "changed": False,
        **found,
        "summary": lines(found),
        "can_talk_to_docker": found["state"] != "no_engine",
        "docker_swarm_active": found["state"] not in ("no_engine", "inactive"),
        "docker_swarm_manager": has_quorum,
    }
    if options["held_ports"] and found["state"] != "no_engine":
        host, node_id = client.info()["Name"], found.get("node_id")
        result["held_ports"] = [{"host": host, "node_id": node_id, **row} for row in read_native(client)]
    if not has_quorum:
        return result
    if options["tokens"]:
        result["join_tokens"] = state.read_tokens(client)
        result["swarm_facts"].update(as_docker.tokens(result["join_tokens"]))
    if options["unlock_key"]:
        result["unlock_key"] = result["swarm_unlock_key"] = state.read_unlock_key(client)
    if options["published_ports"]:
        result["published_ports"] = published_ports(client.get("/services"))
    return result


def lines(found: dict[str, t.Any]) -> list[str]:
    """What ``state.read`` returns as lines of text, the nodes as a table."""
    if "nodes" not in found:
        return [found["why"]]
    sentences = [f"{name}: {sentence}" if name else sentence for name, sentence in problems(found)]
    rows = [_row(node) for node in found["nodes"]]
    return [
        f"Swarm {found['swarm_id']}, {len(found['nodes'])} nodes. {found['why']}",
        *table_with_problems(_HEAD, rows, sentences, "Every node is fine."),
    ]


def _row(node: Node) -> tuple[str, ...]:
    labels = " ".join(f"{name}={value}" for name, value in sorted(visible(node["labels"]).items()))
    takes_tasks = _TAKES_TASKS.get(node["availability"], node["availability"])
    return (
        called(node),
        part_of(node),
        node["state"],
        f"no ({node['state']})" if is_gone(node) else takes_tasks,
        node["engine_version"],
        node["address"],
        labels,
    )
