# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole plan of a run: Engines, firewalls, membership, settings, labels. PRIVATE to the collection. Pure.

Everything is planned from what one module read on each host; the roles carry the plan out, on the hosts it names.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused
from ...module_utils._node.declared import declared_node
from ...module_utils._node.plan import plan_node, spec_of
from ...module_utils._options.changes import text_of, visible_changes
from ...module_utils._options.option import declared_values
from ...module_utils._swarm.declared import check_ticks
from ...module_utils._swarm.nodes import Node
from ...module_utils._swarm.options import SETTINGS
from .._engine.plan import plan_engine
from . import cluster as clusters
from . import managers
from .cluster import Cluster
from .firewalls import plan_firewalls
from .joins import check_ports, plan_joins, warn_of_held_ports
from .members import HostPlans, Member, advertised
from .membership import MembershipPlan, plan_membership

#: Settings that are fixed when a swarm is created, and the variables that declare them.
FIXED = {
    "data_path_port": "swarm_quorum_data_path_port",
    "default_addr_pool": "swarm_quorum_address_pools",
    "subnet_size": "swarm_quorum_subnet_size",
}


@dataclass
class SitePlan:
    """What a run will do.

    Attributes:
        membership: who joins, and so on.
        hosts: per host, the parts of the plan that concern it: ``engine``, ``firewall_package``, ``firewall``,
            ``firewall_after``, ``join``, ``prove``.
        lines: the plan in the user's words, ``HOST: what`` a line.
        warnings: sentences for the user.
        settings: arguments for ``swarm_init``: those that create the swarm, or the settings that have to change.
        labels: entries for ``swarm_node``: labels and availability of live nodes.
        prove: hosts whose ports are proven before any host joins.
        data_path_port: the UDP port of overlay traffic: that of the live swarm, else the declared one.
    """

    membership: MembershipPlan
    hosts: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    settings: dict[str, t.Any] = field(default_factory=dict)
    labels: list[dict[str, t.Any]] = field(default_factory=list)
    prove: list[str] = field(default_factory=list)
    data_path_port: int = 4789


def build(members: list[Member], by_size: bool) -> SitePlan:
    """Plan a run.

    Args:
        members: the inventory's hosts, with what ``swarm_host_info`` returned for each.
        by_size: choose the managers by ``swarm_quorum_size`` instead of by group.

    Raises:
        Refused: something stands in the way of the plan; nothing was changed.
    """
    cluster = _cluster(members, by_size)
    common = members[0].variables
    port = cluster.live["data_path_port"] if cluster else common["swarm_quorum_data_path_port"]
    membership = plan_membership(members, cluster)
    engines = _plan_engines(members)
    addresses = _addresses(members)
    firewalls = plan_firewalls(members, addresses, membership, port)
    check_ports(members, membership, port)
    joins = plan_joins(members, addresses, cluster, membership, port)
    settings, settings_lines = _plan_settings(common, cluster, membership)
    labels, labels_lines = _plan_labels(members, cluster, membership)
    parts = (engines, firewalls, joins)
    hosts = _merge(parts)
    return SitePlan(
        membership=membership,
        hosts=hosts,
        lines=[*(line for part in parts for line in part.lines), *settings_lines, *labels_lines],
        warnings=[
            *membership.warnings,
            *(warning for part in parts for warning in part.warnings),
            *_fixed_warnings(members[0], cluster),
            *warn_of_held_ports(members, cluster),
        ],
        settings=settings,
        labels=labels,
        prove=[member.name for member in members if "prove" in hosts.get(member.name, {})],
        data_path_port=port,
    )


def _cluster(members: list[Member], by_size: bool) -> Cluster | None:
    """The live swarm, if there is one; where managers are chosen by number, the members' roles are set."""
    if not any(member.host for member in members):
        raise Refused("No host was reached: check that Ansible reaches the hosts of the inventory.")
    cluster = clusters.find(members)
    if by_size:
        common, nodes = members[0].variables, cluster.nodes if cluster else []
        managers.choose(members, common["swarm_quorum_size"], common["swarm_quorum_zone_label"], nodes)
    return cluster


def _merge(parts: t.Iterable[HostPlans]) -> dict[str, dict[str, t.Any]]:
    hosts: dict[str, dict[str, t.Any]] = {}
    for part in parts:
        for name, tasks in part.hosts.items():
            hosts.setdefault(name, {}).update(tasks)
    return hosts


