# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning networks against a swarm, and carrying a plan out. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, OutcomeUnknown, Overtaken, Refused, WaitTimeout
from .._engine.wait import Deadline, wait_until
from .._options.one_or_many import check_case, check_once
from .._options.option import check_versions
from .._rollout.history import History
from .._rollout.read import resumable
from .._rollout.references import is_of_swarm
from .._rollout.removal import remove_network
from .._rollout.wait import Rollout
from .._run.plans import Applied, apply_all, failed_after
from .._run.steps import step
from .._swarm.nodes import views
from .attachments import Raw, awaits_network, reattachment_is_paused, uses
from .declared import DeclaredNetwork
from .options import NETWORK, create_request
from .plan import Attached, NetworkPlan, plan_network, wanted_network
from .steps import (
    ALLOCATION,
    create_network,
    detach_service,
    exists,
    reattach_service,
    resume_service,
    wait_for_addresses,
)
from .subnets import overlap, subnets

# Seconds in which a sound leader gives a new network its addresses many times over.
_MOMENT = 2.0
# Seconds for bringing a network back whose new form failed, also where the time of the run is used up.
_GOING_BACK = 30.0
# Seen with 20.10 and 26.1: the leader takes one address for each task, from any of the subnets, and each node adds an IPv6
# address that no other node knows of.
_IPV6_WARNING = (
    "%s: do not rely on IPv6 in an overlay. Each Engine hands out the addresses for its own node alone, so tasks on "
    "different nodes get the same one, and a task may be rejected with 'Invalid address' until its next attempt."
)


