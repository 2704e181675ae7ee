# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Quorum is arithmetic. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t


def majority(managers: int) -> int:
    """How many of so many managers have to be reachable for the swarm to have a leader."""
    return managers // 2 + 1


def may_fail(managers: int, reachable: int) -> int:
    """How many more managers may fail before the quorum is lost; negative when it is lost already."""
    return reachable - majority(managers)


def survives_removal(managers: int, reachable: int, removed_is_reachable: bool) -> bool:
    """Whether the quorum holds when one manager is taken out of the raft group.

    Both the old and the new group must have their majority: the removal itself is a raft entry that the old group
    has to accept.
    """
    left = reachable - int(removed_is_reachable)
    return managers > 1 and reachable >= majority(managers) and left >= majority(managers - 1)


def survives_loss(managers: int, reachable: int) -> bool:
    """Whether the quorum holds while one reachable manager is down for a while (a restart, an upgrade)."""
    return reachable - 1 >= majority(managers)


def even(managers: int) -> str | None:
    """What an even number of managers is worth, as a phrase; ``None`` for an odd number, and for none."""
    if managers < 1 or managers % 2:
        return None
    return f"{managers} managers, and an even number tolerates no more losses than {managers - 1}"


class Summary(t.TypedDict):
    """The quorum in numbers."""

    managers: int
    reachable: int
    majority: int
    may_fail: int


def summary(managers: int, reachable: int) -> Summary:
    """The quorum in numbers, as the info modules return it."""
    return {
        "managers": managers,
        "reachable": reachable,
        "majority": majority(managers),
        "may_fail": max(0, may_fail(managers, reachable)),
    }


def sentence(managers: int, reachable: int) -> str:
    """The quorum in one sentence."""
    if managers == 0:
        return "The swarm has no manager."
    spare = may_fail(managers, reachable)
    if spare < 0:
        return f"Quorum lost: {reachable} of {managers} managers reachable, {majority(managers)} needed."
    counts = f"{reachable} of {managers} managers reachable, {majority(managers)} needed"
    if spare == 0:
        return f"Quorum holds, but no manager may fail: {counts}."
    return f"Quorum holds: {counts}, {spare} more may fail."
