# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploying all that a swarm shall have in one call: the verb of the module swarm_deploy. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._engine.errors import (
    EngineAbsent,
    EngineForbidden,
    EngineTimeout,
    Locked,
    NoQuorum,
    NotAManager,
    NotInSwarm,
)
from .._rollout.waiting import go_on
from .._run.verb import Options, Result, Unfinished, Verb
from .._stack.apply import Deployment
from .._stack.deploy import deploy, stack_with_credentials
from .declared import declared_beside, declared_stacks
from .options import INTERFACE

# What an Engine says, or does not say, that is asked for a swarm which another one may know.
_NO_MANAGER = (EngineAbsent, EngineForbidden, EngineTimeout, Locked, NoQuorum, NotAManager, NotInSwarm)


def work(options: Options, check_mode: bool, client: Client) -> Result | Unfinished:
    """Bring a swarm to what is declared.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    try:
        return _deploy(options, check_mode, client)
    except _NO_MANAGER as error:
        if not options["defer"] or client.has_written:
            raise
        return {"changed": False, "deferred": str(error)}


def _deploy(options: Options, check_mode: bool, client: Client) -> Result | Unfinished:
    seconds = options["wait_timeout"]
    deployment = deployment_of(options, client, seconds, options["show_values"])
    return deploy(deployment, options, check_mode, seconds if options["wait"] else None)


def deployment_of(options: Options, client: Client, seconds: float, show_values: bool) -> Deployment:
    """All that a task declares, against a swarm (see ``Deployment``).

    Raises:
        Refused: a part of it cannot be.
    """
    beside = declared_beside(options)
    stacks = [stack_with_credentials(one) for one in declared_stacks(options)]
    return Deployment(client, [beside, *stacks], seconds, show_values)


VERB = Verb(INTERFACE, work, go_on)
