# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewalls' part of the plan. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._firewall import plan as firewall_plan
from .members import Member, data_path
from .types import SitePlan


def plan_firewalls(members: list[Member], addresses: dict[str, str | None], made: SitePlan) -> None:
    """Members reach the swarm's ports of each other, nobody else does."""
    known = [address for address in addresses.values() if address]
    known += [path for path in map(data_path, members) if path]
    # Whoever is not known must not lose an access that he may have.
    keep = None in addresses.values()
    for member in members:
        if not member.host:
            continue
        variables = member.variables
        live = member.host["firewall"]
        if live["backend"] == "unknown":
            raise Refused(f"{member.name}: {live['note']}")
        arguments = {
            "members": sorted(set(known + variables["swarm_firewall_extra_members"])),
            "manager": member.role == "manager" or member.state == "manager",
            "listen_port": variables["swarm_quorum_listen_port"],
            "data_path_port": made.data_path_port,
            "encrypted_overlays": variables["swarm_firewall_encrypted"],
            "backend": variables["swarm_firewall_backend"],
            "keep": keep,
        }
        try:
            found = firewall_plan.plan_arguments(live, arguments)
        except Refused as error:
            raise Refused(f"{member.name}: {error}") from None
        if live.get("note"):
            made.warnings.append(f"{member.name}: {live['note']}")
        if found["changed"]:
            made.hosts.setdefault(member.name, {})["firewall"] = arguments
            for line in _told(found):
                made.say(member.name, line)
        if member.name in made.membership.demote and found["backend"] != "none":
            # A manager needs its port until it is demoted, and must not keep it afterwards.
            made.hosts.setdefault(member.name, {})["firewall_after"] = {**arguments, "manager": False}


def _told(found: dict[str, t.Any]) -> list[str]:
    """A firewall's plan, a line for each service."""
    lines = []
    for verb, openings in (("open", found["open"]), ("close", found["close"])):
        by_service: dict[str, list[str]] = {}
        for opening in openings:
            address, service = firewall_plan.split(opening)
            by_service.setdefault(service, []).append(address)
        lines += [
            f"firewall ({found['backend']}): {verb} {name} for {', '.join(by_service[name])}"
            for name in by_service
        ]
    return lines or [f"firewall ({found['backend']}): close the swarm's ports to everybody else"]
