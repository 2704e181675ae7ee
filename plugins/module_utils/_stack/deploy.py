# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a stack to what is declared, or away, and waiting for it. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._engine.wait import Clock, caught_up
from .._options.plan import difference
from .._rollout.wait import Report, Rollout, see_through
from .apply import Deployment
from .stack import Result, Stack
from .undeclared import Leftovers


@dataclass
class How:
    """How a stack is worked on.

    Attributes:
        check_mode: only tell.
        wait: see it through.
        seconds: how long everything together may take.
        pause_after: return after so many seconds with what is still to be waited for.
        left: what an earlier call has left to be waited for.
        show_values: show values that may hold secrets.
    """

    check_mode: bool = False
    wait: bool = True
    seconds: float = 300
    pause_after: float | None = None
    left: list[Result] | None = None
    show_values: bool = False


@caught_up
def deploy(client: Client, declared: Stack, how: How) -> Result:
    """Bring a stack to what is declared.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    deployment = Deployment(client, declared, how.seconds, how.show_values)
    planned = deployment.plan()
    if how.check_mode:
        return {**planned, "warnings": deployment.warnings}
    if how.left is not None:
        # An earlier call has sent everything.
        result: Result = {"changed": False}
        rollouts = [Rollout.from_dict(rollout) for rollout in how.left]
    else:
        result = planned
        rollouts = deployment.send(result)
        result["changed"] = bool(result["actions"])
    found = _see(client, rollouts, how, result, deployment.tidy)
    return {**found, "warnings": deployment.warnings}


def remove(client: Client, name: str, how: How) -> Result:
    """Remove all that belongs to a stack, and wait until nothing is left of it.

    Raises:
        FlotillaError: not all of it went; what was done until then is among its facts.
    """
    left = Leftovers(client, Stack(name, prune="all"))
    told = left.told()
    if how.left:
        # An earlier call has removed the services.
        result: Result = {"changed": False, "actions": []}
        rollouts = [Rollout.from_dict(rollout) for rollout in how.left]
    else:
        actions = [f"{kind[:-1]} {one}: removed" for kind, names in told.items() for one in names]
        nothing: Result = {kind: [] for kind in told}
        result = {"changed": bool(actions), "actions": actions, "diff": [difference(name, told, nothing)]}
        if how.check_mode or not actions:
            return result
        result["actions"] = [f"service {one}: removed" for one in told["services"]]
        rollouts = left.remove_services()
    found = _see(client, rollouts, how, result, lambda: left.remove_the_rest(Clock(how.seconds)))
    return {**found, "warnings": left.warnings}


def _see(
    client: Client, rollouts: list[Rollout], how: How, result: Result, then: t.Callable[[], list[str]]
) -> Result:
    """Wait for rollouts, where that is wanted, and do what comes after them.

    Raises:
        FlotillaError: one failed; the result so far is among its facts.
    """
    if not how.wait:
        return result
    try:
        report = see_through(client, rollouts, how.seconds, how.pause_after) if rollouts else Report([])
        if report.unfinished:
            return {**result, **report.to_result()}
        done = then()
    except FlotillaError as error:
        raise error.after(result) from None
    actions = [*result.get("actions", []), *done]
    return {**result, "changed": bool(result["changed"] or done), "actions": actions, **report.to_result()}
