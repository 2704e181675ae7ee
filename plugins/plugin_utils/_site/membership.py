# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is to init, join, be promoted or demoted, and whose stale entry goes. PRIVATE to the collection. Pure.

No host is special: any reachable manager is the way in, nobody inits while any host is in a swarm, and a host that
lost its swarm state is joined anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused
from ...module_utils._swarm import nodes, quorum
from ...module_utils._swarm.nodes import Node
from .cluster import Cluster, belongs
from .members import Member


@dataclass
class Membership:
    """What has to change about who is in the swarm.

    Attributes:
        entry: the manager through which everything is done.
        init: the host that makes the swarm, if none is there.
        reset: hosts that hold the rest of a membership and have to drop it before they join.
        join: hosts that join, in order, with their roles.
        stale: entries of hosts that are somebody else now.
        promote: nodes that become managers.
        demote: nodes that stop being managers.
        warnings: what the user should know.
    """

    entry: str | None = None
    init: str | None = None
    reset: list[str] = field(default_factory=list)
    join: dict[str, str] = field(default_factory=dict)
    stale: list[Node] = field(default_factory=list)
    promote: dict[str, Node] = field(default_factory=dict)
    demote: dict[str, Node] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def plan_membership(members: list[Member], cluster: Cluster | None) -> Membership:
    """Plan the membership.

    Args:
        members: the inventory's hosts, each with its role.
        cluster: the swarm that is there, or ``None``.

    Raises:
        Refused: a step would cost the quorum.
    """
    made = Membership()
    if cluster is None:
        return _formation(members, made)
    made.entry = cluster.entry.name
    for member in members:
        _place(member, cluster, made)
    made.stale += [node for node in cluster.nodes if _is_stale(node, members)]
    _check_quorum(made, cluster)
    made.warnings += _unknown_nodes(members, cluster, made)
    return made


def _formation(members: list[Member], made: Membership) -> Membership:
    seen = [member for member in members if member.host]
    stopped = [member.name for member in seen if member.is_stopped]
    if stopped:
        made.warnings.append(
            f"Whether {', '.join(stopped)} {'is' if len(stopped) == 1 else 'are'} in a swarm is only seen once the engine "
            "runs, and planned then."
        )
        made.entry = seen[0].name
        return made
    # One that still tries to join has to drop that first, so another one is the better beginning.
    candidates = [member for member in seen if member.role == "manager"]
    made.init = made.entry = min(candidates, key=lambda member: member.state == "pending").name
    made.reset = [member.name for member in seen if member.state == "pending"]
    made.join = {member.name: member.role for member in seen if member.name != made.init}
    made.warnings += [f"{member.name} was not seen and is left out." for member in members if not member.host]
    return made


def _place(member: Member, cluster: Cluster, made: Membership) -> None:
    """Decide about one host."""
    node = next((node for node in cluster.nodes if member.is_node(node)), None)
    if member.state == "unseen":
        told = "its node is left as it is" if node else "it cannot join"
        made.warnings.append(f"{member.name} was not seen; {told}.")
    elif member.state == "no_engine" and node:
        # Its Engine is started first; then it tells itself whether it still is that node.
        pass
    elif member.state in ("inactive", "no_engine"):
        made.join[member.name] = member.role
    elif _is_leftover(member, node, cluster):
        made.reset.append(member.name)
        made.join[member.name] = member.role
        made.stale += [node] if node else []
    elif node is None or member.state in ("pending", "locked", "unknown", "error", "no_quorum"):
        made.warnings.append(f"{member.name} is left as it is: {member.swarm['why']}")
    elif member.role == "manager" and node["role"] != "manager":
        made.promote[member.name] = node
    elif member.role == "worker" and node["role"] != "worker":
        made.demote[member.name] = node


def _is_leftover(member: Member, node: Node | None, cluster: Cluster) -> bool:
    """Half a join, or a node that was removed from the swarm without knowing.

    A member that was restarted while it reaches no manager is pending too, but it has its place in the swarm.
    """
    if member.state == "pending":
        if not member.is_member:
            return True
        return node["id"] in cluster.live["unfinished"] if node else belongs(member, cluster)
    return node is None and belongs(member, cluster)


def _is_stale(node: Node, members: list[Member]) -> bool:
    return any(member.was_node(node) for member in members) and not any(
        member.is_node(node) for member in members if member.host
    )


def _check_quorum(made: Membership, cluster: Cluster) -> None:
    """Walk through the steps in numbers, in the order in which they are taken."""
    count, up = len(nodes.managers(cluster.nodes)), len(nodes.reachable(cluster.nodes))

    def remove(node: Node, name: str) -> None:
        nonlocal count, up
        is_up = bool(node["manager"]) and node["manager"]["reachability"] == "reachable"  # type: ignore[index]
        if not quorum.survives_removal(count, up, is_up):
            raise Refused(
                f"Taking {name} out of the managers would cost the quorum ({up} of {count} managers are reachable, "
                f"{quorum.majority(count)} are needed); bring the unreachable managers back first. Nothing was changed."
            )
        count, up = count - 1, up - int(is_up)

    for node in made.stale:
        if node["manager"]:
            # The host is not that node anymore, so its part in the quorum is gone whatever the swarm still believes.
            node["manager"]["reachability"] = "unreachable"
    up = len(nodes.reachable(cluster.nodes))
    for node in made.stale:
        if node["manager"]:
            remove(node, f"the stale entry of {node['hostname']}")
    added = len(made.promote) + sum(role == "manager" for role in made.join.values())
    count, up = count + added, up + added
    for name, node in made.demote.items():
        if node["manager"]:
            remove(node, name)


def _unknown_nodes(members: list[Member], cluster: Cluster, made: Membership) -> list[str]:
    stale = {node["id"] for node in made.stale}
    unknown = [
        node
        for node in cluster.nodes
        if node["id"] not in stale and not any(member.is_node(node) for member in members)
    ]
    return [
        f"Node {node['hostname']} ({node['id']}, {node['address']}, {node['state']}) is in the swarm but not in the "
        "inventory; flotilla.swarm.remove_nodes removes it."
        for node in unknown
    ]
