# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From declared networks to the result: plan, send, wait. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._engine.wait import caught_up
from .._options.plan import difference
from .._rollout.wait import Rollout, see_through
from .apply import Networks
from .plan import NetworkPlan, network_order

Result = t.Dict[str, t.Any]


@caught_up
def deploy(
    client: Client,
    declared: list[Result],
    check_mode: bool,
    seconds: float,
    wait: bool,
    pause_after: float | None,
) -> Result:
    """Bring networks to what is declared.

    Args:
        client: a manager's Engine.
        declared: the options of each network.
        seconds: how long what is awaited between the steps may take, and then the rollouts.
        wait: wait for the rollouts of the services that were moved.
        pause_after: return after so many seconds with what is still to be waited for.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    networks = Networks(client, [network_order(params) for params in declared], seconds)
    plans = networks.plan()
    rollouts = [] if check_mode else _send(networks, plans)
    result = {**told(plans), "warnings": networks.warnings}
    if wait and rollouts:
        try:
            result.update(see_through(client, rollouts, seconds, pause_after).to_result())
        except FlotillaError as error:
            raise error.after(result) from None
    if len(plans) == 1:
        result["network"] = _now(client, plans[0], check_mode)
    return result


def _send(networks: Networks, plans: list[NetworkPlan]) -> list[Rollout]:
    """Carry out the plans, and return what there is to wait for."""
    done: list[NetworkPlan] = []
    try:
        return networks.send_all(plans, done)
    except FlotillaError as error:
        raise error.after(told(done)) from None


def told(plans: list[NetworkPlan]) -> Result:
    """The result as far as the plans alone know it."""
    acting = [plan for plan in plans if plan.action != "none"]
    return {
        "changed": bool(acting),
        "actions": [plan.sentence for plan in acting],
        "networks": [
            {
                "name": plan.order.name,
                "id": plan.id,
                "action": plan.action,
                "changes": sorted(plan.changes),
                "services": plan.users,
            }
            for plan in plans
        ],
        "diff": [difference(plan.order.name, plan.diff(False), plan.diff(True)) for plan in acting],
    }


def _now(client: Client, plan: NetworkPlan, check_mode: bool) -> Result:
    """The network as the Engine has it; nothing where there is none."""
    if plan.action == "none" or check_mode:
        return plan.live or {}
    if plan.action == "remove":
        return {}
    return t.cast("Result", client.get(f"/networks/{plan.id}", scope="swarm"))