def _of_one_host(name: str, driver: str | None) -> str:
    """Why the swarm cannot have a network of this name, and the way out."""
    if name == "docker_gwbridge":
        return (
            f"{name} is no network of the swarm: Docker makes one on every host when it joins. To give it other options, create "
            "it on each host before that host joins (docker network create, with community.docker.docker_network for "
            "example). Nothing was sent."
        )
    return (
        f"{name} is the name of a network of this host alone (driver {driver}), so the swarm cannot have one of that name: "
        "rename one of the two. Nothing was sent."
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
        #: Sentences for the user that are no failure.
        self.warnings: list[str] = []

    def plan(self, leaving: t.AbstractSet[str] = frozenset()) -> list[NetworkPlan]:
        """Plan all networks; nothing is sent.

        Args:
            leaving: the IDs of services that do not exist any longer when something is removed.

        Raises:
            Refused: one of them cannot be done.
        """
        found = self._read()
        swarm = [raw for raw in found if is_of_swarm(raw)]
        local = {raw["Name"]: raw for raw in found if raw.get("Scope") != "swarm"}
        services = [raw for raw in self._client.get("/services") if raw["ID"] not in leaving]
        plans = [self._plan(one, swarm, local, services) for one in self._declared]
        check_case(
            (plan.name for plan in plans if plan.action == "create"),
            (raw["Name"] for raw in swarm),
            "network",
        )
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
            self._wait_for_addresses(
                [plan for plan in plans if plan.action == "create" and not plan.services], beginning
            )
        except FlotillaError as error:
            raise failed_after(applied, error, beginning) from None
        return applied

    def _apply(self, plan: NetworkPlan) -> list[Rollout]:
        if plan.action == "none":
            return _paused_rollouts(plan)
        done: list[str] = []
        try:
            return self._carry_out(plan, done)
        except FlotillaError as error:
            raise self._half_done(plan, done, error) from None

    def _carry_out(self, plan: NetworkPlan, done: list[str]) -> list[Rollout]:
        if plan.action == "remove":
            self._remove(plan, done)
            return []
        for service in self._services_to_detach(plan):
            with step(done, f"{service['Spec']['Name']} detached") as detachment:
                detachment.did = detach_service(self._client, service, plan)
        if plan.action == "recreate":
            self._remove(plan, done)
        if plan.is_new:
            with step(done, "created"):
                plan.id = create_network(
                    self._client, create_request(plan.spec), self._deadline, _id_of(plan.live)
                )
        if plan.action == "recreate" or plan.services:
            wait_for_addresses(self._client, plan.id, plan.name, Deadline(ALLOCATION))
        return [*self._reattach(plan, plan.id, done), *self._resume(plan, done)]

    def _resume(self, plan: NetworkPlan, done: list[str]) -> list[Rollout]:
        """Send the reattachments again that the swarm has paused, and return what to wait for: all that are paused."""
        for service in plan.paused:
            if service["ID"] in plan.resumable:
                with step(done, f"paused reattachment of {service['Spec']['Name']} sent again") as resumption:
                    resumption.did = resume_service(self._client, service)
        return _paused_rollouts(plan)

    def _reattach(self, plan: NetworkPlan, network_id: str, done: list[str]) -> list[Rollout]:
        """Reattach the services of a plan to the network that has the name now."""
        rollouts: list[Rollout] = []
        for service in self._client.get("/services") if plan.services else []:
            if awaits_network(service["Spec"], plan.name):
                with step(done, f"{service['Spec']['Name']} reattached") as reattachment:
                    found = reattach_service(self._client, service, plan.name, network_id)
                    reattachment.did = bool(found)
                    rollouts += found
        return rollouts

    def _half_done(self, plan: NetworkPlan, done: list[str], error: FlotillaError) -> FlotillaError:
        """The error of a plan that was carried out in part, once the network is back as it was where that is possible."""
        # After ``Overtaken`` the runner plans again, so nothing stays detached.
        if isinstance(error, Overtaken):
            return _with_actions(plan, done, error)
        outcome = ""
        done += error.facts.pop("actions", [])
        if plan.action == "recreate" and done and not isinstance(error, OutcomeUnknown):
            outcome = self._go_back(plan, done)
        elif plan.services and (done or plan.action != "recreate"):
            outcome = _may_be_detached(plan)
        if outcome:
            error = FlotillaError(f"{str(error).rstrip('.')}{outcome}", error.facts)
        return _with_actions(plan, done, error)

    def _go_back(self, plan: NetworkPlan, done: list[str]) -> str:
        """Bring the network back as it was, with its services, and return what came of it as the end of a sentence."""
        live = plan.live or {}
        try:
            network_id = str(live["Id"])
            if plan.id != network_id and exists(self._client, plan.name, plan.id):
                # The new one is there, and only services are not attached to it yet.
                return _may_be_detached(plan)
            if not exists(self._client, live["Name"], network_id):
                deadline = Deadline(max(self._deadline.left, _GOING_BACK))
                with step(done, "created again as it was"):
                    network_id = create_network(self._client, create_request(live), deadline, network_id)
                wait_for_addresses(self._client, network_id, plan.name, deadline)
            self._reattach(plan, network_id, done)
        except FlotillaError as error:
            gone = " and is gone" if "removed" in done else ""
            why = f"; the network could not be brought back{gone} ({str(error).rstrip('.')})"
            return f"{why}{_may_be_detached(plan)}"
        users = f", and {', '.join(plan.services)} attached to it" if plan.services else ""
        return f"; the network is as it was before{users}"

    def _wait_for_addresses(self, plans: list[NetworkPlan], beginning: str) -> None:
        deadline = Deadline(ALLOCATION)
        failures: list[FlotillaError] = []
        for plan in plans:
            try:
                wait_for_addresses(self._client, plan.id, plan.name, deadline)
            except FlotillaError as error:
                failures.append(self._half_done(plan, [], error).prefixed(f"{beginning}{plan.name}: "))
        if failures:
            actions = [sentence for error in failures for sentence in error.facts["actions"]]
            raise FlotillaError("; ".join(map(str, failures)), {"actions": actions})

    def _remove(self, plan: NetworkPlan, done: list[str]) -> None:
        """Remove the network of a plan, and say so even where its last trace stays."""
        try:
            with step(done, "removed"):
                remove_network(self._client, plan.id, plan.name, self._deadline)
        except FlotillaError as error:
            done += ["removed"] if error.facts.pop("changed", False) else []
            raise

    def _services_to_detach(self, plan: NetworkPlan) -> list[Raw]:
        if plan.action != "recreate":
            return []
        return [raw for raw in self._client.get("/services") if uses(raw["Spec"], plan.live or {})]

    def _read(self) -> list[Raw]:
        """All networks. One that a client created just now gets a moment for its addresses: it would look broken."""
        names = {one.name for one in self._declared if one.state == "present"}
        found: list[Raw] = []

        def settled() -> bool | None:
            found[:] = self._client.get("/networks")
            ours = (raw for raw in found if raw["Name"] in names and is_of_swarm(raw))
            return all(raw.get("Driver") for raw in ours) or None

        with contextlib.suppress(WaitTimeout):
            wait_until(
                settled, Deadline(_MOMENT), lambda: "some have no addresses yet", "reading the networks"
            )
        return found

    def _plan(
        self, declared: DeclaredNetwork, swarm: list[Raw], local: dict[str, Raw], services: list[Raw]
    ) -> NetworkPlan:
        live = _live(declared, swarm)
        other = local.get(declared.name)
        if live is None and other and declared.state == "present":
            raise Refused(_of_one_host(declared.name, other.get("Driver")))
        attached = Attached(detached=[raw for raw in services if awaits_network(raw["Spec"], declared.name)])
        if live and (declared.state == "absent" or wanted_network(declared, live)[1]):
            attached.services = [raw for raw in services if uses(raw["Spec"], live)]
            attached.by_hand = self._by_hand(live)
        elif live:
            attached.paused = [raw for raw in services if reattachment_is_paused(raw, declared.name, live)]
            attached.resumable = resumable(self._client, attached.paused)
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


def _with_actions(plan: NetworkPlan, done: list[str], error: FlotillaError) -> FlotillaError:
    error.facts["actions"] = [f"{plan.name}: {sentence}" for sentence in done]
    return error


def _may_be_detached(plan: NetworkPlan) -> str:
    users = ", ".join(plan.services)
    return f"; services that may stay detached from it until the next run: {users}" if users else ""


def _paused_rollouts(plan: NetworkPlan) -> list[Rollout]:
    """What to wait for: a reattachment that would fail again is reported at once, with the reason."""
    return [
        Rollout(raw["ID"], raw["Spec"]["Name"], history=plan.resumable.get(raw["ID"], History()))
        for raw in plan.paused
    ]


def _id_of(raw: Raw | None) -> str:
    return str((raw or {}).get("Id", ""))


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
