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


class HostPlans(t.NamedTuple):
    """What has to be done on hosts about one subject: their Engines, their firewalls, their joins.

    Attributes:
        hosts: per host, the arguments of the tasks that do it, by the name of the task's part of the plan.
        lines: the same in the user's words, ``HOST: what`` a line.
        warnings: sentences for the user.
    """

    hosts: dict[str, dict[str, t.Any]]
    lines: list[str]
    warnings: list[str]


@dataclass
class Member:
    """One host of the inventory.

    Attributes:
        name: its inventory name.
        role: its declared role, ``manager`` or ``worker``.
        variables: its role variables by name, defaults filled in.
        declared: the names of the variables that the inventory declares for it.
        labels: its merged node labels.
        ansible_host: the address at which Ansible reaches it.
        host: what ``swarm_host_info`` returned, ``None`` for a host that was not reached.
    """

    name: str
    role: str = "worker"
    variables: dict[str, t.Any] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    labels: dict[str, str] = field(default_factory=dict)
    ansible_host: str = ""
    host: dict[str, t.Any] | None = None

    @property
    def swarm(self) -> dict[str, t.Any]:
        """The swarm as the host sees it; empty for a host that was not reached."""
        return self.host["swarm"] if self.host else {}

    @property
    def state(self) -> str:
        """``not_reached`` or a state of ``swarm_info``."""
        return str(self.swarm.get("state", "not_reached"))

    @property
    def is_member(self) -> bool:
        """Whether its Engine is a member of some swarm."""
        if self.state == "pending":
            # An Engine that only tries to join has no node ID yet; a member that searches its managers keeps its own.
            return bool(self.swarm.get("node_id"))
        return self.state in ("worker", "manager", "no_quorum", "locked", "error")

    @property
    def is_stopped(self) -> bool:
        """Whether its Engine is installed but does not run."""
        return (
            self.state == "no_engine" and self.host is not None and self.host["engine"]["state"] == "stopped"
        )

    @property
    def is_silent(self) -> bool:
        """Whether its Engine cannot say which node it is: it is locked, does not answer, is stopped, or reaches no manager."""
        silent = ("locked", "unknown", "error")
        return self.is_stopped or (self.state in silent and not self.swarm.get("node_id"))

    @property
    def own_addresses(self) -> list[str]:
        """The addresses of the host, or the declared ones of a host that was not reached."""
        if self.host:
            return [row["address"] for row in self.host["addresses"]]
        declared = (self.variables["swarm_quorum_address"], self.ansible_host)
        return [address for address in declared if is_address(address)]

    def is_node(self, node: Node) -> bool:
        """Whether a node is this host's: by node ID, or by address and name where the host cannot say its ID."""
        if not self.host:
            return node["address"] in self.own_addresses or node["hostname"] == self.name
        return self._resembles(node) if self.is_silent else node["id"] == self.swarm.get("node_id")

    def was_node(self, node: Node) -> bool:
        """Whether a node is a stale entry of this host: the host's name and address with an earlier node ID."""
        return self.host is not None and not self.is_node(node) and self._resembles(node)

    def _resembles(self, node: Node) -> bool:
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
    """The address by which a host is known in the swarm; ``None`` where only the host itself knows it.

    A member keeps the address it has. Else it is ``swarm_quorum_address``, an address or an interface; else
    ``ansible_host`` where that is one of the host's own addresses; else the source address of its default route.

    Raises:
        Refused: ``swarm_quorum_address`` is not the host's.
    """
    declared = member.variables["swarm_quorum_address"]
    if not member.host:
        return next(iter(member.own_addresses), None)
    chosen = _own_address(member, declared, "swarm_quorum_address") if declared else None
    if member.is_member and member.swarm.get("address"):
        return str(member.swarm["address"])
    if chosen:
        return chosen
    if member.ansible_host in member.own_addresses:
        return member.ansible_host
    default: str | None = member.host["default_address"]
    if not default:
        raise Refused(
            f"{member.name} has no default route, so its address is unknown: set swarm_quorum_address for this host."
        )
    return default


def data_path(member: Member) -> str | None:
    """The declared data path address of a host, if it has one.

    Raises:
        Refused: the address is not the host's.
    """
    declared = member.variables["swarm_quorum_data_path_address"]
    if not declared or not member.host:
        return declared if is_address(declared) else None
    return _own_address(member, declared, "swarm_quorum_data_path_address")


def _own_address(member: Member, declared: str, variable: str) -> str:
    rows = member.host["addresses"] if member.host else []
    for row in rows:
        if declared in (row["address"], row["interface"]):
            return str(row["address"])
    known = ", ".join(f"{row['address']} on {row['interface']}" for row in rows) or "none"
    raise Refused(
        f"{variable} of {member.name} is {declared}, which is not an address of this host (it has {known})."
    )
