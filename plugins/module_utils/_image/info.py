# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The images of services, live and declared ones: the verb of ``swarm_image_info``. PRIVATE to the collection."""

from __future__ import annotations

import math
import typing as t

from .._deploy.deploy import deployment_of
from .._deploy.options import LISTS
from .._engine.client import Client
from .._forecast.nodes import eligible
from .._rollout.references import container_of
from .._run.verb import Options, Result, Verb
from .._service.plan import ServicePlan
from .options import INFO
from .used import used_images

Raw = t.Dict[str, t.Any]


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read the images that services use, and plan those that declared services will.

    Raises:
        FlotillaError: what is declared cannot be.
    """
    used = used_images(client.get("/services"))
    result: Result = {"changed": False, "used": used, "needed": [], "warnings": []}
    if any(options[kind] for kind in LISTS):
        deployment = deployment_of(options, client, math.inf, show_values=False)
        deployment.plan()
        result["needed"] = needed_images(deployment.service_plans, client.get("/nodes"))
        result["warnings"] = deployment.warnings
    return result


VERB = Verb(INFO, work)


def needed_images(plans: t.Sequence[ServicePlan], nodes: t.Sequence[Raw]) -> list[dict[str, t.Any]]:
    """The images of planned services, each with the services and with the nodes that can run one of them."""
    found: dict[str, dict[str, t.Any]] = {}
    for plan in plans:
        image = container_of(plan.spec or {}).get("Image")
        if plan.declared.state != "present" or not image:
            continue
        entry = found.setdefault(image, {"image": image, "services": [], "nodes": []})
        entry["services"].append(plan.name)
        fitting = {node["ID"] for node in nodes if eligible(node, plan.spec) is not False}
        entry["nodes"] = sorted({*entry["nodes"], *fitting})
    return [found[image] for image in sorted(found)]
