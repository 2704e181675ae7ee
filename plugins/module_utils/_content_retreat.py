# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing services back to the version that worked. PRIVATE to the collection."""

from __future__ import annotations

import functools
import typing as t

from ._client import Client
from ._content import Family, Raw
from ._content_plan import ContentPlan
from ._content_rewire import moves, used
from ._errors import EngineError, FlotillaError, NotFound
from ._rollout import Rollout, see_through
from ._wait import in_sequence


def retreat(
    client: Client, family: Family, plans: list[ContentPlan], failed: list[dict[str, t.Any]], seconds: float
) -> str:
    """Bring services that failed with a new version back, and say what they run with.

    Args:
        client: a manager's Engine.
        family: secrets or configs.
        plans: which were sent.
        failed: the outcomes of the services that failed.
        seconds: how long it may take.
    """
    back, problems = [], []
    for outcome in failed:
        try:
            if in_sequence(functools.partial(_back, client, outcome["service_id"], family, plans)):
                back.append(Rollout(outcome["service_id"], outcome["name"], goal="rolled_back"))
            else:
                problems.append(
                    f"{outcome['name']} was changed by somebody else meanwhile and is left as it is."
                )
        except EngineError as error:
            problems.append(f"{outcome['name']} could not be brought back: {error}.")
    try:
        if back:
            see_through(client, back, seconds)
    except FlotillaError as error:
        problems.append(f"Bringing back did not end well either: {error}")
        back = [rollout for rollout in back if rollout.outcome and rollout.outcome.state == "converged"]
    names = ", ".join(rollout.name for rollout in back)
    told = [f"Brought back to the version before: {names}."] if back else []
    old = ", ".join(plan.order.name for plan in plans if plan.stale)
    return " ".join([*told, *problems, f"The older versions of {old} stay, and the next run tries again."])


def _back(client: Client, service_id: str, family: Family, plans: list[ContentPlan]) -> bool:
    """Roll a service back, unless it did so by itself; ``False`` where that would not bring the older version back."""
    try:
        raw: Raw = client.get(f"/services/{service_id}")
    except NotFound:
        return False
    old, new = set(moves(plans)), {plan.id for plan in plans}
    if used(raw["Spec"], family) & old and not used(raw["Spec"], family) & new:
        return True
    if not used(raw.get("PreviousSpec") or {}, family) & old:
        return False
    # The Engine wants a valid spec and ignores it.
    client.post(
        f"/services/{service_id}/update", raw["Spec"], version=raw["Version"]["Index"], rollback="previous"
    )
    return True
