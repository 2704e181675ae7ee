# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks with ``config_only``: what a single host knows of a network of the swarm. PRIVATE to the collection.

A macvlan has another parent device on each host, which the swarm cannot know. So each host has a network that is nothing but a
configuration, and the network of the swarm names it in ``config_from``.
"""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused
from .._engine.update import create, remove
from .._rollout.references import is_of_swarm
from .._run.steps import step
from .declared import DeclaredNetwork
from .options import create_request
from .plan import Attached, NetworkPlan, plan_network

Raw = t.Dict[str, t.Any]


class HostNetworks:
    """The networks of this kind that a user declares for a host.

    Args:
        client: the host's own Engine, in whatever swarm.
        declared: what is declared.
    """

    def __init__(self, client: Client, declared: list[DeclaredNetwork]) -> None:
        self._client = client
        self._declared = declared

    def plan(self) -> list[NetworkPlan]:
        """Plan all networks; nothing is sent.

        Raises:
            Refused: one of them cannot be done.
        """
        if not self._declared:
            return []
        live: dict[str, Raw] = {raw["Name"]: raw for raw in self._client.get("/networks")}
        return [
            plan_network(one, _configuration(one, live.get(one.name)), Attached()) for one in self._declared
        ]

    def apply(self, plan: NetworkPlan) -> None:
        """Carry out a plan.

        Raises:
            FlotillaError: the Engine objects: a network that was created from this one may still be there.
        """
        done: list[str] = []
        try:
            if plan.action in ("remove", "recreate"):
                with step(done, f"{plan.name}: removed"):
                    remove(self._client, f"/networks/{plan.id}")
            if plan.is_new:
                made = create(self._client, "/networks", create_request(plan.spec), counts=_is_configuration)
                plan.id = made.id
        except FlotillaError as error:
            if not done and "is in use" in str(error):
                raise Refused(
                    "tasks on this host use a network that was created from it; remove them or that network first."
                ) from None
            raise error.after({"actions": done}) from None


def _is_configuration(raw: Raw) -> bool:
    return bool(raw.get("ConfigOnly"))


def _configuration(declared: DeclaredNetwork, live: Raw | None) -> Raw | None:
    """The network of that name, if it is such a one."""
    if live is None or _is_configuration(live):
        return live
    if declared.state == "absent":
        return None
    whose = "of the swarm" if is_of_swarm(live) else f"of this host (driver {live.get('Driver')})"
    raise Refused(
        f"{declared.name} is the name of another network {whose}, which is no configuration: rename one of the two. "
        "Nothing was sent."
    )
