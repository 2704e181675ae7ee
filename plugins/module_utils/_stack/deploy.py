# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a stack to what is declared, or removing it. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._rollout.waiting import Waiting, go_on
from .._run.interface import WAITING
from .._run.verb import Unfinished, Verb
from . import ordered
from .apply import Deployment
from .auth import give_credentials
from .declared import DeclaredStack, declared_stack
from .options import INTERFACE, MODULE, check_context

Result = t.Dict[str, t.Any]


def work(options: Result, check_mode: bool, client: Client) -> Result | Unfinished:
    """Bring stacks to what is declared, or remove all that belongs to them.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    check_context(options)
    stacks = [stack_with_credentials(one) for one in MODULE.declared(options)]
    waits = options["wait"] if options["detach"] is None else not options["detach"]
    deployment = Deployment(client, stacks, options["wait_timeout"], options["show_values"])
    return deploy(deployment, options, check_mode, options["wait_timeout"] if waits else None)


def stack_with_credentials(options: Result) -> DeclaredStack:
    """A declared stack, each service with the credentials for its registry.

    Raises:
        Refused: an option that cannot work.
    """
    stack = declared_stack(options)
    give_credentials(stack.services, options["registry_auth"], options["with_registry_auth"])
    return stack


def deploy(
    deployment: Deployment,
    options: Result,
    check_mode: bool,
    seconds: float | None,
) -> Result | Unfinished:
    """Plan a deployment and, outside of check mode, carry it out.

    Args:
        deployment: what is declared, and the swarm.
        options: what the task says about ports that something else holds, whether it is deferred where these have to be known,
            and where a call goes on, what is left.
        check_mode: say only what would be done.
        seconds: how long to wait for the rollouts; ``None`` does not wait.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    left = (options.get(WAITING) or {}).get("left")
    if left:
        return ordered.go_on(deployment, left)
    deployment.plan()
    publishing = deployment.publishing() if options.get("defer") else []
    if publishing:
        names = ", ".join(publishing)
        return {"changed": False, "deferred": f"{names} would publish ports that other programs may hold."}
    deployment.check_held_ports(options)
    deployment.foresee(seconds)
    if check_mode:
        return {**deployment.foreseen(seconds is not None), "warnings": deployment.warnings}
    result, rollouts = deployment.apply(waits=seconds is not None)
    result["warnings"] = deployment.warnings
    if seconds is None:
        return result
    # Services whose new versions of secrets and configs do not work get the older ones back.
    waiting = Waiting(rollouts, seconds, result, deployment.removals(), deployment.moves())
    return ordered.Ordered(deployment, waiting) if deployment.later else waiting


VERB = Verb(INTERFACE, work, go_on)
