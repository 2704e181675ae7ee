# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory's groups: its hosts, their roles, and whether they can be one swarm. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from . import managers
from .members import Member

#: Variables that concern the whole swarm, so every host has to have the same value.
OF_SWARM = (
    "swarm_quorum_size",
    "swarm_quorum_zone_label",
    "swarm_quorum_even",
    "swarm_quorum_listen_port",
    "swarm_quorum_data_path_port",
    "swarm_quorum_address_pools",
    "swarm_quorum_subnet_size",
    "swarm_quorum_settings",
    "swarm_quorum_prove_ports",
    "swarm_quorum_port_conflicts",
    "swarm_quorum_wait_timeout",
    "swarm_firewall_encrypted",
)


def host_names(groups: t.Mapping[str, list[str]]) -> list[str]:
    """The hosts of the swarm, in the inventory's order, each once.

    Raises:
        Refused: the groups have no host.
    """
    names = [name for group in ("swarm", "swarm_managers", "swarm_workers") for name in groups.get(group, [])]
    if not names:
        raise Refused(
            "The inventory has no host in the groups swarm_managers and swarm_workers: add the hosts to these groups."
        )
    return list(dict.fromkeys(names))


def set_roles(groups: t.Mapping[str, list[str]], members: list[Member]) -> None:
    """Set the role of every member by its group, and check that the hosts can be one swarm.

    With ``swarm_quorum_size`` alone the managers are chosen once the hosts are known (``managers.choose``).

    Args:
        groups: the inventory's groups.
        members: its hosts.

    Raises:
        Refused: a host has two roles, or hosts differ in what concerns the whole swarm.
    """
    both = sorted(set(groups.get("swarm_managers", [])) & set(groups.get("swarm_workers", [])))
    if both:
        verb = "is" if len(both) == 1 else "are"
        raise Refused(
            f"{', '.join(both)} {verb} in both swarm_managers and swarm_workers: remove each host from one of the groups."
        )
    for member in members:
        member.role = "manager" if member.name in groups.get("swarm_managers", []) else "worker"
    for name in OF_SWARM:
        _check_same(name, members)


def chosen_by_size(groups: t.Mapping[str, list[str]]) -> bool:
    """Whether the managers are chosen by ``swarm_quorum_size`` instead of named by a group."""
    return not groups.get("swarm_managers")


def check_managers(groups: t.Mapping[str, list[str]], members: list[Member]) -> list[str]:
    """Check the number of managers that the inventory declares.

    Returns:
        Warnings.

    Raises:
        Refused: no manager, an even number, or two different numbers.
    """
    size = members[0].variables["swarm_quorum_size"]
    even = members[0].variables["swarm_quorum_even"]
    if not chosen_by_size(groups):
        count = len(groups["swarm_managers"])
        if size is not None and size != count:
            raise Refused(
                f"The group swarm_managers has {count} hosts, but swarm_quorum_size is {size}: set both to the same number, "
                "or remove one of them."
            )
        return managers.check_count(count, even, "The group swarm_managers")
    if size is None:
        raise Refused(
            "The group swarm_managers has no host, and swarm_quorum_size is not set, so no host would be a manager: set "
            "one of them."
        )
    if size > len(members):
        raise Refused(f"swarm_quorum_size is {size}, but the group swarm has only {len(members)} hosts.")
    return managers.check_count(size, even, "swarm_quorum_size")


def _check_same(name: str, members: list[Member]) -> None:
    first = members[0]
    for member in members[1:]:
        if member.variables[name] != first.variables[name]:
            raise Refused(
                f"{name} is {first.variables[name]!r} on {first.name} but {member.variables[name]!r} on {member.name}; it "
                "concerns the whole swarm, so set it in the group swarm."
            )
