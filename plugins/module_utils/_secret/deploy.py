# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From declared secrets or configs to the result: plan, create versions, move services. PRIVATE to the collection."""

from __future__ import annotations

import functools
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._files.read import read_file
from .._forecast.check import check_room
from .._rollout.read import resumable
from .._rollout.references import users
from .._rollout.wait import latest
from .._rollout.waiting import Waiting, go_on
from .._run.plans import apply_all, result_of
from .._run.verb import Verb
from .apply import Secrets
from .declared import declared_secret
from .move import (
    Moved,
    ServiceMove,
    earlier_moves,
    jobs_behind,
    move_services,
    moved_and_paused,
    moved_versions,
    plan_moves,
    removals,
    updates_of,
)
from .options import CONFIG, SECRET, Family
from .plan import SecretPlan
from .versions import Raw

Result = t.Dict[str, t.Any]


def work(family: Family, options: Result, check_mode: bool, client: Client) -> Result | Waiting:
    """Bring secrets or configs to what is declared, and services to their current versions.

    Raises:
        FlotillaError: something was refused or failed; what was done before is among its facts.
    """
    declared = [declared_secret(family, one, read_file) for one in family.module.declared(options)]
    secrets = Secrets(client, family, declared)
    plans = secrets.plan()
    services = client.get("/services") if any(plan.is_present and plan.older for plan in plans) else []
    movable = services if options["rewire"] else []
    may_go_on = resumable(client, moved_and_paused(movable, plans))
    moves, warnings = plan_moves(movable, plans, may_go_on), jobs_behind(movable, plans)
    warnings += check_room(client, updates_of(moves))
    if check_mode:
        foreseen = (
            _foreseen(family, plans, moves, services) if options["wait"] else _result(family, plans, moves)
        )
        return {**foreseen, "warnings": warnings + secrets.warnings}
    try:
        _apply(secrets, plans)
        moved = _move(client, family, plans, moves)
    except FlotillaError as error:
        raise error.after({"warnings": warnings + secrets.warnings}) from None
    warnings += secrets.warnings + moved.warnings
    result = {**_result(family, plans, moves), "warnings": warnings}
    if not options["wait"]:
        return result
    return Waiting(
        latest(earlier_moves(movable, plans) + moved.rollouts),
        options["wait_timeout"],
        result,
        removals(plans),
        moved_versions(plans),
    )


def _apply(secrets: Secrets, plans: list[SecretPlan]) -> None:
    done: list[SecretPlan] = []

    def apply(plan: SecretPlan) -> None:
        secrets.apply(plan)
        done.append(plan)

    try:
        apply_all(plans, apply)
    except FlotillaError as error:
        raise error.after(_result(secrets.family, done, [])) from None


def _move(client: Client, family: Family, plans: list[SecretPlan], moves: list[ServiceMove]) -> Moved:
    try:
        return move_services(client, moves)
    except FlotillaError as error:
        until = _result(family, plans, [move for move in moves if move.acts])
        actions = [*_result(family, plans, [])["actions"], *error.facts.pop("actions")]
        error.facts.pop("changed")
        raise error.after({**until, "changed": bool(actions), "actions": actions}) from None


def _foreseen(
    family: Family, plans: list[SecretPlan], moves: list[ServiceMove], services: list[Raw]
) -> Result:
    """The result with what would be removed once the services are moved."""
    moved = {move.id for move in moves}
    needed = users([raw for raw in services if raw["ID"] not in moved], family.word)
    unused = [removal for removal in removals(plans) if removal.id not in needed]
    result = _result(family, plans, moves)
    for entry in result[family.words]:
        entry["pruned"] = [removal.name for removal in unused if removal.entry == entry["name"]]
    return {
        **result,
        "changed": result["changed"] or bool(unused),
        "actions": [*result["actions"], *(removal.sentence for removal in unused)],
    }


def _result(family: Family, plans: list[SecretPlan], moves: list[ServiceMove]) -> Result:
    result = {
        **result_of(family.words, [*plans, *moves]),
        family.words: [_entry(plan, moves) for plan in plans],
    }
    if len(plans) == 1 and plans[0].is_present:
        result[f"{family.word}_id"], result[f"{family.word}_name"] = plans[0].id, plans[0].object_name
    return result


def _entry(plan: SecretPlan, moves: list[ServiceMove]) -> Result:
    """One secret or config in the result's list; ``pruned`` is known once all rollouts are over."""
    return {
        "name": plan.name,
        "action": plan.action,
        "id": plan.id,
        "object": plan.object_name,
        "version": plan.number if plan.is_present else None,
        "services": [move.name for move in moves if any(one is plan for one in move.plans)],
        "pruned": [],
    }


def verb_of(family: Family) -> Verb:
    """The verb of a family's module."""
    return Verb(family.interface, functools.partial(work, family), go_on)


SECRET_VERB = verb_of(SECRET)
CONFIG_VERB = verb_of(CONFIG)
