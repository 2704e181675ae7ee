# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a node, once. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.hidden import hide_spec
from .._options.labels import NODE_LABELS
from .._options.one_or_many import OneOrMany
from .._options.option import TEXT, Option, Table, argument_spec
from .._run.interface import Interface
from .._run.progress import wait_arguments

NODE: Table = (
    Option("role", ("Role",), TEXT, "worker", spec={"choices": ["manager", "worker"]}),
    Option("availability", ("Availability",), TEXT, "active", spec={"choices": ["active", "pause", "drain"]}),
    Option("labels", ("Labels",), NODE_LABELS, {}, keyed=True),
)
MODULE = OneOrMany(
    {
        **argument_spec(NODE),
        "labels_state": {"type": "str", "choices": ["merge", "owned", "replace"], "default": "merge"},
        "labels_to_remove": {"type": "list", "elements": "str"},
        # The last is docker_swarm's word of community.docker.
        "state": {"type": "str", "choices": ["present", "absent", "remove"], "default": "present"},
    },
    "nodes",
    name="hostname",
    naming={"aliases": ["node_id"]},
)
ARGUMENTS: dict[str, t.Any] = {
    **MODULE.arguments,
    "force": {"type": "bool", "default": False},
    **wait_arguments(120),
}
INTERFACE = Interface(ARGUMENTS, MODULE.rules, waits=True)


def hide_node(raw: dict[str, t.Any]) -> dict[str, t.Any]:
    """A node as the Engine reports it, without the values of hidden options."""
    return {**raw, "Spec": hide_spec(NODE, raw.get("Spec") or {})}
