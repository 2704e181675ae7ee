# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes of a swarm: what ``swarm_node_info`` returns. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.value_types import NAMES
from .._run.interface import Interface
from .._run.verb import Verb
from .._swarm.nodes import Node, find
from .._swarm.state import on_manager
from .options import hide_node

Result = t.Dict[str, t.Any]


def read(seen: list[Node], own_id: str, names: list[str] | None) -> Result:
    """The nodes of these names or IDs, all for ``None``, and the ``missing`` names."""
    found = {name: find(seen, name, own_id) for name in names or []}
    return {
        "nodes": seen if names is None else [node for node in found.values() if node],
        "missing": [name for name, node in found.items() if node is None],
    }


def work(options: Result, _check_mode: bool, client: Client) -> Result:
    """Read the nodes."""
    names = ["self"] if options["self"] else options["name"]
    nothing: Result = {"nodes": [], "missing": names or []}
    found = on_manager(client, lambda seen, own_id: read(seen, own_id, names), nothing)
    if options["verbose_output"] and found["nodes"]:
        # As community.docker returns a node, beside ours: the Engine's keys begin with a capital letter.
        raws = {raw["ID"]: hide_node(raw) for raw in client.get("/nodes")}
        found["nodes"] = [{**node, **raws.get(node["id"], {})} for node in found["nodes"]]
    return {"changed": False, **found}


VERB = Verb(
    Interface(
        {
            "name": NAMES,
            "self": {"type": "bool", "default": False},
            "verbose_output": {"type": "bool", "default": False},
        },
        {"mutually_exclusive": [("name", "self")]},
    ),
    work,
)
