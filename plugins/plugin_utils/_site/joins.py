# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The joining hosts' part of the plan: their ports, their arguments, their proof. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._ports.conflicts import Wanted, port_conflicts
from .cluster import Cluster
from .members import Member, data_path
from .types import SitePlan


def check_ports(members: list[Member], made: SitePlan) -> None:
    """Refuse when something else already holds a port that a new node needs."""
    found = []
    for member in members:
        role = "manager" if member.name == made.membership.init else made.membership.join.get(member.name)
        if not member.host or role is None:
            continue
        listen = member.variables["swarm_quorum_listen_port"]
        wanted = [
            Wanted("tcp", 7946, "the swarm's gossip"),
            Wanted("udp", 7946, "the swarm's gossip"),
            Wanted("udp", made.data_path_port, "overlay networks", "swarm_quorum_data_path_port"),
        ]
        if role == "manager":
            wanted.insert(0, Wanted("tcp", listen, "the managers' API", "swarm_quorum_listen_port"))
        found += port_conflicts(member.name, member.host["listeners"], wanted)
    if found:
        raise Refused(" ".join(found))


def plan_joins(
    members: list[Member], addresses: dict[str, str | None], cluster: Cluster | None, made: SitePlan
) -> None:
    """Who makes the swarm or joins it, and with what; who leaves it or changes roles."""
    membership = made.membership
    joining = {**membership.join, **({membership.init: "manager"} if membership.init else {})}
    port = members[0].variables["swarm_quorum_listen_port"]
    first = addresses[membership.init] if membership.init else None
    through = [f"[{first}]:{port}" if ":" in first else f"{first}:{port}"] if first else _ways_in(cluster)
    for member in members:
        if member.name in membership.reset:
            made.say(member.name, "drop what is left of an earlier membership")
        if member.name not in joining:
            continue
        made.hosts.setdefault(member.name, {})["join"] = {
            "role": joining[member.name],
            "remote_addrs": through,
            "advertise_addr": addresses[member.name],
            "listen_addr": f"0.0.0.0:{port}",
            "data_path_addr": data_path(member),
            # What it becomes once its labels are in force.
            "availability": member.variables["swarm_quorum_availability"] or "active",
            "labels": member.labels,
        }
        if member.name == membership.init:
            made.say(member.name, f"make the swarm (advertise {addresses[member.name]})")
        else:
            made.say(member.name, f"join as {joining[member.name]} (advertise {addresses[member.name]})")
        for name, value in sorted(member.labels.items()):
            made.say(member.name, f"labels.{name}: not set → {value or repr(value)}")
    for node in membership.stale:
        made.say(node["hostname"], f"remove its stale entry {node['id']}")
    for name in membership.promote:
        made.say(name, "role: worker → manager")
    for name in membership.demote:
        made.say(name, "role: manager → worker")
    if joining and members[0].variables["swarm_quorum_prove_ports"]:
        _plan_proof(members, addresses, set(joining), made)


def _plan_proof(
    members: list[Member], addresses: dict[str, str | None], joining: set[str], made: SitePlan
) -> None:
    """Who proves which ports of whom: only pairs with a host that joins, so it grows with the change."""
    able = [
        member for member in members if member.host and member.state not in ("locked", "error", "unknown")
    ]
    ports = {member.name: _ports(member, made.data_path_port) for member in able}
    for member in able:
        peers = [
            {"host": peer.name, "address": addresses[peer.name], "ports": ports[peer.name]}
            for peer in able
            if peer is not member and joining & {peer.name, member.name}
        ]
        if peers:
            made.prove.append(member.name)
            made.hosts.setdefault(member.name, {})["prove"] = {"ports": ports[member.name], "peers": peers}


def _ports(member: Member, data_path_port: int) -> list[dict[str, t.Any]]:
    """The ports a node answers on."""
    listen = member.variables["swarm_quorum_listen_port"]
    found = [
        {"protocol": "tcp", "port": 7946},
        {"protocol": "udp", "port": 7946},
        {"protocol": "udp", "port": data_path_port},
    ]
    return [{"protocol": "tcp", "port": listen}, *found] if member.role == "manager" else found


def _ways_in(cluster: Cluster | None) -> list[str]:
    """The addresses of all reachable managers, the leader's first."""
    found = [node["manager"] for node in cluster.nodes if node["manager"]] if cluster else []
    found = [manager for manager in found if manager["reachability"] == "reachable"]
    return [manager["address"] for manager in sorted(found, key=lambda manager: not manager["leader"])]
