# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory's hosts as members of one swarm. PRIVATE to the collection. Pure."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused
from ...module_utils._swarm.nodes import Node


@dataclass
class Member:
    """One host of the inventory.

    Attributes:
        name: its inventory name.
        role: the role it should have, ``manager`` or ``worker``.
        variables: its role variables by name, defaults filled in.
        labels: its merged node labels.
        ansible_host: where Ansible reaches it.
        host: the look at it (``swarm_host_info``), ``None`` when it was not seen.
    """

    name: str
    role: str = "worker"
    variables: dict[str, t.Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ansible_host: str = ""
    host: dict[str, t.Any] | None = None

    @property
    def swarm(self) -> dict[str, t.Any]:
        """The swarm as the host sees it; empty for a host that was not seen."""
        return self.host["swarm"] if self.host else {}

    @property
    def state(self) -> str:
        """``unseen`` or a state of ``swarm_info``."""
        return str(self.swarm.get("state", "unseen"))

    @property
    def is_member(self) -> bool:
        """Whether its Engine holds a place in some swarm."""
        if self.state == "pending":
            # One that only tries to join has no node ID yet; a member that looks for its managers keeps its own.
            return bool(self.swarm.get("node_id"))
        return self.state in ("worker", "manager", "no_quorum", "locked", "error")

    @property
    def is_stopped(self) -> bool:
        """Whether its Engine is there but does not run."""
        return (
            self.state == "no_engine" and self.host is not None and self.host["engine"]["state"] == "stopped"
        )

    @property
    def is_silent(self) -> bool:
        """Whether its Engine cannot say which node it is: it is locked, does not answer or is stopped."""
        return self.is_stopped or (self.state in ("locked", "unknown") and not self.swarm.get("node_id"))

    @property
    def own_addresses(self) -> list[str]:
        """The addresses of the host, or for one that was not seen what the inventory says."""
        if self.host:
            return [row["address"] for row in self.host["addresses"]]
        told = (self.variables.get("swarm_quorum_address"), self.ansible_host)
        return [address for address in told if address and is_address(address)]

    def is_node(self, node: Node) -> bool:
        """Whether a node is this host's: by node ID, or by address and name where the host cannot tell."""
        if not self.host:
            return node["address"] in self.own_addresses or node["hostname"] == self.name
        return self._looks_like(node) if self.is_silent else node["id"] == self.swarm.get("node_id")

    def was_node(self, node: Node) -> bool:
        """Whether a node is a stale entry of this host: its name and address, but not its node ID anymore."""
        return self.host is not None and not self.is_node(node) and self._looks_like(node)

    def _looks_like(self, node: Node) -> bool:
        name = self.host["hostname"] if self.host else self.name
        return node["hostname"] == name and node["address"] in self.own_addresses


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def advertised(member: Member) -> str | None:
    """The address a host is known by in the swarm; ``None`` where only the host itself could tell.

    A member keeps the address it has. Else it is ``swarm_quorum_address``, an address or an interface; else
    ``ansible_host`` where that is one of the host's own addresses; else the source address of its default route.

    Raises:
        Refused: ``swarm_quorum_address`` is not the host's.
    """
    wanted = member.variables.get("swarm_quorum_address") or ""
    if not member.host:
        return next(iter(member.own_addresses), None)
    chosen = _own_address(member, wanted, "swarm_quorum_address") if wanted else None
    if member.is_member and member.swarm.get("address"):
        return str(member.swarm["address"])
    if chosen:
        return chosen
    if member.ansible_host in member.own_addresses:
        return member.ansible_host
    found: str | None = member.host["default_address"]
    if not found:
        raise Refused(
            f"{member.name} has no default route to tell its address from; set swarm_quorum_address for it."
        )
    return found


def data_path(member: Member) -> str | None:
    """The declared data path address of a host, if it has one.

    Raises:
        Refused: it is not the host's.
    """
    wanted = member.variables.get("swarm_quorum_data_path_address") or ""
    if not wanted or not member.host:
        return wanted if is_address(wanted) else None
    return _own_address(member, wanted, "swarm_quorum_data_path_address")


def _own_address(member: Member, wanted: str, variable: str) -> str:
    rows = member.host["addresses"] if member.host else []
    for row in rows:
        if row["address"] == wanted or row["interface"] == wanted:
            return str(row["address"])
    known = ", ".join(f"{row['address']} on {row['interface']}" for row in rows) or "none"
    raise Refused(
        f"{variable} of {member.name} is {wanted}, which is not an address of this host (it has {known})."
    )
