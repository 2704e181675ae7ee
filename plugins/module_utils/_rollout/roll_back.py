# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services brought back to the version of a secret or config that worked. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotFound
from .._engine.update import roll_back
from .references import used

Raw = t.Dict[str, t.Any]


@dataclass
class Move:
    """One secret or config of which services were given a new version.

    Attributes:
        word: ``secret`` or ``config``.
        name: the declared name.
        new: the ID of the new version.
        number: the number of the new version.
        old: the numbers of the older versions, by their IDs.
    """

    word: str
    name: str
    new: str
    number: int
    old: dict[str, int] = field(default_factory=dict)


def return_to_old(client: Client, moves: list[Move], service_id: str) -> bool:
    """Roll a service back, unless the Engine does so already.

    Returns:
        ``False`` where a rollback would not bring an older version back, since another client changed the service.
    """
    try:
        raw: Raw = client.get(f"/services/{service_id}")
    except NotFound:
        return False
    if _has(raw["Spec"], moves, new=False) and not _has(raw["Spec"], moves, new=True):
        return True
    if not _has(raw.get("PreviousSpec") or {}, moves, new=False):
        return False
    roll_back(client, service_id)
    return True


def _has(spec: Raw, moves: list[Move], new: bool) -> bool:
    """Whether a spec refers to a new, or to an old, version."""
    return any(set(used(spec, move.word)) & ({move.new} if new else set(move.old)) for move in moves)


def versions_in_use(client: Client, moves: list[Move], service_ids: set[str]) -> list[str]:
    """Which service has which version now, a sentence for each version; empty where the Engine does not answer."""
    try:
        raws = [raw for raw in client.get("/services") if raw["ID"] in service_ids]
    except FlotillaError:
        return []
    sentences = []
    for move in moves:
        numbers = {**move.old, move.new: move.number}
        for identity, number in sorted(numbers.items(), key=lambda pair: pair[1]):
            names = sorted(raw["Spec"]["Name"] for raw in raws if identity in used(raw["Spec"], move.word))
            if names:
                have = "has" if len(names) == 1 else "have"
                sentences.append(f"{', '.join(names)} {have} version {number} of {move.name}.")
    return sentences
