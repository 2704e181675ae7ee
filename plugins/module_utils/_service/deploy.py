# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From declared services to the result: plan, send, wait. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused
from .._engine.wait import caught_up
from .._options.option import check_once
from .._options.plan import difference, shown
from .._rollout.wait import Rollout, see_through
from .apply import Services
from .mode import is_job, mode_of
from .plan import Order, ServicePlan, order, whole_words

Result = t.Dict[str, t.Any]

_DONE = {
    "create": "created",
    "update": "updated",
    "rebuild": "removed and made anew, since its mode changed",
    "roll_back": "rolled back",
    "remove": "removed",
}
# States of an update in which a service is not what it was declared to be, though its spec says so.
_UNSETTLED = ("updating", "paused", "rollback_started", "rollback_paused")


@caught_up
def deploy(
    client: Client,
    declared: list[Result],
    check_mode: bool,
    seconds: float | None,
    pause_after: float | None,
    show_values: bool,
) -> Result:
    """Bring services to what is declared.

    Args:
        client: a manager's Engine.
        declared: the options of each service.
        seconds: how long all rollouts may take; ``None`` waits for nothing.
        pause_after: return after so many seconds with what is still to be waited for.
        show_values: show values that may hold secrets.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    services = Services(client, _orders(declared))
    plans = services.plan()
    result = told(plans, show_values)
    result["warnings"] = services.warnings
    if check_mode:
        return result
    result["actions"] = []
    rollouts = send_all(services, plans, result)
    if len(plans) == 1:
        result.update(_in_words(client, plans[0], result["services"][0]["id"], show_values))
    if seconds is None or not rollouts:
        return result
    try:
        report = see_through(client, rollouts, seconds, pause_after)
    except FlotillaError as error:
        raise error.after(result) from None
    return {**result, **report.to_result()}


def send_all(services: Services, plans: list[ServicePlan], result: Result) -> list[Rollout]:
    """Carry out the plans one after the other, and return what there is to wait for.

    Args:
        services: who planned.
        plans: what to do.
        result: gets what was done, in ``actions``, and the IDs of new services.

    Raises:
        FlotillaError: one failed; the result so far is among its facts.
    """
    rollouts = []
    for plan, entry in zip(plans, result["services"]):
        try:
            rollout = services.send(plan)
        except FlotillaError as error:
            raise error.prefixed(f"{plan.order.name}: ").after(
                {**result, "changed": bool(result["actions"])}
            ) from None
        if rollout:
            entry["id"] = rollout.service_id
            result["actions"].append(sentence(plan))
        else:
            rollout = unsettled(plan)
        rollouts += [rollout] if rollout else []
    return rollouts


def _in_words(client: Client, plan: ServicePlan, service_id: str, show_values: bool) -> Result:
    """The service as it is now."""
    if plan.order.state == "absent":
        return {}
    live = client.get(f"/services/{service_id}") if plan.action != "none" else plan.live or {}
    return {"swarm_service": whole_words(live["Spec"], show_values)}


def wait_on(client: Client, left: list[Result], seconds: float, pause_after: float | None) -> Result:
    """Go on waiting for rollouts that an earlier call has begun."""
    report = see_through(client, [Rollout.from_dict(rollout) for rollout in left], seconds, pause_after)
    return {"changed": False, **report.to_result()}


def _orders(declared: list[Result]) -> list[Order]:
    orders = [order(params, _contents(params)) for params in declared]
    check_once([wanted.name for wanted in orders], "service")
    return orders


def _contents(params: Result) -> list[str]:
    """The texts of a service's ``env_files``."""
    texts = []
    for path in params.get("env_files") or []:
        try:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(
                f"{params['name']}: the file {path} of env_files could not be read on this host: {error}."
            ) from None
    return texts


def told(plans: list[ServicePlan], show_values: bool) -> Result:
    """The result as far as the plans alone know it: ``changed``, ``actions``, ``services`` and ``diff``."""
    acting = [plan for plan in plans if plan.action != "none"]
    result: Result = {
        "changed": bool(acting),
        "actions": [sentence(plan) for plan in acting],
        "services": [
            {
                "name": plan.order.name,
                "id": (plan.live or {}).get("ID", ""),
                "action": plan.action,
                "changes": sorted(shown(plan.changes)),
            }
            for plan in plans
        ],
        "diff": [
            difference(plan.order.name, plan.diff(False, show_values), plan.diff(True, show_values))
            for plan in acting
        ],
    }
    if len(plans) == 1:
        result["changes"] = result["services"][0]["changes"]
        result["rebuilt"] = plans[0].action == "rebuild"
    return result


def sentence(plan: ServicePlan) -> str:
    """What is done to a service, for people."""
    what = f" ({', '.join(sorted(shown(plan.changes)))})" if plan.action == "update" else ""
    return f"{plan.order.name}: {_DONE[plan.action]}{what}"


def unsettled(plan: ServicePlan) -> Rollout | None:
    """What to wait for where nothing was sent: a service that is as declared, but not well."""
    live = plan.live
    if live is None or plan.order.state == "absent":
        return None
    mode, status = mode_of(live["Spec"]), live.get("ServiceStatus") or {}
    busy = (live.get("UpdateStatus") or {}).get("State", "") in _UNSETTLED
    if is_job(mode):
        wanted = ((live["Spec"]["Mode"].get("ReplicatedJob")) or {}).get("TotalCompletions")
        short = status.get("CompletedTasks", 0) < (wanted or 1)
    else:
        short = status.get("RunningTasks", 0) < status.get("DesiredTasks", 0)
    return Rollout(live["ID"], plan.order.name, written=False) if busy or short else None
