# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning networks against a swarm, and carrying a plan out. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, Overtaken, Refused, WaitTimeout
from .._engine.wait import Deadline, wait_until
from .._options.one_or_many import check_once
from .._options.option import check_versions
from .._rollout.references import is_of_swarm
from .._rollout.removal import remove_network
from .._rollout.wait import Rollout
from .._run.plans import Applied, apply_all, failed_after
from .._swarm.nodes import views
from .attachments import MOVING_LABEL, Raw, awaits_network, uses
from .declared import DeclaredNetwork
from .options import NETWORK, create_request
from .plan import Attached, NetworkPlan, plan_network, wanted_network
from .steps import ALLOCATION, create_network, detach_service, reattach_service, wait_for_addresses
from .subnets import overlap, subnets

# Seconds in which a sound leader gives a new network its addresses many times over.
_MOMENT = 2.0
# Seen with 20.10 and 26.1: the leader takes one address for each task, from any of the subnets, and each node adds an IPv6
# address that no other node knows of.
_IPV6_WARNING = (
    "%s: do not rely on IPv6 in an overlay. Each Engine hands out the addresses for its own node alone, so tasks on "
    "different nodes get the same one, and a task may be rejected with 'Invalid address' until its next attempt."
)


class Networks:
    """The networks of a swarm that a user declares.

    Args:
        client: a manager's Engine.
        declared: what is declared.
        seconds: how long everything that ``apply`` waits for may take, counted from now.

    Raises:
        Refused: a network is declared twice, or has an option that the Engine does not know.
    """

    def __init__(self, client: Client, declared: list[DeclaredNetwork], seconds: float = 300) -> None:
        check_once([one.name for one in declared], "network")
        ingress = [one.name for one in declared if one.values.get("ingress")]
        if len(ingress) > 1:
            raise Refused(f"{' and '.join(ingress)} are both ingress networks, and a swarm has only one.")
        for one in declared:
            try:
                check_versions(NETWORK, one.values, client.api(), client.where)
            except Refused as error:
                raise error.prefixed(f"{one.name}: ") from None
        self._client = client
        self._declared = declared
        self._deadline = Deadline(seconds)
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
        detached = self._client.get("/services", filters={"label": [MOVING_LABEL]})
        plans = [self._plan(one, swarm, local, detached) for one in self._declared]
        _check_overlaps(plans, swarm)
        self.warnings = [
            _IPV6_WARNING % plan.name for plan in plans if plan.is_new and plan.spec.get("EnableIPv6")
        ]
        return plans

    def apply_all(self, plans: t.Sequence[NetworkPlan], beginning: str = "") -> Applied:
        """Carry out plans, and wait until every new network has its addresses: all get these in the same seconds.

        Args:
            plans: what to do.
            beginning: what each sentence and the error begin with, such as ``network ``.

        Returns:
            What was done, and for each plan the rollouts of the services that were reattached.

        Raises:
            FlotillaError: the Engine objects, or time is up; ``actions`` among the facts has what was done before.
        """
        applied = apply_all(plans, self._apply, beginning)
        try:
            # Before services were reattached to a network, it had its addresses.
            self._wait_for_addresses([plan for plan in plans if plan.is_new and not plan.services], beginning)
        except FlotillaError as error:
            raise failed_after(applied, error, beginning) from None
        return applied

    def _apply(self, plan: NetworkPlan) -> list[Rollout]:
        if plan.action == "none":
            return []
        done: list[str] = []
        rollouts: list[Rollout] = []
        try:
            if plan.action == "remove":
                self._remove(plan, done)
                return []
            for service in self._services_to_detach(plan):
                detach_service(self._client, service, plan)
                done.append(f"{service['Spec']['Name']} detached")
            if plan.action == "recreate":
                self._remove(plan, done)
            if plan.is_new:
                plan.id = self._create(plan)
                done.append("created")
            for service in self._services_to_reattach(plan):
                rollouts += reattach_service(self._client, service, plan)
                done.append(f"{service['Spec']['Name']} reattached")
        except FlotillaError as error:
            raise _half_done(plan, done, error) from None
        return rollouts

    def _wait_for_addresses(self, plans: list[NetworkPlan], beginning: str) -> None:
        deadline = Deadline(ALLOCATION)
        failures: list[FlotillaError] = []
        for plan in plans:
            try:
                wait_for_addresses(self._client, plan.id, deadline)
            except FlotillaError as error:
                failures.append(_half_done(plan, [], error).prefixed(f"{beginning}{plan.name}: "))
        if failures:
            actions = [sentence for error in failures for sentence in error.facts["actions"]]
            raise FlotillaError("; ".join(map(str, failures)), {"actions": actions})

    def _remove(self, plan: NetworkPlan, done: list[str]) -> None:
        """Remove the network of a plan, and say so even where its last trace stays."""
        try:
            remove_network(self._client, plan.id, self._deadline)
        except FlotillaError as error:
            done += ["removed"] if error.facts.pop("changed", False) else []
            raise
        done.append("removed")

    def _services_to_detach(self, plan: NetworkPlan) -> list[Raw]:
        if plan.action != "recreate":
            return []
        return [raw for raw in self._client.get("/services") if uses(raw["Spec"], plan.live or {})]

    def _create(self, plan: NetworkPlan) -> str:
        again = plan.action == "recreate"
        return create_network(self._client, create_request(plan.spec), self._deadline, again)

    def _services_to_reattach(self, plan: NetworkPlan) -> list[Raw]:
        if not plan.services:
            return []
        wait_for_addresses(self._client, plan.id, Deadline(ALLOCATION))
        return [raw for raw in self._client.get("/services") if awaits_network(raw["Spec"], plan.name)]

    def _read(self) -> list[Raw]:
        """All networks. One that a client created just now gets a moment for its addresses: it would look broken."""
        names = {one.name for one in self._declared if one.state == "present"}
        found: list[Raw] = []

        def settled() -> bool | None:
            found[:] = self._client.get("/networks")
            ours = (raw for raw in found if raw["Name"] in names and is_of_swarm(raw))
            return all(raw.get("Driver") for raw in ours) or None

        with contextlib.suppress(WaitTimeout):
            wait_until(settled, Deadline(_MOMENT), lambda: "some have no addresses yet")
        return found

    def _plan(
        self, declared: DeclaredNetwork, swarm: list[Raw], local: dict[str, Raw], detached: list[Raw]
    ) -> NetworkPlan:
        live = _live(declared, swarm)
        other = local.get(declared.name)
        if live is None and other and declared.state == "present":
            raise Refused(
                f"{declared.name} is the name of a network of this host alone (driver {other.get('Driver')}), so the swarm "
                "cannot have one of that name: rename one of the two. Nothing was sent."
            )
        attached = Attached(detached=[raw for raw in detached if awaits_network(raw["Spec"], declared.name)])
        if live and (declared.state == "absent" or wanted_network(declared, live)[1]):
            if self._services is None:
                self._services = self._client.get("/services")
            attached.services = [raw for raw in self._services if uses(raw["Spec"], live)]
            attached.by_hand = self._by_hand(live)
        return plan_network(declared, live, attached)

    def _by_hand(self, live: Raw) -> list[str]:
        """Sentences about containers that were attached without a service."""
        if not live.get("Attachable"):
            return []
        tasks = self._client.get("/tasks", filters={"runtime": ["attachment"], "desired-state": ["running"]})
        own = [
            task
            for task in tasks
            if any(one.get("Target") == live["Id"] for one in (task.get("Spec") or {}).get("Networks") or [])
        ]
        if not own:
            return []
        hostnames = {node["id"]: node["hostname"] for node in views(self._client.get("/nodes"))}
        sentences = []
        for task in own:
            container = str((task["Spec"].get("NetworkAttachmentSpec") or {}).get("ContainerID", ""))[:12]
            node = hostnames.get(task.get("NodeID", ""), task.get("NodeID", ""))
            sentences.append(f"container {container} on {node}, which no service runs, is attached")
        return sentences


