# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the inventory to members: roles by group, variables, merged labels. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._options import convert
from ...module_utils._options.plan import MEMORY
from . import managers
from . import variables as role_variables
from .members import Member

# Variables that say something of the whole swarm, so every host has to have the same.
_OF_ALL = (
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


class HostVariables(t.NamedTuple):
    """A host's variables.

    Attributes:
        values: every variable by name, in force for the host.
        own: the names of those set on the host itself, not on one of its groups.
    """

    values: t.Mapping[str, t.Any]
    own: frozenset[str] = frozenset()


def host_names(groups: t.Mapping[str, list[str]]) -> list[str]:
    """The hosts of the swarm, in the inventory's order, each once.

    Raises:
        Refused: no group names any.
    """
    found = [name for group in ("swarm", "swarm_managers", "swarm_workers") for name in groups.get(group, [])]
    if not found:
        raise Refused(
            "The inventory has no host in the groups swarm_managers and swarm_workers: put the hosts there."
        )
    return list(dict.fromkeys(found))


def read(groups: t.Mapping[str, list[str]], variables: t.Mapping[str, HostVariables]) -> list[Member]:
    """All hosts as members, checked as far as the inventory alone tells.

    Args:
        groups: the inventory's groups.
        variables: each host's variables.

    Returns:
        The members in the inventory's order. Their roles are set where groups say them; with
        ``swarm_quorum_size`` alone they are chosen later, once the hosts were seen (``managers.choose``).

    Raises:
        Refused: the inventory cannot work.
    """
    names = host_names(groups)
    both = set(groups.get("swarm_managers", [])) & set(groups.get("swarm_workers", []))
    if both:
        raise Refused(
            f"{', '.join(sorted(both))} is in both swarm_managers and swarm_workers; a host has one role."
        )
    members = [_member(name, variables[name], groups) for name in names]
    for name in _OF_ALL:
        _check_same(name, members)
    return members


def chosen_by_size(groups: t.Mapping[str, list[str]]) -> bool:
    """Whether the managers are chosen rather than named."""
    return not groups.get("swarm_managers")


def check_managers(groups: t.Mapping[str, list[str]], members: list[Member]) -> list[str]:
    """Check the number of managers that the inventory asks for.

    Returns:
        Warnings.

    Raises:
        Refused: none, an even number, or two different ones.
    """
    size = members[0].variables.get("swarm_quorum_size")
    even = members[0].variables["swarm_quorum_even"]
    if not chosen_by_size(groups):
        count = len(groups["swarm_managers"])
        if size is not None and size != count:
            raise Refused(
                f"The group swarm_managers has {count} hosts, but swarm_quorum_size is {size}: make them agree, or leave "
                "one of them out."
            )
        return managers.check_count(count, even, "The group swarm_managers")
    if size is None:
        raise Refused(
            "The group swarm_managers has no host, and swarm_quorum_size is not set: no host is to be a manager."
        )
    if size > len(members):
        raise Refused(f"swarm_quorum_size is {size}, but the group swarm has only {len(members)} hosts.")
    return managers.check_count(size, even, "swarm_quorum_size")


def _member(name: str, variables: HostVariables, groups: t.Mapping[str, list[str]]) -> Member:
    found = {key: value for key, value in variables.values.items() if key.startswith("swarm_")}
    role_variables.check_names(name, found)
    return Member(
        name=name,
        role="manager" if name in groups.get("swarm_managers", []) else "worker",
        variables=role_variables.values(
            name, {key: found[key] for key in found if key in role_variables.specs()}
        ),
        labels=merge_labels(name, variables),
        ansible_host=str(variables.values.get("ansible_host") or name),
    )


def merge_labels(host: str, variables: HostVariables) -> dict[str, str]:
    """Merge ``swarm_labels_node`` and every ``swarm_labels_node__*`` of a host.

    Variables of the host win over those of its groups; among equals, ``swarm_labels_node`` wins, then the later name.

    Raises:
        Refused: a label that cannot work, with the host and the variable it is in.
    """
    names = [name for name in variables.values if role_variables.is_labels(name)]
    names.sort(key=lambda name: (name in variables.own, name == role_variables.LABELS, name))
    merged: dict[str, str] = {}
    for name in names:
        try:
            merged.update(convert.labels(variables.values[name] or {}))
        except ValueError as error:
            raise Refused(f"{host}: {name}: {error}.") from None
    if MEMORY in merged:
        raise Refused(
            f"{host}: the label {MEMORY} is where the collection keeps its memory; choose another name."
        )
    return merged


def _check_same(name: str, members: list[Member]) -> None:
    first = members[0]
    for member in members[1:]:
        if member.variables.get(name) != first.variables.get(name):
            raise Refused(
                f"{name} is {first.variables.get(name)!r} on {first.name} but {member.variables.get(name)!r} on "
                f"{member.name}; it speaks of the whole swarm, so set it in the group swarm."
            )
