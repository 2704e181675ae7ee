# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploying services: the verb of the module swarm_service. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused
from .._files.read import read_file
from .._rollout.waiting import Waiting, go_on
from .._run.plans import apply_all, result_of
from .._run.verb import Options, Result, Verb
from .apply import Services
from .declared import declared_service
from .options import INTERFACE, MODULE, options_of
from .plan import ServicePlan

# Bytes of a file; a whole service has 1.5 MiB at most (swarmkit's limit of a transaction).
_LARGEST_ENV_FILE = 1 << 20


def work(options: Options, check_mode: bool, client: Client) -> Result | Waiting:
    """Bring services to what is declared.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    declared = [declared_service(one, env_files(one)) for one in MODULE.declared(options)]
    services = Services(client, declared)
    plans, show_values = services.plan(), options["show_values"]
    services.check_held_ports(plans, options)
    services.foresee(plans, options["wait_timeout"] if options["wait"] else None)
    if check_mode:
        return {**_result(plans, show_values), "warnings": services.warnings}
    try:
        applied = apply_all(plans, services.apply)
    except FlotillaError as error:
        raise error.after({**_result(plans, show_values), "warnings": services.warnings}) from None
    result = {**_result(plans, show_values), "actions": applied.actions, "warnings": services.warnings}
    if len(plans) == 1:
        result.update(_live_options(client, plans[0], show_values))
    rollouts = [rollout for some in applied.returned for rollout in some]
    if not options["wait"] or not rollouts:
        return result
    return Waiting(rollouts, options["wait_timeout"], result)


VERB = Verb(INTERFACE, work, go_on)


def env_files(options: Options) -> list[str]:
    """The texts of a service's ``env_files``.

    Raises:
        Refused: a file cannot be read.
    """
    texts = []
    for path in options.get("env_files") or []:
        try:
            texts.append(read_file(path, _LARGEST_ENV_FILE).decode("utf-8"))
        except OSError as error:
            raise Refused(f"{options['name']}: the file {path} of env_files on this host {error}.") from None
        except UnicodeDecodeError:
            raise Refused(
                f"{options['name']}: the file {path} of env_files on this host is not text in UTF-8."
            ) from None
    return texts


def _result(plans: list[ServicePlan], show_values: bool) -> Result:
    """The result as far as the plans alone know it."""
    result = result_of("services", plans, show_values)
    if len(plans) == 1:
        result["changes"] = result["services"][0]["changes"]
        result["rebuilt"] = plans[0].action == "rebuild"
    return result


def _live_options(client: Client, plan: ServicePlan, show_values: bool) -> Result:
    """The service as it is now, in the words of its options."""
    if plan.declared.state == "absent":
        return {}
    live = client.get(f"/services/{plan.id}") if plan.acts else plan.live or {}
    return {"swarm_service": options_of(live["Spec"], show_values)}
