# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels and availability of the nodes that are there. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._node.plan import Order, plan_node
from ...module_utils._options.plan import shown
from ...module_utils._swarm.nodes import Node
from .cluster import Cluster
from .members import Member
from .types import SitePlan


def plan_labels(members: list[Member], cluster: Cluster | None, made: SitePlan) -> None:
    """Labels and availability of the nodes that are there."""
    for member in members:
        node = next((node for node in cluster.nodes if member.is_node(node)), None) if cluster else None
        if node is None or member.host is None or member.name in made.membership.join:
            continue
        entry: dict[str, t.Any] = {"hostname": node["id"], "labels": member.labels, "labels_state": "owned"}
        wanted = member.variables["swarm_quorum_availability"]
        if not wanted and cluster and node["id"] in cluster.live["unfinished"]:
            wanted = "active"
        if wanted:
            entry["availability"] = wanted
        changes = plan_node(_order(entry), _spec(node)).changes
        if changes:
            made.labels.append(entry)
            for name, (before, after) in shown(changes).items():
                made.say(member.name, f"{name}: {_told(before)} → {_told(after)}")


def _order(entry: dict[str, t.Any]) -> Order:
    scalars = {"availability": entry["availability"]} if "availability" in entry else {}
    return Order(entry["hostname"], scalars, entry["labels"], entry["labels_state"])


def _spec(node: Node) -> dict[str, t.Any]:
    return {"Role": node["role"], "Availability": node["availability"], "Labels": node["labels"]}


def _told(value: t.Any) -> str:
    return "not set" if value is None else str(value) or "''"
