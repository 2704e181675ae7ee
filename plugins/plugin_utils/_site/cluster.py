# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which swarm the inventory's hosts are in. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...module_utils._engine.errors import Refused
from ...module_utils._swarm.nodes import Node, without_port
from ...module_utils._swarm.quorum import majority
from .members import Member


@dataclass
class Cluster:
    """The one swarm that the hosts are in.

    Attributes:
        swarm_id: its ID.
        entry: the manager that is asked; any reachable one would do.
        nodes: its nodes.
    """

    swarm_id: str
    entry: Member
    nodes: list[Node]

    @property
    def live(self) -> dict[str, t.Any]:
        """The swarm as the entry sees it."""
        return self.entry.swarm

    def node_of(self, member: Member) -> Node | None:
        """The node of a host, if it has one."""
        return next((node for node in self.nodes if member.is_node(node)), None)

    def has(self, member: Member) -> bool:
        """Whether a host that is in a swarm is in this one, even if its node was removed from it since."""
        if self.node_of(member):
            return True
        managers = {node["manager"]["address"] for node in self.nodes if node["manager"]}
        return any(manager["address"] in managers for manager in member.swarm.get("remote_managers") or [])


def find(members: list[Member]) -> Cluster | None:
    """Find the swarm the hosts are in, ``None`` where no host is in any, or where Engines have to be started first.

    Raises:
        Refused: two hosts are the same node, the hosts are in two swarms, or the swarm they are in cannot be changed.
    """
    _refuse_copies(members)
    quorate = [member for member in members if member.state == "manager"]
    by_id: dict[str, list[Member]] = {}
    for member in members:
        swarm_id = member.swarm.get("swarm_id")
        if swarm_id and member.state in ("manager", "no_quorum"):
            by_id.setdefault(swarm_id, []).append(member)
    if len(by_id) > 1:
        raise Refused(_two_swarms(by_id))
    if not quorate:
        # A stopped Engine is started first, and may be all that is missing.
        if not any(member.is_stopped for member in members):
            _refuse_without_manager(members)
        return None
    # A manager that stays one is the better way in: a demoted one stops answering.
    entry = sorted(quorate, key=lambda member: member.role != "manager")[0]
    cluster = Cluster(entry.swarm["swarm_id"], entry, entry.swarm["nodes"])
    _refuse_foreign(members, cluster)
    return cluster


def _refuse_copies(members: list[Member]) -> None:
    """Refuse two hosts that are the same node: one has a copy of the other's disk, and the swarm knows only one of them."""
    by_id: dict[str, list[Member]] = {}
    for member in members:
        if member.is_member and member.swarm.get("node_id"):
            by_id.setdefault(member.swarm["node_id"], []).append(member)
    for node_id, hosts in by_id.items():
        # One machine under two names has the same addresses, and is refused as such.
        if len({tuple(sorted(member.own_addresses)) for member in hosts}) > 1:
            root = (hosts[0].host or {})["engine"]["daemon"].get("data-root", "/var/lib/docker")
            raise Refused(
                f"{' and '.join(member.name for member in hosts)} are the same node of the swarm ({node_id}): one has a copy of "
                f"the other's disk, and the swarm knows only one of them. Nothing was changed. On the copy, stop the Engine, "
                f"remove {root}/swarm, start the Engine, and run this playbook again: it joins the copy as a node of its own."
            )


def _two_swarms(by_id: dict[str, list[Member]]) -> str:
    swarms = " and ".join(f"{swarm_id} ({_names(members)})" for swarm_id, members in sorted(by_id.items()))
    return (
        f"The inventory's hosts are in {len(by_id)} swarms: {swarms}. Nothing was changed. Decide which swarm stays, and "
        "remove the hosts of the other one from it: swarm_join with state=absent and force=true on each host."
    )


