# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The joining hosts: their free ports, the arguments of their tasks, the proof that they are reached. PRIVATE. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._ports.conflicts import NeededPort, port_conflicts
from ...module_utils._swarm.nodes import called, reachable
from ...module_utils._swarm.published import conflicts
from .cluster import Cluster
from .members import HostPlans, Member, data_path
from .membership import MembershipPlan


def check_ports(members: list[Member], membership: MembershipPlan, data_path_port: int) -> None:
    """Refuse where something else already holds a port that a new node needs."""
    conflicts = []
    for member in members:
        role = membership.joining.get(member.name)
        if not member.host or role is None:
            continue
        listen = member.variables["swarm_quorum_listen_port"]
        needed = [
            NeededPort("tcp", 7946, "the swarm's gossip"),
            NeededPort("udp", 7946, "the swarm's gossip"),
            NeededPort("udp", data_path_port, "overlay networks", "swarm_quorum_data_path_port"),
        ]
        if role == "manager":
            needed.insert(0, NeededPort("tcp", listen, "the managers' API", "swarm_quorum_listen_port"))
        conflicts += port_conflicts(member.name, member.host["listeners"], needed)
    if conflicts:
        raise Refused(" ".join(conflicts))


def warn_of_held_ports(members: list[Member], cluster: Cluster | None) -> list[str]:
    """Say which ports that services publish are held by something else on hosts that are in the swarm already."""
    if cluster is None:
        return []
    wanted = cluster.live.get("published_ports") or []
    nodes = [(member, cluster.node_of(member)) for member in members if member.host]
    return [
        sentence
        for member, node in nodes
        if node
        for sentence in conflicts(member.name, node, member.host["listeners"] if member.host else [], wanted)
    ]


def plan_joins(
    members: list[Member],
    addresses: dict[str, str | None],
    cluster: Cluster | None,
    membership: MembershipPlan,
    data_path_port: int,
) -> HostPlans:
    """Plan who creates the swarm or joins it, and with which arguments; say who leaves it or changes roles."""
    plans = HostPlans({}, [], [])
    port = members[0].variables["swarm_quorum_listen_port"]
    first = addresses[membership.init] if membership.init else None
    remote = (
        [f"[{first}]:{port}" if ":" in first else f"{first}:{port}"]
        if first
        else _remote(cluster, membership)
    )
    for member in members:
        if member.name in membership.reset:
            plans.lines.append(f"{member.name}: leave what is left of an earlier membership")
        if member.name in membership.joining:
            address = addresses[member.name]
            plans.hosts[member.name] = {"join": _join(member, membership, address, remote)}
            plans.lines.extend(_join_lines(member, membership, address))
    plans.lines.extend(f"{called(node)}: remove the stale entry {node['id']}" for node in membership.stale)
    plans.lines.extend(f"{name}: role: worker → manager" for name in membership.promote)
    plans.lines.extend(f"{name}: role: manager → worker" for name in membership.demote)
    if membership.joining and members[0].variables["swarm_quorum_prove_ports"]:
        for name, proof in _proofs(members, addresses, set(membership.joining), data_path_port).items():
            plans.hosts.setdefault(name, {})["prove"] = proof
    return plans


def _join(
    member: Member, membership: MembershipPlan, address: str | None, remote: list[str]
) -> dict[str, t.Any]:
    return {
        "role": membership.joining[member.name],
        "remote_addrs": remote,
        "advertise_addr": address,
        "listen_addr": f"0.0.0.0:{member.variables['swarm_quorum_listen_port']}",
        "data_path_addr": data_path(member),
        # The availability once the labels are in force; until then the node is paused.
        "availability": member.variables["swarm_quorum_availability"] or "active",
        "labels": member.labels,
    }


def _join_lines(member: Member, membership: MembershipPlan, address: str | None) -> list[str]:
    verb = (
        "create the swarm" if member.name == membership.init else f"join as {membership.joining[member.name]}"
    )
    labels = sorted(member.labels.items())
    return [
        f"{member.name}: {verb} (advertise {address})",
        *(f"{member.name}: labels.{name}: not set → {value or repr(value)}" for name, value in labels),
    ]


def _proofs(
    members: list[Member], addresses: dict[str, str | None], joining: set[str], data_path_port: int
) -> dict[str, dict[str, t.Any]]:
    """Who proves which ports of whom: only pairs with a host that joins, so the proof grows with the change."""
    able = [
        member for member in members if member.host and member.state not in ("locked", "error", "unknown")
    ]
    ports = {member.name: _ports(member, data_path_port) for member in able}
    proofs = {}
    for member in able:
        peers = [
            {"host": peer.name, "address": addresses[peer.name], "ports": ports[peer.name]}
            for peer in able
            if peer is not member and joining & {peer.name, member.name}
        ]
        if peers:
            proofs[member.name] = {"ports": ports[member.name], "peers": peers}
    return proofs


def _ports(member: Member, data_path_port: int) -> list[dict[str, t.Any]]:
    """The ports a node answers on."""
    listen = member.variables["swarm_quorum_listen_port"]
    ports: list[dict[str, t.Any]] = [
        {"protocol": "tcp", "port": 7946},
        {"protocol": "udp", "port": 7946},
        {"protocol": "udp", "port": data_path_port},
    ]
    return [{"protocol": "tcp", "port": listen}, *ports] if member.role == "manager" else ports


def _remote(cluster: Cluster | None, membership: MembershipPlan) -> list[str]:
    """The addresses of the managers to join through: all reachable ones but stale entries, the leader's first."""
    stale = {node["id"] for node in membership.stale}
    live = [node for node in reachable(cluster.nodes) if node["id"] not in stale] if cluster else []
    managers = [node["manager"] for node in live if node["manager"]]
    return [manager["address"] for manager in sorted(managers, key=lambda manager: not manager["leader"])]
