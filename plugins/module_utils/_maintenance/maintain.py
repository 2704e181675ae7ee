# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verb of ``swarm_maintenance``: a plan for nodes, or one step of one of them. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused
from .._run.verb import Options, Result, Verb
from .._swarm.nodes import find
from . import marks
from .apply import NodeInTurn, at_the_gates, mark, read
from .options import INTERFACE
from .plan import Live, in_turn, lines

Raw = t.Dict[str, t.Any]


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Plan, or take a step.

    Raises:
        FlotillaError: with ``actions`` among its facts for what was done before it.
    """
    if options["state"] == "planned":
        return _planned(options, check_mode, client)
    live = read(client)
    chosen = _chosen(options, live)
    if len(chosen) != 1:
        raise Refused(
            f"state={options['state']} takes one node, and {len(chosen)} are named. Nothing was sent."
        )
    if chosen[0]["ID"] == client.info()["Swarm"]["NodeID"] and len(live.nodes) > 1:
        raise Refused(
            "A node cannot be asked about its own maintenance: ask another manager. Nothing was sent."
        )
    step = NodeInTurn(client, chosen[0]["ID"], options["timeout"])
    stage = ""
    try:
        if options["state"] == "away":
            stage = step.away(check_mode, options["problems"])
        else:
            step.back(check_mode)
    except FlotillaError as error:
        raise error.after({"changed": bool(step.done), "actions": step.done}) from None
    return {"changed": bool(step.done), "actions": step.done, "stage": stage}


VERB = Verb(INTERFACE, work)


def _planned(options: Options, check_mode: bool, client: Client) -> Result:
    live, refused = at_the_gates(client, lambda seen: _in_turn(options, seen)[0]["ID"], options["problems"])
    order = _in_turn(options, live)
    changed = False
    if not refused:
        for node in order:
            changed = (not marks.stage(node) if check_mode else mark(client, node)) or changed
    return {
        "changed": changed,
        "order": [node["ID"] for node in order],
        "refused": refused,
        "summary": lines(order, _chosen(options, live), live),
    }


def _in_turn(options: Options, live: Live) -> list[Raw]:
    return in_turn(_chosen(options, live), options["anew"])


def _chosen(options: Options, live: Live) -> list[Raw]:
    """The nodes that are named."""
    if not options["nodes"]:
        raise Refused("nodes is empty: name at least one node. Nothing was sent.")
    return [_node(live, name) for name in options["nodes"]]


def _node(live: Live, name: str) -> Raw:
    node = find(live.views, name)
    if node is None:
        raise Refused(f"No node is called {name}. Nothing was sent.")
    return live.node(node["id"])