# The states in which a host may be in a swarm that no manager was seen of: no new swarm is created then. Each with the rest
# of the sentence, which says the way out.
_WITHOUT_MANAGER = {
    # Unlocking may be all that the quorum lacks.
    "locked": "is locked: run flotilla.swarm.recover with its key in swarm_unlock_key, then run again",
    "no_quorum": "",
    "error": (
        "cannot take part in its swarm: {why} Remove the host from that swarm: swarm_join with state=absent and force=true"
    ),
    "worker": (
        "is a worker of a swarm whose managers ({known}) were not reached: add them to the inventory, start them, or remove "
        "the host from that swarm: swarm_join with state=absent"
    ),
    "pending": (
        "is a node of a swarm whose managers ({known}) it does not reach: start them and run again, or remove the host from "
        "that swarm: swarm_join with state=absent and force=true"
    ),
    "unknown": (
        "has an Engine that does not say whether it is in a swarm: {why} Restart that Engine and run again, or remove the "
        "host from the inventory"
    ),
}


def _refuse_without_manager(members: list[Member]) -> None:
    """No manager with a quorum was reached: refuse where a host may be in a swarm, with the way out."""
    for state, way_out in _WITHOUT_MANAGER.items():
        hosts = [member for member in members if member.state == state and _may_be_in_swarm(member)]
        if hosts and state == "no_quorum":
            raise Refused(_quorum_lost(hosts, members))
        if hosts:
            sentence = way_out.format(why=hosts[0].swarm.get("why", ""), known=_known_managers(hosts[0]))
            others = f" ({_names(hosts[1:])} too)" if len(hosts) > 1 else ""
            raise Refused(f"{hosts[0].name}{others} {sentence}.")
    # Where managers are chosen by number, none is chosen yet, and each host may be one.
    named = any(member.role == "manager" for member in members)
    missing = [
        member
        for member in members
        if member.state == "not_reached" and (member.role == "manager" or not named)
    ]
    if missing:
        needed = "every manager of the inventory" if named else "every host that may be a manager"
        raise Refused(
            f"No swarm was found, but {_names(missing)} {'was' if len(missing) == 1 else 'were'} not reached and may be in "
            f"one: a new swarm is created only when {needed} answers. Start the missing hosts, run without --limit, or "
            "remove them from the inventory."
        )


def _may_be_in_swarm(member: Member) -> bool:
    return member.is_member or member.state == "unknown"


def _quorum_lost(left: list[Member], members: list[Member]) -> str:
    known = {
        without_port(manager["address"]) for member in left for manager in member.swarm["remote_managers"]
    }
    names = {address: member.name for member in members for address in member.own_addresses}
    here = {address for member in left for address in member.own_addresses}
    missing = sorted(names.get(address, address) for address in known - here)
    return quorum_lost(len(known), [member.name for member in left], missing)


def quorum_lost(count: int, left: list[str], missing: list[str]) -> str:
    """The sentence about a lost quorum, with the ways out.

    Args:
        count: how many managers the swarm has.
        left: those that can be asked.
        missing: the others.
    """
    managers = f"of its {count} managers, {', '.join(left)} can be asked, {majority(count)} are needed"
    recover = "run flotilla.swarm.recover. Nothing was changed."
    if len(left) >= majority(count):
        return (
            f"The swarm has no leader, though its managers could choose one: {managers}. Check with swarm_reach that they reach "
            "each other, and run again. If that does not help, restart their Engines one after the other. If nothing helps, "
            f"{recover}"
        )
    others = " or ".join(missing) or "the others"
    return f"The swarm has lost its quorum: {managers}. Start {others}. If they are lost for good, {recover}"


def _refuse_foreign(members: list[Member], cluster: Cluster) -> None:
    for member in members:
        if member.state in ("worker", "error") and not cluster.has(member):
            raise Refused(
                f"The inventory's hosts are in two swarms: {cluster.swarm_id} ({cluster.entry.name}) and another one that "
                f"{member.name} is in (its managers: {_known_managers(member)}). Nothing was changed. Remove {member.name} "
                "from that swarm: swarm_join with state=absent and force=true."
            )


def _known_managers(member: Member) -> str:
    """The managers a host knows of, for a sentence."""
    return ", ".join(manager["address"] for manager in member.swarm.get("remote_managers") or []) or "unknown"


def _names(members: list[Member]) -> str:
    return ", ".join(member.name for member in members)