def _half_done(plan: NetworkPlan, done: list[str], error: FlotillaError) -> FlotillaError:
    """The error of a plan that was carried out in part."""
    actions = [f"{plan.name}: {step}" for step in (*done, *error.facts.get("actions", []))]
    facts = {**error.facts, "actions": actions}
    # After ``Overtaken`` the runner plans again, so nothing stays detached.
    may_be_detached = plan.services and (done or plan.action != "recreate")
    if isinstance(error, Overtaken) or not may_be_detached:
        error.facts = facts
        return error
    return FlotillaError(
        f"{error}; services that may stay detached from it until the next run: {', '.join(plan.services)}",
        facts,
    )


def _live(declared: DeclaredNetwork, swarm: list[Raw]) -> Raw | None:
    """The network that is meant: of that name, or the ingress network, of which there is only one."""
    named = next((raw for raw in swarm if raw["Name"] == declared.name), None)
    if not declared.values.get("ingress"):
        return named
    if named and not named.get("Ingress"):
        raise Refused(
            f"{declared.name} exists and is not the ingress network: choose another name. Nothing was sent."
        )
    return next((raw for raw in swarm if raw.get("Ingress")), None)


def _check_overlaps(plans: list[NetworkPlan], swarm: list[Raw]) -> None:
    """Refuse an address space that another network has: the Engine would create the network, and never give it one."""
    leaving = {plan.id for plan in plans if plan.action in ("remove", "recreate")}
    taken: list[tuple[str, t.Any]] = [
        (raw["Name"], one) for raw in swarm if raw["Id"] not in leaving for one in subnets(raw)
    ]
    for plan in plans:
        if not plan.is_new:
            continue
        wanted = subnets(plan.spec)
        found = overlap(wanted, taken)
        if found:
            raise Refused(
                f"{plan.name}: its subnet {found[0]} overlaps with {found[2]} of the network {found[1]}; choose another. "
                "Nothing was sent."
            )
        taken += [(plan.name, one) for one in wanted]
