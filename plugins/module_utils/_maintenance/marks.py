# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the maintenance of a node is, as labels of the node say it. PRIVATE to the collection. Pure.

The swarm itself is the only memory of a run: ``planned`` until it is the node's turn, ``away`` while it is out of rotation,
``back`` once it has its availability again and only its health is awaited; without a mark it is done, or never was chosen.
"""

from __future__ import annotations

import typing as t

from .._options.labels import MAINTENANCE

Raw = t.Dict[str, t.Any]

#: Since when it is away.
SINCE = f"{MAINTENANCE}.since"
# What it had before.
_AVAILABILITY = f"{MAINTENANCE}.availability"
PLANNED, AWAY, BACK = "planned", "away", "back"


def stage(raw: Raw) -> str:
    """How far the maintenance of a node of ``/nodes`` is; empty where it has no mark."""
    return stage_in(_labels(raw))


def stage_in(labels: t.Mapping[str, str]) -> str:
    """The same, from a node's labels."""
    return str(labels.get(MAINTENANCE) or "")


def has_begun(labels: t.Mapping[str, str]) -> bool:
    """Whether a node was taken out of rotation and is not back yet."""
    return stage_in(labels) in (AWAY, BACK)


def since(raw: Raw) -> str:
    """When the node was taken out of rotation."""
    return str(_labels(raw).get(SINCE) or "")


def planned(raw: Raw) -> Raw | None:
    """The spec of a node whose turn comes; ``None`` where it has a mark already."""
    return None if stage(raw) else _with(raw, {MAINTENANCE: PLANNED})


def away(raw: Raw, moment: str) -> Raw | None:
    """The spec of a node that gets no new tasks and keeps those that it has; ``None`` where it is away already.

    Paused, and not active: on an active node the swarm would stop tasks at once whose service is to run elsewhere (swarmkit
    ``manager/orchestrator/constraintenforcer``), before others are started.
    """
    if stage(raw) in (AWAY, BACK):
        return None
    had = availability(raw)
    spec = _with(raw, {MAINTENANCE: AWAY, _AVAILABILITY: had, SINCE: moment})
    return {**spec, "Availability": "pause" if had == "active" else had}


def drained(raw: Raw) -> Raw | None:
    """The spec of a node that is away and is to run nothing; ``None`` where it is drained already."""
    if stage(raw) != AWAY or availability(raw) == "drain":
        return None
    return {**(raw.get("Spec") or {}), "Availability": "drain"}


def back(raw: Raw) -> Raw | None:
    """The spec of a node with the availability that it had; ``None`` where it has it already."""
    if stage(raw) != AWAY:
        return None
    return {**_with(raw, {MAINTENANCE: BACK}), "Availability": _labels(raw).get(_AVAILABILITY) or "active"}


def done(raw: Raw) -> Raw | None:
    """The spec of a node without marks; ``None`` where it has none."""
    if not stage(raw):
        return None
    kept = {
        name: text for name, text in _labels(raw).items() if name not in (MAINTENANCE, _AVAILABILITY, SINCE)
    }
    return {**(raw.get("Spec") or {}), "Labels": kept}


def availability(raw: Raw) -> str:
    """The availability of a node."""
    return str((raw.get("Spec") or {}).get("Availability") or "active")


def _labels(raw: Raw) -> dict[str, str]:
    return (raw.get("Spec") or {}).get("Labels") or {}


def _with(raw: Raw, more: dict[str, str]) -> Raw:
    return {**(raw.get("Spec") or {}), "Labels": {**_labels(raw), **more}}
