# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole plan of a run: engines, firewalls, membership, settings, labels. PRIVATE to the collection. Pure.

Everything is planned from one look per host; the roles carry out what stands here, on the hosts it names.
"""

from __future__ import annotations

from ...module_utils._engine.errors import Refused
from .._engine.plan import plan_engine
from . import cluster as clusters
from . import managers
from .firewalls import plan_firewalls
from .joins import check_ports, plan_joins
from .labels import plan_labels
from .members import Member, advertised
from .membership import plan_membership
from .settings import plan_settings
from .types import SitePlan


def build(members: list[Member], by_size: bool) -> SitePlan:
    """Plan a run.

    Args:
        members: the inventory's hosts, with their looks.
        by_size: choose the managers by ``swarm_quorum_size`` instead of by group.

    Raises:
        Refused: something stands in the way; nothing was changed.
    """
    if not any(member.host for member in members):
        raise Refused("No host could be looked at; check that Ansible reaches them.")
    common = members[0].variables
    cluster = clusters.find(members)
    if by_size:
        nodes = cluster.nodes if cluster else []
        managers.choose(members, common["swarm_quorum_size"], common["swarm_quorum_zone_label"], nodes)
    made = SitePlan(plan_membership(members, cluster))
    made.data_path_port = cluster.live["data_path_port"] if cluster else common["swarm_quorum_data_path_port"]
    made.warnings += made.membership.warnings
    _plan_engines(members, made)
    addresses = {member.name: advertised(member) for member in members}
    _check_addresses(addresses)
    plan_firewalls(members, addresses, made)
    check_ports(members, made)
    plan_joins(members, addresses, cluster, made)
    plan_settings(common, cluster, made)
    plan_labels(members, cluster, made)
    return made


def _plan_engines(members: list[Member], made: SitePlan) -> None:
    refusals: dict[str, list[str]] = {}
    for member in members:
        if not member.host:
            continue
        found = plan_engine(member.variables, member.host)
        for refusal in found["refusals"]:
            refusals.setdefault(refusal, []).append(member.name)
        made.warnings += [f"{member.name}: {warning}" for warning in found.get("warnings", [])]
        if found["changes"]:
            made.hosts.setdefault(member.name, {})["engine"] = found["tasks"]
            for change in found["changes"]:
                made.say(member.name, change)
    if refusals:
        # What stands in the way of every host is said once.
        raise Refused(" ".join(f"{', '.join(names)}: {refusal}" for refusal, names in refusals.items()))


def _check_addresses(addresses: dict[str, str | None]) -> None:
    by_address: dict[str, str] = {}
    for name, address in addresses.items():
        if address in by_address:
            raise Refused(
                f"{by_address[address]} and {name} would both be {address} in the swarm; they are one host under two names, "
                "or swarm_quorum_address of one is wrong."
            )
        if address:
            by_address[address] = name