def _plan_engines(members: list[Member]) -> HostPlans:
    plans = HostPlans({}, [], [])
    refusals: dict[str, list[str]] = {}
    for member in members:
        if not member.host:
            continue
        plan = plan_engine(member.variables, member.host)
        for refusal in plan["refusals"]:
            refusals.setdefault(refusal, []).append(member.name)
        plans.warnings.extend(f"{member.name}: {warning}" for warning in plan["warnings"])
        plans.lines.extend(f"{member.name}: {change}" for change in plan["changes"])
        if plan["changes"]:
            plans.hosts[member.name] = {"engine": plan["tasks"]}
    if refusals:
        # A refusal that concerns several hosts is said once.
        raise Refused(" ".join(f"{', '.join(names)}: {refusal}" for refusal, names in refusals.items()))
    return plans


def _addresses(members: list[Member]) -> dict[str, str | None]:
    """The address of every host in the swarm, ``None`` where it is unknown."""
    addresses: dict[str, str | None] = {}
    by_address: dict[str, str] = {}
    for member in members:
        address = addresses[member.name] = advertised(member)
        if address in by_address:
            raise Refused(
                f"{by_address[address]} and {member.name} would both be {address} in the swarm: remove one of them where "
                "both are the same host, or correct swarm_quorum_address of one."
            )
        if address:
            by_address[address] = member.name
    return addresses


def _plan_settings(
    common: dict[str, t.Any], cluster: Cluster | None, membership: MembershipPlan
) -> tuple[dict[str, t.Any], list[str]]:
    """The arguments that create the swarm, or those settings that have to change, and the lines that say so."""
    declared = common["swarm_quorum_settings"]
    values = declared_values(SETTINGS, declared)
    if cluster is None:
        fixed = {name: common[variable] for name, variable in FIXED.items() if common[variable]}
        check_ticks(values)
        return ({**declared, **fixed} if membership.init else {}), []
    settings, lines = {}, []
    for option in SETTINGS:
        if option.name not in values:
            continue
        before, after = cluster.live["settings"][option.name], option.type.show(values[option.name])
        if before != after:
            settings[option.name] = declared[option.name]
            lines.append(f"swarm: {option.name}: {before} → {after}")
    if {"heartbeat_tick", "election_tick"} & set(settings):
        check_ticks({**cluster.live["settings"], **values})
    return settings, lines


def _fixed_warnings(member: Member, cluster: Cluster | None) -> list[str]:
    """Warn of declared settings that a live swarm cannot change anymore; a default is not declared."""
    if cluster is None:
        return []
    differing = [
        (name, cluster.live[name], member.variables[variable])
        for name, variable in FIXED.items()
        # An empty value leaves the choice to the Engine.
        if variable in member.declared and member.variables[variable] not in ([], cluster.live[name])
    ]
    return [
        f"{name} is {live!r} since the swarm was created and cannot be changed to {declared!r}; only a new swarm can have it."
        for name, live, declared in differing
    ]


def _plan_labels(
    members: list[Member], cluster: Cluster | None, membership: MembershipPlan
) -> tuple[list[dict[str, t.Any]], list[str]]:
    """Entries for ``swarm_node`` of the live nodes whose labels or availability differ, and the lines that say so."""
    entries: list[dict[str, t.Any]] = []
    lines: list[str] = []
    if cluster is None:
        return entries, lines
    for member in members:
        node = cluster.node_of(member)
        if node is None or member.host is None or member.name in membership.join:
            continue
        entry = _node_options(member, node, cluster)
        changes = visible_changes(plan_node(declared_node(entry), spec_of(node)).changes)
        if changes:
            entries.append(entry)
            lines += [f"{member.name}: {text_of({name: change})}" for name, change in changes.items()]
    return entries, lines


def _node_options(member: Member, node: Node, cluster: Cluster) -> dict[str, t.Any]:
    """The options of ``swarm_node`` that a host declares for its live node."""
    availability = member.variables["swarm_quorum_availability"]
    if not availability and node["id"] in cluster.live["unfinished"]:
        availability = "active"
    return {
        "hostname": node["id"],
        "labels": member.labels,
        "labels_state": "owned",
        **({"availability": availability} if availability else {}),
    }
