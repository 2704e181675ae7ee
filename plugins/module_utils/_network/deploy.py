# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From declared networks to the result: plan, apply, wait. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._options.hidden import hide_spec
from .._rollout.wait import Rollout, latest
from .._rollout.waiting import Waiting, go_on
from .._run.plans import result_of
from .._run.verb import Options, Result, Verb
from .apply import Networks
from .declared import declared_network
from .options import INTERFACE, MODULE, NETWORK
from .plan import NetworkPlan


def work(options: Options, check_mode: bool, client: Client) -> Result | Waiting:
    """Bring networks to what is declared.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    seconds = options["wait_timeout"]
    networks = Networks(client, [declared_network(one) for one in MODULE.declared(options)], seconds)
    plans = networks.plan()
    rollouts = [] if check_mode else _apply(networks, plans)
    result = _result(networks, plans)
    if len(plans) == 1:
        result["network"] = _live(client, plans[0], check_mode)
    return Waiting(rollouts, seconds, result) if options["wait"] and rollouts else result


VERB = Verb(INTERFACE, work, go_on)


def _apply(networks: Networks, plans: list[NetworkPlan]) -> list[Rollout]:
    """Carry out the plans, and return what to wait for."""
    try:
        applied = networks.apply_all(plans)
    except FlotillaError as error:
        raise error.after(_result(networks, plans)) from None
    return latest([rollout for rollouts in applied.returned for rollout in rollouts])


def _result(networks: Networks, plans: list[NetworkPlan]) -> Result:
    return {**result_of("networks", plans), "warnings": networks.warnings}


def _live(client: Client, plan: NetworkPlan, check_mode: bool) -> Result:
    """The network as the Engine has it; empty where there is none."""
    if plan.action == "none" or check_mode:
        return hide_spec(NETWORK, plan.live or {})
    if plan.action == "remove":
        return {}
    return hide_spec(NETWORK, client.get(f"/networks/{plan.id}", scope="swarm"))
