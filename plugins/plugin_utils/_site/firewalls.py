# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewalls' part of the plan. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._firewall.openings import split_opening
from ...module_utils._firewall.plan import FirewallPlan, plan_options
from .members import HostPlans, Member, data_path
from .membership import MembershipPlan

# Of a backend whose program may be installed between the plan and the change.
_PACKAGES = {"nftables": "nftables"}


def plan_firewalls(
    members: list[Member],
    addresses: dict[str, str | None],
    membership: MembershipPlan,
    data_path_port: int,
) -> HostPlans:
    """Open the swarm's ports of every host to the members, and to no other address."""
    plans = HostPlans({}, [], [])
    known = [address for address in addresses.values() if address]
    known += [path for path in map(data_path, members) if path]
    for member in members:
        if not member.host:
            continue
        live = member.host["firewall"]
        options = {
            **_options(member, data_path_port),
            "members": sorted({*known, *member.variables["swarm_firewall_extra_members"]}),
            # A host whose address is unknown must not lose an access that it may have.
            "keep": None in addresses.values(),
        }
        try:
            plan = plan_options(live, options)
        except Refused as error:
            raise Refused(f"{member.name}: {error}") from None
        if live.get("note"):
            plans.warnings.append(f"{member.name}: {live['note']}")
        if plan["changed"]:
            plans.hosts[member.name] = {"firewall": options}
            plans.lines.extend(f"{member.name}: {line}" for line in _lines(plan))
        package = _PACKAGES.get(plan["backend"])
        if plan["changed"] and package and plan["backend"] not in live["installed"]:
            plans.hosts[member.name]["firewall_package"] = package
        if member.name in membership.demote and plan["backend"] != "none":
            # A manager needs its port until it is demoted, and must not keep it afterwards.
            plans.hosts.setdefault(member.name, {})["firewall_after"] = {**options, "manager": False}
    return plans


def _options(member: Member, data_path_port: int) -> dict[str, t.Any]:
    """The options of ``swarm_firewall`` that one host's own variables and role say."""
    variables = member.variables
    return {
        "manager": member.role == "manager" or member.state == "manager",
        "listen_port": variables["swarm_quorum_listen_port"],
        "data_path_port": data_path_port,
        "encrypted_overlays": variables["swarm_firewall_encrypted"],
        "backend": variables["swarm_firewall_backend"],
    }


def _lines(plan: FirewallPlan) -> list[str]:
    """A firewall's plan in the user's words, a line for each service."""
    lines = []
    for verb, openings in (("open", plan["open"]), ("close", plan["close"])):
        by_service: dict[str, list[str]] = {}
        for opening in openings:
            address, service = split_opening(opening)
            by_service.setdefault(service, []).append(address)
        lines += [
            f"firewall ({plan['backend']}): {verb} {service} for {', '.join(names)}"
            for service, names in by_service.items()
        ]
    return lines or [f"firewall ({plan['backend']}): close the swarm's ports to all other addresses"]
