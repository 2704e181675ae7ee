# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing services back to the version that worked. PRIVATE to the collection."""

from __future__ import annotations

import functools
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotFound
from .._engine.wait import in_sequence
from .._rollout.wait import Rollout, see_through
from .move import moves, used
from .plan import ContentPlan
from .versions import Family, Raw

Outcome = t.Dict[str, t.Any]


def retreat(
    client: Client,
    family: Family,
    plans: list[ContentPlan],
    outcomes: list[Outcome],
    moved: set[str],
    seconds: float,
) -> str:
    """Bring services that failed with a new version back, and say which version each service has.

    Args:
        client: a manager's Engine.
        family: secrets or configs.
        plans: which were sent.
        outcomes: what became of the services.
        moved: the IDs of those that were moved just now; others are not ours to bring back.
        seconds: how long it may take.
    """
    back, problems = [], []
    for outcome in outcomes:
        if outcome["state"] != "failed" or outcome["service_id"] not in moved:
            continue
        try:
            if in_sequence(functools.partial(_back, client, outcome["service_id"], family, plans)):
                back.append(Rollout(outcome["service_id"], outcome["name"], goal="rolled_back"))
        except FlotillaError as error:
            problems.append(f"{outcome['name']} could not be brought back: {str(error).rstrip('.')}.")
    try:
        if back:
            see_through(client, back, seconds)
    except FlotillaError as error:
        problems.append(f"Bringing back did not end well either: {error}")
    standing = _standing(client, family, plans, {outcome["service_id"] for outcome in outcomes})
    return " ".join([*problems, *standing, "Older versions stay, and the next run tries again."])


def _back(client: Client, service_id: str, family: Family, plans: list[ContentPlan]) -> bool:
    """Roll a service back, unless it does so by itself; ``False`` where that would not bring the older version back."""
    try:
        raw: Raw = client.get(f"/services/{service_id}")
    except NotFound:
        return False
    old, new = set(moves(plans)), {plan.id for plan in plans}
    if used(raw["Spec"], family) & old and not used(raw["Spec"], family) & new:
        return True
    if not used(raw.get("PreviousSpec") or {}, family) & old:
        # Somebody else has changed it meanwhile.
        return False
    # The Engine wants a valid spec and ignores it.
    client.post(
        f"/services/{service_id}/update", raw["Spec"], version=raw["Version"]["Index"], rollback="previous"
    )
    return True


def _standing(client: Client, family: Family, plans: list[ContentPlan], services: set[str]) -> list[str]:
    """Which service has which version now, a sentence for each version."""
    try:
        raws = [raw for raw in client.get("/services") if raw["ID"] in services]
    except FlotillaError:
        return []
    told = []
    for plan in plans:
        numbers = {plan.id: plan.number, **{version.id: version.number for version in plan.stale}}
        for identity, number in sorted(numbers.items(), key=lambda pair: pair[1]):
            names = sorted(raw["Spec"]["Name"] for raw in raws if identity in used(raw["Spec"], family))
            if names:
                told.append(
                    f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} version {number} of {plan.order.name}."
                )
    return told
