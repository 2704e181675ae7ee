# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rolling services back to the version of a secret or config that worked. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotFound
from .._engine.update import update
from .._engine.wait import Deadline, waiting_for
from .references import used
from .wait import Rollout, wait_for_rollouts

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


def roll_back_failed(client: Client, moves: list[Move], rollouts: list[Rollout], seconds: float) -> list[str]:
    """Roll back the services whose rollouts failed, and wait for that.

    Args:
        client: a manager's Engine.
        moves: what the services were given.
        rollouts: all have their verdict. Services that this run has not written are left alone.
        seconds: how long it may take.

    Returns:
        Sentences: what could not be rolled back, and which services have which version now.
    """
    going_back, sentences = [], []
    for rollout in rollouts:
        if not (rollout.written and rollout.outcome and rollout.outcome.state == "failed"):
            continue
        try:
            if _go_back(client, moves, rollout.service_id):
                going_back.append(Rollout(rollout.service_id, rollout.name, goal="rolled_back"))
        except FlotillaError as error:
            sentences.append(f"{rollout.name} could not be rolled back: {str(error).rstrip('.')}.")
    names = ", ".join(rollout.name for rollout in going_back)
    try:
        with waiting_for(f"rolling back {names}", Deadline(seconds)):
            wait_for_rollouts(client, going_back, seconds)
    except FlotillaError as error:
        sentences.append(f"The rollback failed too: {str(error).rstrip('.')}.")
    return sentences + _versions_in_use(client, moves, {rollout.service_id for rollout in rollouts})


def _go_back(client: Client, moves: list[Move], service_id: str) -> bool:
    """Roll a service back, unless the Engine does so already.

    Returns:
        Whether it goes back to an older version. It does not where another client changed or removed the service.
    """
    goes_back = False

    def change(live: Raw) -> Raw | None:
        nonlocal goes_back
        has_old, has_new = _has_old(live["Spec"], moves), _has_new(live["Spec"], moves)
        # If the last change was another client's, a rollback would undo that one.
        undo = has_new and _has_old(live.get("PreviousSpec") or {}, moves)
        goes_back = undo or (has_old and not has_new)
        # The Engine wants a spec, and ignores it.
        return live["Spec"] if undo else None

    try:
        update(client, f"/services/{service_id}", change, rollback="previous")
    except NotFound:
        return False
    return goes_back


def _has_old(spec: Raw, moves: list[Move]) -> bool:
    return any(used(spec, move.word).keys() & move.old.keys() for move in moves)


def _has_new(spec: Raw, moves: list[Move]) -> bool:
    return any(move.new in used(spec, move.word) for move in moves)


def _versions_in_use(client: Client, moves: list[Move], service_ids: set[str]) -> list[str]:
    """Which services have which version now, a sentence for each version; none where the Engine does not answer."""
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
