# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts create the swarm, join, are promoted or demoted, and which stale entries are removed. PRIVATE. Pure.

No host is special: any reachable manager is the way in, no swarm is created while any host is in one, and a host that
lost its swarm state joins again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused
from ...module_utils._swarm import nodes, quorum
from ...module_utils._swarm.nodes import Node
from .cluster import Cluster, quorum_lost
from .members import Member


@dataclass
class MembershipPlan:
    """What has to change about who is in the swarm, and as what.

    Attributes:
        entry: the manager through which the swarm is changed.
        init: the host that creates the swarm, where there is none.
        reset: hosts that hold the remains of a membership and have to leave it before they join.
        join: hosts that join, in order, with their roles.
        stale: node entries of hosts that are other nodes now, and of joins that broke off before the node ever reported.
        promote: nodes that become managers, by host.
        demote: nodes that stop being managers, by host.
        warnings: sentences for the user.
    """

    entry: str | None = None
    init: str | None = None
    reset: list[str] = field(default_factory=list)
    join: dict[str, str] = field(default_factory=dict)
    stale: list[Node] = field(default_factory=list)
    promote: dict[str, Node] = field(default_factory=dict)
    demote: dict[str, Node] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def joining(self) -> dict[str, str]:
        """The hosts that will be in the swarm and are not yet, the one that creates it included, with their roles."""
        return {**self.join, **({self.init: "manager"} if self.init else {})}


def plan_membership(members: list[Member], cluster: Cluster | None) -> MembershipPlan:
    """Plan the membership.

    Args:
        members: the inventory's hosts, each with its role.
        cluster: the live swarm, or ``None``.

    Raises:
        Refused: a step would cost the quorum.
    """
    if cluster is None:
        return _plan_new_swarm(members)
    plan = MembershipPlan(entry=cluster.entry.name)
    for member in members:
        _plan_member(member, cluster, plan)
    plan.stale += [node for node in cluster.nodes if _is_stale(node, members)]
    _check_quorum(plan, cluster)
    plan.warnings += _unknown_nodes(members, cluster, plan)
    return plan


def _plan_new_swarm(members: list[Member]) -> MembershipPlan:
    reached = [member for member in members if member.host]
    stopped = [member.name for member in reached if member.is_stopped]
    if stopped:
        verb = "is" if len(stopped) == 1 else "are"
        warning = f"Whether {', '.join(stopped)} {verb} in a swarm is known, and planned, only once the stopped engine runs."
        return MembershipPlan(entry=reached[0].name, warnings=[warning])
    # A host that still tries to join has to leave that first, so another host is the better first manager.
    candidates = [member for member in reached if member.role == "manager"]
    first = min(candidates, key=lambda member: member.state == "pending").name
    return MembershipPlan(
        entry=first,
        init=first,
        reset=[member.name for member in reached if member.state == "pending"],
        join={member.name: member.role for member in reached if member.name != first},
        warnings=[f"{member.name} was not reached and is skipped." for member in members if not member.host],
    )


def _plan_member(member: Member, cluster: Cluster, plan: MembershipPlan) -> None:
    """Plan one host."""
    node = cluster.node_of(member)
    if member.state == "not_reached":
        rest = "its node stays as it is" if node else "it cannot join"
        plan.warnings.append(f"{member.name} was not reached; {rest}.")
    elif member.state == "no_engine" and node:
        # Its Engine is started first; then it says itself whether it still is that node.
        pass
    elif member.state in ("inactive", "no_engine"):
        plan.join[member.name] = member.role
    elif _has_remains(member, node, cluster):
        plan.reset.append(member.name)
        plan.join[member.name] = member.role
        plan.stale += [node] if node else []
    elif node and node["role"] == "manager" and not node["manager"]:
        plan.warnings.append(_returning(member))
    elif node is None or member.state in ("pending", "locked", "unknown", "error", "no_quorum"):
        # An Engine in this state may have given up trying, though what kept it from taking part is gone (seen with 26.1).
        rest = " Restart its Engine and run this playbook again." if member.state == "error" else ""
        plan.warnings.append(f"{member.name} is skipped: {member.swarm['why']}{rest}")
    elif member.role == "manager" and node["role"] != "manager":
        plan.promote[member.name] = node
    elif member.role == "worker" and node["role"] != "worker":
        plan.demote[member.name] = node


