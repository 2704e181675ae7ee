# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which swarm the inventory's hosts are in. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...module_utils._engine.errors import Refused
from ...module_utils._swarm.nodes import Node
from ...module_utils._swarm.quorum import majority
from .members import Member


@dataclass
class Cluster:
    """The one swarm that is there.

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


def find(members: list[Member]) -> Cluster | None:
    """Find the swarm the hosts are in, ``None`` where no host is in any, or where engines are to be started first.

    Raises:
        Refused: they are in two, or the one they are in cannot be worked with.
    """
    quorate = [member for member in members if member.state == "manager"]
    by_id: dict[str, list[Member]] = {}
    for member in members:
        swarm_id = member.swarm.get("swarm_id")
        if swarm_id and member.state in ("manager", "no_quorum"):
            by_id.setdefault(swarm_id, []).append(member)
    if len(by_id) > 1:
        raise Refused(_split(by_id))
    if not quorate:
        # A stopped engine is started first, and may be all that is missing.
        if not any(member.is_stopped for member in members):
            _refuse_headless(members)
        return None
    # A manager that will stay one is the better way in: a demoted one stops answering.
    entry = sorted(quorate, key=lambda member: member.role != "manager")[0]
    cluster = Cluster(entry.swarm["swarm_id"], entry, entry.swarm["nodes"])
    _refuse_foreign(members, cluster)
    return cluster


def belongs(member: Member, cluster: Cluster) -> bool:
    """Whether a host that holds a place in a swarm holds it in this one, even if it was removed from it since."""
    if any(member.is_node(node) for node in cluster.nodes):
        return True
    managers = {node["manager"]["address"] for node in cluster.nodes if node["manager"]}
    return any(manager["address"] in managers for manager in member.swarm.get("remote_managers") or [])


def _split(by_id: dict[str, list[Member]]) -> str:
    told = " and ".join(f"{swarm_id} ({_names(found)})" for swarm_id, found in sorted(by_id.items()))
    return (
        f"The inventory's hosts are in {len(by_id)} swarms: {told}. Nothing was changed. Decide which one stays and have "
        "the hosts of the other leave it: swarm_join with state=absent and force=true on each."
    )


# What each state keeps somebody from making a new swarm for, and the way out.
_HEADLESS = {
    # Unlocking may be all that the quorum lacks.
    "locked": "is locked: give its key with swarm_init and unlock_key, then run again",
    "no_quorum": "",
    "error": "cannot take part in its swarm: {why} Have it leave: swarm_join with state=absent and force=true",
    "worker": (
        "is a worker of a swarm whose managers ({known}) were not seen: put them into the inventory, bring them back, or "
        "have the host leave: swarm_join with state=absent"
    ),
    "pending": (
        "is a node of a swarm whose managers ({known}) it does not reach: bring them back and run again, or have the host "
        "leave: swarm_join with state=absent and force=true"
    ),
    "unknown": (
        "has an Engine that does not say whether it is in a swarm: {why} Restart that Engine and run again, or take the "
        "host out of the inventory"
    ),
}


def _refuse_headless(members: list[Member]) -> None:
    """No manager with a quorum was seen: say what is lost, or that nothing is."""
    for state, way_out in _HEADLESS.items():
        found = [member for member in members if member.state == state and _may_be_in_one(member)]
        if found and state == "no_quorum":
            raise Refused(_lost(found, members))
        if found:
            told = way_out.format(why=found[0].swarm.get("why", ""), known=_known_managers(found[0]))
            others = f" ({_names(found[1:])} too)" if len(found) > 1 else ""
            raise Refused(f"{found[0].name}{others} {told}.")
    # Where managers are chosen by number, nobody is one yet, and each host may be.
    named = any(member.role == "manager" for member in members)
    unseen = [
        member for member in members if member.state == "unseen" and (member.role == "manager" or not named)
    ]
    if unseen:
        whom = "every manager of the inventory" if named else "every host that may be a manager"
        raise Refused(
            f"No swarm was found, but {_names(unseen)} {'was' if len(unseen) == 1 else 'were'} not seen and may hold one: a "
            f"new swarm is only made when {whom} answers. Bring it back, leave --limit out, or take it out of the inventory."
        )


def _may_be_in_one(member: Member) -> bool:
    return member.is_member or member.state == "unknown"


def _lost(lost: list[Member], members: list[Member]) -> str:
    known = {
        manager["address"].rsplit(":", 1)[0].strip("[]")
        for member in lost
        for manager in member.swarm["remote_managers"]
    }
    names = {address: member.name for member in members for address in member.own_addresses}
    here = {address for member in lost for address in member.own_addresses}
    gone = sorted(names.get(address, address) for address in known - here)
    return (
        f"The swarm has lost its quorum: of its {len(known)} managers, {_names(lost)} can be asked, {majority(len(known))} "
        f"are needed. Bring back {' or '.join(gone) or 'the others'}. Where they are gone for good, run swarm_init with "
        f"force_new_cluster=true on {lost[0].name}, then this playbook again. Nothing was changed."
    )


def _refuse_foreign(members: list[Member], cluster: Cluster) -> None:
    for member in members:
        if member.state in ("worker", "error") and not belongs(member, cluster):
            raise Refused(
                f"The inventory's hosts are in two swarms: {cluster.swarm_id} ({cluster.entry.name}) and another one that "
                f"{member.name} is in (its managers: {_known_managers(member)}). Nothing was changed. "
                f"Have {member.name} leave it: swarm_join with state=absent and force=true."
            )


def _known_managers(member: Member) -> str:
    """The managers a host knows of, for a sentence."""
    return ", ".join(manager["address"] for manager in member.swarm.get("remote_managers") or []) or "unknown"


def _names(members: list[Member]) -> str:
    return ", ".join(member.name for member in members)
