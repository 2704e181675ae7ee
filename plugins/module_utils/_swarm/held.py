# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that services begin to publish and that a host's own program holds. PRIVATE to the collection.

The Engine starts such a service all the same, says nothing, and answers on the other nodes only.
"""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import Refused
from .._ports.native import read_native
from .nodes import views
from .published import Published, conflicts, published

Raw = t.Dict[str, t.Any]


class Sent(t.NamedTuple):
    """A service that is about to be sent: its spec as it is, empty for a new one, and as it will be."""

    name: str
    before: Raw
    after: Raw

    def begins(self) -> list[Published]:
        """The ports that it begins to publish."""
        before = _ports(self.before)
        return published(self.name, self.after, [port for port in _ports(self.after) if port not in before])


def check_held_ports(client: Client, services: t.Iterable[Sent], options: dict[str, t.Any]) -> list[str]:
    """Look for programs that hold a port which a service begins to publish.

    Args:
        client: a manager's Engine; where it is that of this host, its ports are read.
        services: what is about to be sent.
        options: ``port_conflicts``, and ``held_ports`` as ``swarm_info`` returns them.

    Returns:
        Sentences for the user.

    Raises:
        Refused: one is held, and that is to be refused.
    """
    wanted = [port for one in services for port in one.begins()]
    if not wanted:
        return []
    nodes = {node["id"]: node for node in views(client.get("/nodes"))}
    by_node = _by_node(client, wanted, options["held_ports"])
    sentences = [
        sentence
        for (host, node_id), rows in by_node.items()
        for sentence in conflicts(host, nodes.get(node_id), rows, wanted)
    ]
    if sentences and options["port_conflicts"] == "refuse":
        raise Refused(f"{' '.join(sentences)} Nothing was sent; port_conflicts: warn sends it all the same.")
    return sentences


def _ports(spec: Raw) -> list[Raw]:
    return (spec.get("EndpointSpec") or {}).get("Ports") or []


def _by_node(
    client: Client, wanted: list[Published], given: list[dict[str, t.Any]]
) -> dict[tuple[str, str], list[dict[str, t.Any]]]:
    """The held ports by host name and node ID: this host's own, and those that were given."""
    found: dict[tuple[str, str], list[dict[str, t.Any]]] = {}
    for row in given:
        found.setdefault((row["host"], row["node_id"]), []).append(row)
    if client.where.startswith("unix://"):
        info = client.info()
        own = (info["Name"], info["Swarm"]["NodeID"])
        found[own] = [{**row} for row in read_native(client, {one["port"] for one in wanted})]
    return found
