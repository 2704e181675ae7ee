# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each host says of a swarm that may have lost its quorum. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._swarm.nodes import Node


@dataclass(frozen=True)
class Seen:
    """One host.

    Attributes:
        name: its inventory name.
        state: ``not_reached``, ``stopped`` for an Engine that does not run, or a state of ``swarm_info``.
        is_manager: whether it is a manager of a swarm, by its Engine or by its files.
        node_id: its node, empty where it does not know.
        swarm_id: the swarm it is in.
        managers: the addresses of the managers it knows, by their node IDs.
        addresses: its own addresses.
        is_sealed: whether its key is encrypted with the swarm's unlock key, as autolock makes it.
        position: term and index of the last entry of its log.
        nodes: of a manager with a quorum, the nodes of the swarm.
    """

    name: str
    state: str = "not_reached"
    is_manager: bool = False
    node_id: str = ""
    swarm_id: str = ""
    managers: dict[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    position: tuple[int, int] | None = None
    is_sealed: bool = False
    nodes: tuple[Node, ...] = ()


def seen(name: str, host: dict[str, t.Any] | None) -> Seen:
    """A host by what ``swarm_host_info`` returned for it, ``None`` where it was not reached."""
    if not host:
        return Seen(name)
    swarm = host["swarm"]
    stored = swarm.get("stored") or {}
    state = "stopped" if host["engine"]["state"] == "stopped" else swarm["state"]
    known = swarm.get("remote_managers") or stored.get("managers") or []
    return Seen(
        name=name,
        state=state,
        is_manager=state in ("manager", "no_quorum") or stored.get("role") == "manager",
        node_id=swarm.get("node_id") or stored.get("node_id") or "",
        swarm_id=swarm.get("swarm_id") or stored.get("swarm_id") or "",
        managers={manager["id"]: manager["address"].rsplit(":", 1)[0].strip("[]") for manager in known},
        addresses=tuple(row["address"] for row in host["addresses"]),
        position=None if stored.get("index") is None else (stored["term"], stored["index"]),
        is_sealed=bool(stored.get("sealed")),
        nodes=tuple(swarm.get("nodes") or ()),
    )
