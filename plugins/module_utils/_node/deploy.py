# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``swarm_node`` does, from options to result. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._options.plan import side
from .._swarm import nodes
from .apply import Applier
from .plan import Order, Step, order, steps


def change(
    client: Client, wanted: list[dict[str, t.Any]], check: bool, wait_timeout: float | None, force: bool
) -> dict[str, t.Any]:
    """Plan all nodes, refuse early, carry out, and tell.

    Args:
        client: a manager's Engine.
        wanted: the options of each node.
        check: plan only.
        wait_timeout: seconds each step may take; ``None`` waits for nothing.
        force: remove nodes that are not down.

    Returns:
        The module's result.

    Raises:
        FlotillaError: with ``actions`` telling what was done before it.
    """
    orders = [order(params) for params in wanted]
    raws = client.get("/nodes")
    own_id = client.get("/info")["Swarm"]["NodeID"]
    seen = nodes.views(raws)
    planned = steps(orders, raws, seen, own_id)
    applier = Applier(client, wait_timeout, force)
    try:
        if not check:
            applier.run(planned, _draining(orders, seen, own_id))
    except FlotillaError as error:
        error.facts.update(changed=bool(applier.done), actions=applier.done)
        raise
    return {
        "changed": bool(planned),
        "actions": [step.sentence for step in planned] if check else applier.done,
        "diff": {"before": _sides(planned, after=False), "after": _sides(planned, after=True)},
        "nodes": _named(client, wanted, own_id, seen if check or not planned else None),
    }


def _draining(orders: list[Order], seen: list[nodes.Node], own_id: str | None) -> list[nodes.Node]:
    """The nodes that are to run nothing."""
    found = [
        nodes.find(seen, wanted.name, own_id)
        for wanted in orders
        if wanted.scalars.get("availability") == "drain"
    ]
    return [node for node in found if node is not None]


def _sides(planned: list[Step], after: bool) -> dict[str, t.Any]:
    told: dict[str, t.Any] = {}
    for step in planned:
        if step.wanted.absent:
            state = "absent" if after else step.node["state"]
            told[f"{step.node['hostname']} ({step.node['id']})"] = state
        else:
            told[step.node["hostname"]] = side(step.changes, after)
    return told


def _named(
    client: Client, wanted: list[dict[str, t.Any]], own_id: str, seen: list[nodes.Node] | None
) -> list[nodes.Node]:
    """The named nodes as they are now; none where this node was just demoted and may not look anymore."""
    try:
        now = nodes.views(client.get("/nodes")) if seen is None else seen
        found = [nodes.find(now, params["hostname"], own_id) for params in wanted]
    except FlotillaError:
        return []
    return [node for node in found if node is not None]
