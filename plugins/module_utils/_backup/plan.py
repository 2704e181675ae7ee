# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which manager is copied, what speaks against it, and which archives are kept. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from .._swarm import quorum
from .._swarm.nodes import Node, managers, part_of, reachable

# The names that the playbook gives; whatever else lies in the folder is never touched.
_ARCHIVE = re.compile(r"swarm-(?P<cluster>[0-9a-z]+)-(?P<time>\d{8}T\d{6}Z)\.tar(\.[0-9A-Za-z]+)?")
# Bytes that stay free beside the copy: journals and raft logs go on growing.
_SPARE = 64 * 1024 * 1024


def choose(nodes: list[Node], hosts: t.Mapping[str, str]) -> str | None:
    """The host whose manager is copied: one that leads nothing, and runs no tasks if there is such a one.

    Args:
        nodes: those of the swarm.
        hosts: the IDs of nodes by their hosts, in the order of the inventory.

    Returns:
        A host; ``None`` where no host is a manager that can be reached.
    """
    able = {node["id"]: node for node in reachable(nodes) if node["state"] == "ready"}
    found = [(host, able[node]) for host, node in hosts.items() if node in able]

    def order(one: tuple[str, Node]) -> tuple[bool, bool]:
        return part_of(one[1]) == "leader", one[1]["availability"] == "active"

    return min(found, key=order)[0] if found else None


def refusal(nodes: list[Node], node_id: str, outage: bool, is_locked: bool, has_key: bool) -> str | None:
    """Why a manager's Engine is not stopped for a copy; ``None`` where nothing speaks against it.

    Args:
        nodes: those of the swarm.
        node_id: the manager.
        outage: the user accepts that the swarm has no leader meanwhile.
        is_locked: whether managers need the unlock key when they start.
        has_key: whether the key was given.
    """
    members = managers(nodes)
    node = next((one for one in members if one["id"] == node_id), None)
    if node is None:
        return "this host is no manager of the swarm, and only managers have its state"
    if is_locked and len(members) > 1:
        return (
            "an Engine makes no new swarm of one of several managers that are locked (moby#36852), so a backup could not be "
            "restored: set autolock_managers to false, back up, and set it to true again, which gives a new unlock key"
        )
    if len(members) > 1 and part_of(node) == "leader":
        return "this manager leads the swarm: copy another one"
    if is_locked and not has_key:
        return "this manager is locked when it starts (autolock_managers): give unlock_key, so that it comes back"
    up = len(reachable(nodes))
    if not outage and not quorum.survives_loss(len(members), up):
        said = quorum.sentence(len(members), up).rstrip(".")
        return f"the swarm has no leader while this manager is stopped ({said}): allow that with outage, or bring others back"
    return None


def no_room(size: int, free: int, where: str) -> str | None:
    """Why a copy does not fit; ``None`` where it does.

    Args:
        size: bytes of what is copied.
        free: bytes that are free.
        where: the folder.
    """
    if free >= size + _SPARE:
        return None
    return f"{where} has {free >> 20} MiB free, and the copy needs {(size + _SPARE) >> 20} MiB"


def name(cluster: str, created: str) -> str:
    """The archive's name.

    Args:
        cluster: the swarm's ID.
        created: such as ``2026-11-28T05:00:00Z``.
    """
    return f"swarm-{cluster}-{re.sub('[-:]', '', created)}.tar"


def outdated(names: t.Iterable[str], cluster: str, keep: int) -> list[str]:
    """Which archives go: those of this swarm beyond the newest ``keep``, and never the newest; and those that never became whole.

    Args:
        names: of all files in the folder.
        cluster: the swarm's ID.
        keep: how many stay; 0 keeps all.
    """
    parts = [one for one in names if one.startswith(f".swarm-{cluster}-")]
    found = {
        one: match for one in names if (match := _ARCHIVE.fullmatch(one)) and match["cluster"] == cluster
    }
    newest_first = sorted(found, key=lambda one: (found[one]["time"], one), reverse=True)
    return sorted(newest_first[keep:] if keep > 0 else []) + sorted(parts)
