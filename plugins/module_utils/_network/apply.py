# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning networks against a swarm, and doing what the plan says. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused, WaitTimeout
from .._engine.wait import Clock, until
from .._options.option import check_once
from .._rollout.wait import Rollout, latest
from .._swarm.nodes import views
from .attachments import MOVING, Raw, uses, waits
from .make import await_addresses, make
from .move import off, on
from .networks import is_of_swarm
from .options import body
from .plan import NetworkOrder, NetworkPlan, Surroundings, changes_of, plan_network
from .remove import remove
from .subnets import overlap, subnets

_NEW = ("create", "recreate")
# Seconds in which a sound leader gives a new network its addresses many times over.
_MOMENT = 2.0
# Seen with 20.10 and 26.1: the leader takes one address for each task, out of any of the subnets, and each node adds an
# IPv6 address that no other node knows of.
_LOTTERY = (
    "%s: do not rely on IPv6 in an overlay. Each Engine hands out the addresses for its own node alone, so tasks on "
    "different nodes get the same one, and a task may be rejected with 'Invalid address' until its next attempt."
)


class Networks:
    """The networks of a swarm that somebody declared.

    Args:
        client: a manager's Engine.
        orders: what is declared, each name once.
        seconds: how long everything that is awaited within ``send`` may take, from now on.

    Raises:
        Refused: the orders contradict each other.
    """

    def __init__(self, client: Client, orders: list[NetworkOrder], seconds: float = 300) -> None:
        check_once([order.name for order in orders], "network")
        ingress = [order.name for order in orders if order.values.get("ingress")]
        if len(ingress) > 1:
            raise Refused(f"{' and '.join(ingress)} are both ingress networks, and a swarm has only one.")
        self._client = client
        self._orders = orders
        self._clock = Clock(seconds)
        self._services: list[Raw] | None = None
        #: Sentences for the user that are no failure.
        self.warnings: list[str] = []

    def plan(self) -> list[NetworkPlan]:
        """Plan all networks; nothing is sent.

        Raises:
            Refused: one of them cannot be done.
        """
        self._services = None
        found = self._read()
        swarm = [raw for raw in found if is_of_swarm(raw)]
        local = {raw["Name"]: raw for raw in found if raw.get("Scope") != "swarm"}
        waiting = self._client.get("/services", filters={"label": [MOVING]})
        plans = [self._plan(order, swarm, local, waiting) for order in self._orders]
        _check_overlaps(plans, swarm)
        self.warnings = [
            _LOTTERY % plan.order.name
            for plan in plans
            if plan.action in _NEW and plan.spec.get("EnableIPv6")
        ]
        return plans

    def send_all(self, plans: list[NetworkPlan], done: list[NetworkPlan]) -> list[Rollout]:
        """Carry out the plans.

        Args:
            plans: what to do, one after the other.
            done: gets what was carried out, for those who have to tell of it after an error.

        Returns:
            The rollouts of the services that were put on networks again, to wait for.

        Raises:
            FlotillaError: the Engine objects, or time is up; the message begins with the network's name.
        """
        rollouts: list[Rollout] = []
        for plan in plans:
            try:
                rollouts += self._send(plan)
            except FlotillaError as error:
                raise error.prefixed(f"{plan.order.name}: ") from None
            done.append(plan)
        for plan in plans:
            # All of them have been getting their addresses meanwhile.
            if plan.action in _NEW and not plan.users:
                try:
                    await_addresses(self._client, plan.id)
                except FlotillaError as error:
                    done.remove(plan)
                    raise error.prefixed(f"{plan.order.name}: ") from None
        return latest(rollouts)

    def _read(self) -> list[Raw]:
        """All networks. One that somebody made just now gets a moment for its addresses: it would look like a broken one."""
        names = {order.name for order in self._orders if order.state == "present"}
        found: list[Raw] = []

        def settled() -> bool | None:
            found[:] = self._client.get("/networks")
            return (
                not any(raw["Name"] in names and is_of_swarm(raw) and not raw.get("Driver") for raw in found)
                or None
            )

        with contextlib.suppress(WaitTimeout):
            until(settled, Clock(_MOMENT), lambda: "some have no addresses yet")
        return found

    def _send(self, plan: NetworkPlan) -> list[Rollout]:
        if plan.action == "none":
            return []
        if plan.action == "remove":
            remove(self._client, plan.live or {}, self._clock)
            return []
        try:
            return self._put_in_place(plan)
        except FlotillaError as error:
            if plan.action == "recreate":
                # It may be half-way.
                error.after({"changed": True})
            if not plan.users:
                raise
            raise FlotillaError(
                f"{error}; {', '.join(plan.users)} may be off it until another run has put them back",
                error.facts,
            ) from None

    def _put_in_place(self, plan: NetworkPlan) -> list[Rollout]:
        if plan.action == "recreate":
            off(self._client, plan, self._clock)
            remove(self._client, plan.live or {}, self._clock)
        if plan.action != "reattach":
            plan.id = make(self._client, body(plan.spec), self._clock, again=plan.action == "recreate")
        if not plan.users:
            return []
        await_addresses(self._client, plan.id)
        return on(self._client, plan)

    def _plan(
        self, order: NetworkOrder, swarm: list[Raw], local: dict[str, Raw], waiting: list[Raw]
    ) -> NetworkPlan:
        live = self._live(order, swarm)
        there = local.get(order.name)
        if live is None and there and order.state == "present":
            raise Refused(
                f"{order.name} is the name of a network of this host alone (driver {there.get('Driver')}), so the swarm "
                "cannot have one of that name: rename one of the two. Nothing was sent."
            )
        around = Surroundings(waiting=[raw for raw in waiting if waits(raw["Spec"], order.name)])
        if live and (order.state == "absent" or changes_of(order, live)[1]):
            if self._services is None:
                self._services = self._client.get("/services")
            around.users = [raw for raw in self._services if uses(raw["Spec"], live)]
            around.by_hand = self._by_hand(live)
        return plan_network(order, live, around)

    @staticmethod
    def _live(order: NetworkOrder, swarm: list[Raw]) -> Raw | None:
        """The network that is meant: of that name, or the ingress network, of which there is only one."""
        named = next((raw for raw in swarm if raw["Name"] == order.name), None)
        if not order.values.get("ingress"):
            return named
        ingress = next((raw for raw in swarm if raw.get("Ingress")), None)
        if named and not named.get("Ingress"):
            raise Refused(
                f"{order.name} is there and is no ingress network: choose another name. Nothing was sent."
            )
        return ingress

    def _by_hand(self, live: Raw) -> list[str]:
        """Sentences about containers that somebody attached without a service."""
        if not live.get("Attachable"):
            return []
        tasks = self._client.get("/tasks", filters={"runtime": ["attachment"], "desired-state": ["running"]})
        its = [
            task
            for task in tasks
            if any(one.get("Target") == live["Id"] for one in (task.get("Spec") or {}).get("Networks") or [])
        ]
        if not its:
            return []
        hostnames = {node["id"]: node["hostname"] for node in views(self._client.get("/nodes"))}
        told = []
        for task in its:
            container = str((task["Spec"].get("NetworkAttachmentSpec") or {}).get("ContainerID", ""))[:12]
            node = hostnames.get(task.get("NodeID", ""), task.get("NodeID", ""))
            told.append(f"container {container} on {node}, which no service runs, is attached")
        return told


def _check_overlaps(plans: list[NetworkPlan], swarm: list[Raw]) -> None:
    """Refuse an address space that somebody else has: the Engine would make the network, and never give it one."""
    going = {plan.id for plan in plans if plan.action in ("remove", "recreate")}
    taken: list[tuple[str, t.Any]] = [
        (raw["Name"], one) for raw in swarm if raw["Id"] not in going for one in subnets(raw)
    ]
    for plan in plans:
        if plan.action not in _NEW:
            continue
        wanted = subnets(plan.spec)
        found = overlap(wanted, taken)
        if found:
            raise Refused(
                f"{plan.order.name}: its subnet {found[0]} overlaps with {found[2]} of the network {found[1]}; choose "
                "another. Nothing was sent."
            )
        taken += [(plan.order.name, one) for one in wanted]
