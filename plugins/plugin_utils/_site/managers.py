# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many managers, and which hosts. PRIVATE to the collection. Pure."""

from __future__ import annotations

from ...module_utils._engine.errors import Refused
from ...module_utils._swarm import quorum
from ...module_utils._swarm.nodes import Node
from .members import Member

# Every write is acknowledged by a majority, so more managers make the swarm slower, not safer.
_MOST = 7


def check_count(count: int, even: str, what: str) -> list[str]:
    """Check the number of managers.

    Args:
        count: the number.
        even: ``refuse``, or ``warn`` during a recovery.
        what: where the number comes from, for the sentence.

    Returns:
        Warnings.

    Raises:
        Refused: the number cannot work, or is even and that is refused.
    """
    if count < 1:
        raise Refused(f"{what} names no manager: a swarm needs 1, 3, 5 or 7.")
    warnings = []
    if quorum.even(count):
        problem = f"{what} names {quorum.even(count)}"
        if even != "warn":
            raise Refused(
                f"{problem}: choose an odd number, or set swarm_quorum_even to warn during a recovery."
            )
        warnings.append(f"{problem}: choose an odd number.")
    if count > _MOST:
        warnings.append(
            f"{what} names {count} managers: more than {_MOST} make a swarm slower without making it safer."
        )
    return warnings


def choose(members: list[Member], size: int, zone_label: str, nodes: list[Node]) -> None:
    """Choose the managers among hosts that no group names, and set every member's role.

    Live managers stay as long as there are not too many of them, so the choice is stable from run to run. Others are
    taken from the zone that has the fewest so far, in the inventory's order.

    Args:
        members: the hosts in the inventory's order.
        size: the number of managers.
        zone_label: the node label that names a host's zone.
        nodes: the nodes of the live swarm, if there is one.

    Raises:
        Refused: there are too few hosts.
    """
    if size > len(members):
        raise Refused(f"swarm_quorum_size is {size}, but the group swarm has only {len(members)} hosts.")
    current = [
        member for member in members if any(node["manager"] and member.is_node(node) for node in nodes)
    ]
    chosen = _fewest_first(current, min(size, len(current)), zone_label, [])
    rest = [member for member in members if member not in chosen]
    chosen += _fewest_first(rest, size - len(chosen), zone_label, chosen)
    for member in members:
        member.role = "manager" if member in chosen else "worker"


def _fewest_first(
    candidates: list[Member], count: int, zone_label: str, chosen: list[Member]
) -> list[Member]:
    picked: list[Member] = []
    left = list(candidates)
    for _turn in range(count):
        zones = [_zone(member, zone_label) for member in chosen + picked]
        best = min(left, key=lambda member: zones.count(_zone(member, zone_label)))
        picked.append(best)
        left.remove(best)
    return picked


def _zone(member: Member, zone_label: str) -> str:
    return member.labels.get(zone_label, "")
