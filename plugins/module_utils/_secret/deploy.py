# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From declared secrets or configs to the result: plan, send, move services, wait, prune. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._engine.wait import caught_up
from .._rollout.wait import Report, Rollout, RolloutFailed, see_through
from .apply import Contents, contents_of
from .move import jobs_behind, moves, on_their_way, rewire, to_move, users
from .plan import ContentPlan, prunable
from .result import told
from .roll_back import retreat
from .versions import Family

Result = t.Dict[str, t.Any]


@dataclass(frozen=True)
class How:
    """What is done beside the secrets or configs themselves.

    Attributes:
        move: move the services that use an older version.
        seconds: how long all their rollouts may take; ``None`` waits for nothing.
        pause_after: return after so many seconds with what is still to be waited for.
    """

    move: bool
    seconds: float | None
    pause_after: float | None = None


@caught_up
def deploy(client: Client, family: Family, declared: list[Result], check_mode: bool, how: How) -> Result:
    """Bring secrets or configs to what is declared, and services to their current versions.

    Args:
        client: a manager's Engine.
        family: which of both.
        declared: the options of each.
        check_mode: say what would be done.
        how: what is done beside.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    contents = contents_of(client, family, declared)
    plans = contents.plan()
    services = client.get("/services") if moves(plans) else []
    if how.move:
        to_move(services, family, plans)
    if check_mode:
        if how.seconds is not None:
            _foresee(services, family, plans)
        return {**told(family, plans), "warnings": contents.warnings}
    _send(contents, family, plans)
    rollouts: list[Rollout] = []
    if how.move and services:
        contents.warnings += jobs_behind(services, family, plans)
        rollouts = _moved(client, family, plans, services) + on_their_way(services, family, plans)
    result = told(family, plans)
    if how.seconds is None:
        return {**result, "warnings": contents.warnings}
    return _finish(client, contents, family, plans, rollouts, result, how)


def go_on(client: Client, family: Family, declared: list[Result], left: Result, how: How) -> Result:
    """Go on where an earlier call paused.

    Args:
        client: a manager's Engine.
        family: which of both.
        declared: the options of each, as the earlier call had them.
        left: what that call left: the rollouts, and its result so far.
        how: what is done beside.
    """
    # They are as declared by now, unless somebody else was here meanwhile: what is left is to prune them.
    contents = contents_of(client, family, [{**one, "force": False} for one in declared])
    plans = [plan for plan in contents.plan() if plan.action == "none"]
    rollouts = [Rollout.from_dict(rollout) for rollout in left["rollouts"]]
    return _finish(client, contents, family, plans, rollouts, left["result"], how)


def _foresee(services: list[Result], family: Family, plans: list[ContentPlan]) -> None:
    """Note in the plans what would be pruned once the services are moved."""
    used = users(services, family)
    for plan in plans:
        moved = set(plan.services)
        needed = {identity for identity, names in used.items() if set(names) - moved}
        plan.pruned = [version.object_name for version in prunable(plan, needed)]


def _send(contents: Contents, family: Family, plans: list[ContentPlan]) -> None:
    done: list[ContentPlan] = []
    try:
        contents.send_all(plans, done)
    except FlotillaError as error:
        for plan in plans:
            plan.services = []
        raise error.after(told(family, done)) from None


def _moved(client: Client, family: Family, plans: list[ContentPlan], services: list[Result]) -> list[Rollout]:
    try:
        return rewire(client, family, plans, services)
    except FlotillaError as error:
        raise error.after(told(family, plans)) from None


def _finish(
    client: Client,
    contents: Contents,
    family: Family,
    plans: list[ContentPlan],
    rollouts: list[Rollout],
    result: Result,
    how: How,
) -> Result:
    """Wait for the services, and prune once all of them run on the current version."""
    seconds = how.seconds or 0
    try:
        report = see_through(client, rollouts, seconds, how.pause_after) if rollouts else Report([])
    except RolloutFailed as error:
        moved = {rollout.service_id for rollout in rollouts if rollout.written}
        sentence = retreat(client, family, plans, error.facts.get("rollouts", []), moved, seconds)
        raise RolloutFailed(f"{error} {sentence}", {**result, **error.facts}) from None
    except FlotillaError as error:
        raise error.after(result) from None
    if report.unfinished:
        left = {"rollouts": [rollout.to_dict() for rollout in report.unfinished], "result": result}
        return {**result, "rollouts_left": left, "progress": report.progress, "warnings": contents.warnings}
    removed = contents.prune(plans)
    gone = {plan.order.name: list(plan.pruned) for plan in plans}
    return {
        **result,
        "changed": result["changed"] or bool(removed),
        "actions": [*result["actions"], *removed],
        family.words: [{**entry, "pruned": gone.get(entry["name"], [])} for entry in result[family.words]],
        "rollouts": [outcome.to_dict() for outcome in report.outcomes],
        "warnings": contents.warnings,
    }
