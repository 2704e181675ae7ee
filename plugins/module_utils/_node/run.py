# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_node: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.option import argument_spec
from .._run.own_engine import on_own_engine
from .deploy import change
from .plan import NODE

_NODE_OPTIONS: dict[str, t.Any] = {
    **argument_spec(NODE),
    "labels": {"type": "dict"},
    "labels_state": {"type": "str", "choices": ["merge", "owned", "replace"], "default": "merge"},
    "labels_to_remove": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
OPTIONS: dict[str, t.Any] = {
    **_NODE_OPTIONS,
    "hostname": {"type": "str"},
    "nodes": {
        "type": "list",
        "elements": "dict",
        "options": {**_NODE_OPTIONS, "hostname": {"type": "str", "required": True}},
    },
    "force": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 120},
}
REQUIRED_ONE_OF = [("hostname", "nodes")]
MUTUALLY_EXCLUSIVE = [
    ("nodes", "hostname"),
    ("nodes", "labels"),
    ("nodes", "labels_to_remove"),
    ("nodes", "role"),
    ("nodes", "availability"),
]


def work(params: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Change the nodes."""
    wanted = params["nodes"] if params["nodes"] is not None else [params]
    seconds = params["wait_timeout"] if params["wait"] else None
    return change(client, wanted, check_mode, seconds, params["force"])


program = on_own_engine(work)