def _returning(member: Member) -> str:
    """A live node that is to be a manager and is in no raft group: a promotion is at work.

    So is a manager that did not take part when a new cluster was forced on another one. Its Engine is told so by the others,
    takes the role of a worker, and is made a manager again, all by itself (seen within 35 s). Until then the Engine refuses
    to change its role.
    """
    rest = "" if member.role == "manager" else ", and run this playbook again then to demote it"
    return f"{member.name} is to be a manager of the swarm and is none yet: it becomes one by itself within a minute{rest}."


def _has_remains(member: Member, node: Node | None, cluster: Cluster) -> bool:
    """Whether a host is halfway through a join, or is a node that was removed from the swarm without noticing.

    A member that was restarted while it reaches no manager is pending too, but keeps its place in the swarm.
    """
    if member.state == "pending":
        if not member.is_member:
            return True
        return node["id"] in cluster.live["unfinished"] if node else cluster.has(member)
    return node is None and cluster.has(member)


def _is_stale(node: Node, members: list[Member]) -> bool:
    if nodes.is_nobody(node):
        return not any(member.is_node(node) for member in members)
    return any(member.was_node(node) for member in members) and not any(
        member.is_node(node) for member in members if member.host
    )


def _check_quorum(plan: MembershipPlan, cluster: Cluster) -> None:
    """Walk through the steps in numbers, in the order in which they are taken."""
    stale = {node["id"] for node in plan.stale}
    # A stale entry's host is not that node anymore, so it is lost to the quorum even while the swarm still counts it.
    up = {node["id"] for node in nodes.reachable(cluster.nodes)} - stale
    managers, reachable = len(nodes.managers(cluster.nodes)), len(up)
    if stale and reachable < quorum.majority(managers):
        raise Refused(_lost(cluster, up))
    for node in plan.stale:
        if node["manager"]:
            _check_removal(f"the stale entry of {nodes.called(node)}", managers, reachable, False)
            managers -= 1
    added = len(plan.promote) + sum(role == "manager" for role in plan.join.values())
    managers, reachable = managers + added, reachable + added
    for name, node in plan.demote.items():
        if node["manager"]:
            _check_removal(name, managers, reachable, node["id"] in up)
            managers, reachable = managers - 1, reachable - int(node["id"] in up)


def _lost(cluster: Cluster, up: set[str]) -> str:
    """Managers lost their state just now; the last leader answers for some seconds before it notices."""
    group = nodes.managers(cluster.nodes)
    left = [node["hostname"] for node in group if node["id"] in up]
    missing = [nodes.called(node) for node in group if node["id"] not in up]
    return quorum_lost(len(group), left or [cluster.entry.name], missing)


def _check_removal(name: str, managers: int, reachable: int, is_up: bool) -> None:
    if not quorum.survives_removal(managers, reachable, is_up):
        raise Refused(
            f"Taking {name} out of the managers would cost the quorum ({reachable} of {managers} managers are reachable, "
            f"{quorum.majority(managers)} are needed): restore the unreachable managers first. Nothing was changed."
        )


def _unknown_nodes(members: list[Member], cluster: Cluster, plan: MembershipPlan) -> list[str]:
    stale = {node["id"] for node in plan.stale}
    unknown = [
        node
        for node in cluster.nodes
        if node["id"] not in stale and not any(member.is_node(node) for member in members)
    ]
    return [
        f"Node {nodes.called(node)} ({node['id'] if node['hostname'] else 'no host name'}, {node['address'] or 'no address'}, "
        f"{node['state']}) is in the swarm but not in the inventory; flotilla.swarm.remove_nodes with "
        f"swarm_remove={nodes.called(node)} removes it."
        for node in unknown
    ]
