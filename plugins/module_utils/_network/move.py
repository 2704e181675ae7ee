# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking services off a network and putting them back. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import NotFound
from .._engine.wait import Clock, in_sequence
from .._rollout.wait import Rollout
from .attachments import Raw, put_back, taken_off, uses, waits
from .plan import NetworkPlan
from .remove import await_free


def off(client: Client, plan: NetworkPlan, clock: Clock) -> None:
    """Take all services off a network and wait until their tasks have left it.

    Raises:
        FlotillaError: it did not come to that; services that are off stay so until another run puts them back.
    """
    live, name = plan.live or {}, plan.order.name
    for raw in client.get("/services"):
        if uses(raw["Spec"], live):
            _change(client, raw["ID"], lambda spec: taken_off(spec, live, name) if uses(spec, live) else None)
    await_free(client, live, clock)


def on(client: Client, plan: NetworkPlan) -> list[Rollout]:
    """Put the services that remember the network back on it."""
    name, rollouts = plan.order.name, []
    for raw in client.get("/services"):
        if waits(raw["Spec"], name):
            _change(
                client, raw["ID"], lambda spec: put_back(spec, name, plan.id) if waits(spec, name) else None
            )
            rollouts.append(Rollout(raw["ID"], raw["Spec"]["Name"]))
    return rollouts


def _change(client: Client, service_id: str, changed: t.Callable[[Raw], Raw | None]) -> None:
    """Change a service's spec, read anew whenever somebody else was faster."""

    def write() -> None:
        try:
            live = client.get(f"/services/{service_id}")
        except NotFound:
            # Somebody removed it meanwhile, which leaves nothing to do.
            return
        spec = changed(live["Spec"])
        if spec is not None:
            client.post(f"/services/{service_id}/update", spec, version=live["Version"]["Index"])

    in_sequence(write)
