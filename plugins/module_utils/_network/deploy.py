# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From declared networks to the result: plan, apply, wait. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._options.hidden import hide_spec
from .._options.one_or_many import check_once
from .._rollout.wait import Rollout, latest
from .._rollout.waiting import Waiting, go_on
from .._run.plans import apply_all, result_of
from .._run.verb import Options, Result, Verb
from .apply import Networks
from .declared import declared_network
from .host import HostNetworks
from .options import INTERFACE, MODULE, NETWORK
from .plan import NetworkPlan


def work(options: Options, check_mode: bool, client: Client) -> Result | Waiting:
    """Bring networks to what is declared.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    seconds = options["wait_timeout"]
    declared = [declared_network(one) for one in MODULE.declared(options)]
    check_once([one.name for one in declared], "network")
    in_swarm = [one for one in declared if not one.on_host]
    on_host = HostNetworks(client, [one for one in declared if one.on_host])
    # A worker has networks of its own, too, but knows none of the swarm.
    networks = Networks(client, in_swarm, seconds) if in_swarm else None
    plans = [*on_host.plan(), *(networks.plan() if networks else [])]
    rollouts = [] if check_mode else _apply(on_host, networks, plans)
    result = _result(networks, plans)
    if len(plans) == 1:
        result["network"] = _live(client, plans[0], check_mode)
    return Waiting(rollouts, seconds, result) if options["wait"] and rollouts else result


VERB = Verb(INTERFACE, work, go_on)


def _apply(on_host: HostNetworks, networks: Networks | None, plans: list[NetworkPlan]) -> list[Rollout]:
    """Carry out the plans, those of the host first, and return what to wait for."""
    done: list[str] = []
    try:
        done += apply_all([plan for plan in plans if plan.declared.on_host], on_host.apply).actions
        if networks is None:
            return []
        applied = networks.apply_all([plan for plan in plans if not plan.declared.on_host])
    except FlotillaError as error:
        actions = [*done, *error.facts.get("actions", [])]
        raise error.after({**_result(networks, plans), "actions": actions}) from None
    return latest([rollout for rollouts in applied.returned for rollout in rollouts])


def _result(networks: Networks | None, plans: list[NetworkPlan]) -> Result:
    return {**result_of("networks", plans), "warnings": networks.warnings if networks else []}


def _live(client: Client, plan: NetworkPlan, check_mode: bool) -> Result:
    """The network as the Engine has it; empty where there is none."""
    if plan.action == "none" or check_mode:
        return hide_spec(NETWORK, plan.live or {})
    if plan.action == "remove":
        return {}
    scope = "local" if plan.declared.on_host else "swarm"
    return hide_spec(NETWORK, client.get(f"/networks/{plan.id}", scope=scope))
