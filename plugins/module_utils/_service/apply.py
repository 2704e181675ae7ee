# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning services against a swarm, and sending what the plan says. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.client import OLDEST_API, Client, only
from .._engine.errors import Conflict, EngineError, EngineTimeout, FlotillaError, NotFound, Overtaken, Refused
from .._engine.wait import in_sequence
from .._network.networks import PREDEFINED, is_of_swarm
from .._options.option import check_versions, needs
from .._rollout.wait import Rollout
from .._secret import versions as content
from .._swarm.nodes import views
from .image import same_image
from .nodes import check_nodes
from .options import SERVICE
from .plan import Order, ServicePlan, plan_service
from .references import Catalogue, named, referred, resolved
from .registry import Registry, auth_header


class Services:
    """The services of a swarm that somebody declared.

    Args:
        client: a manager's Engine.
        orders: what is declared, each name once.
        coming: networks, secrets and configs that will be there once these services are sent, with their IDs.
    """

    def __init__(self, client: Client, orders: list[Order], coming: Catalogue | None = None) -> None:
        self._client = client
        self._registry = Registry(client)
        #: Sentences for the user that are no failure.
        self.warnings: list[str] = []
        # What a service that goes away refers to may be gone already.
        present = [order for order in orders if order.state == "present"]
        self._check_versions(present)
        self._catalogue = self._read_catalogue([order.values for order in present], coming or Catalogue())
        for order in present:
            order.values = resolved(order.values, self._catalogue, order.name)
        self._orders = orders

    def plan(self) -> list[ServicePlan]:
        """Plan all services; nothing is sent.

        Raises:
            Refused: one of them cannot be done.
        """
        live = self._live()
        return [self._plan(order, live.get(order.name)) for order in self._orders]

    def send(self, plan: ServicePlan) -> Rollout | None:
        """Carry out one service's plan.

        Returns:
            What to wait for, ``None`` where nothing was sent.

        Raises:
            FlotillaError: the Engine objects; the message names no service.
        """
        if plan.action == "none":
            return None
        return {
            "create": self._create,
            "update": self._update,
            "rebuild": self._rebuild,
            "roll_back": self._roll_back,
            "remove": self._remove,
        }[plan.action](plan)

    def _check_versions(self, orders: list[Order]) -> None:
        """Refuse what this Engine, or the leader that it hands the service to, would silently drop."""
        for order in orders:
            try:
                check_versions(SERVICE, order.values, self._client.api(), self._client.where)
            except Refused as error:
                raise Refused(f"{order.name}: {error}") from None
        newer = {
            name: api for order in orders for name, api in needs(SERVICE, order.values) if api > OLDEST_API
        }
        if newer:
            self.warnings += check_nodes(newer, views(self._client.get("/nodes")))

    def _live(self) -> dict[str, dict[str, t.Any]]:
        filters = only("name", [order.name for order in self._orders]) or None
        # The Engine's filter matches beginnings of names.
        return {
            raw["Spec"]["Name"]: raw for raw in self._client.get("/services", filters=filters, status=True)
        }

    def _read_catalogue(self, values: list[dict[str, t.Any]], coming: Catalogue) -> Catalogue:
        """Read the lists that something refers to, and no others; who knows what comes has read secrets and configs."""
        found = Catalogue(secrets=coming.secrets, configs=coming.configs)
        wanted = {network["Target"] for value in values for network in value.get("networks") or []}
        if wanted:
            for raw in self._client.get("/networks"):
                # The swarm's own one of two networks with the same name is meant.
                if is_of_swarm(raw) or raw["Name"] not in found.networks:
                    found.networks[raw["Name"]] = raw["Id"]
        for name in wanted & PREDEFINED:
            # The list has this host's own instead, and services refer to the swarm's.
            found.networks[name] = self._client.get(f"/networks/{name}", scope="swarm")["Id"]
        found.networks.update(coming.networks)
        if not found.secrets and any(value.get("secrets") for value in values):
            found.secrets = self._named("/secrets")
        uses_configs = any(
            value.get("configs") or value.get("privileges.credential_spec") for value in values
        )
        if not found.configs and uses_configs:
            found.configs = self._named("/configs")
        return found

    def _named(self, path: str) -> dict[str, str]:
        return content.names(self._client.get(path))

    def _plan(self, order: Order, live: dict[str, t.Any] | None) -> ServicePlan:
        image, platforms = self._look_up(order, live)
        plan = plan_service(order, live, image, platforms)
        plan.changes = named(plan.changes, self._catalogue)
        if plan.action == "roll_back":
            self._check_previous(plan)
        return plan

    def _check_previous(self, plan: ServicePlan) -> None:
        """Refuse a way back to what is gone: the Engine would take it, and then start no task."""
        for kind, wanted in referred((plan.live or {}).get("PreviousSpec") or {}).items():
            there = {raw["ID"] for raw in self._client.get(f"/{kind}")} if wanted else set()
            gone = sorted(name for identity, name in wanted.items() if identity not in there)
            if gone:
                raise Refused(
                    f"{plan.order.name} cannot be rolled back: the {kind[:-1]} {gone[0]} that it had before is gone; declare "
                    "what it shall be instead. Nothing was sent."
                )

    def _look_up(self, order: Order, live: dict[str, t.Any] | None) -> tuple[str | None, t.Any]:
        """The image's digest, where it is wanted."""
        image = order.values.get("image")
        if not image or order.state != "present" or order.resolve == "never":
            return None, None
        there = (((live or {}).get("Spec") or {}).get("TaskTemplate") or {}).get("ContainerSpec") or {}
        if order.resolve == "changed" and same_image(image, there.get("Image") or ""):
            return None, None
        try:
            return self._registry.pinned(image, order.auth)
        except (EngineError, EngineTimeout) as error:
            if order.resolve == "always":
                raise Refused(f"{order.name}: {error} Nothing was sent.") from None
            self.warnings.append(
                f"{order.name}: {error} Every node pulls what it finds under that tag; set resolve_image to never to "
                "say that this is meant."
            )
            return None, None

    def _create(self, plan: ServicePlan) -> Rollout:
        try:
            answer = self._client.post("/services/create", plan.spec, headers=self._header(plan.order))
        except Conflict:
            raise self._overtaken(
                "somebody else made a service of that name just now; run again to bring it to what is declared."
            ) from None
        self._warn(plan, answer)
        return Rollout(answer["ID"], plan.order.name)

    def _rebuild(self, plan: ServicePlan) -> Rollout:
        """Remove a service and make it anew, but not before the Engine has checked the new spec."""
        try:
            self._post(plan)
        except EngineError as error:
            # The spec was checked first, so this is the only objection (swarmkit controlapi/service.go).
            if "service mode change is not allowed" not in str(error):
                raise
        self._remove(plan)
        return self._create(plan)

    def _update(self, plan: ServicePlan) -> Rollout:
        planned = [plan]

        def write() -> None:
            # What was planned is sent as long as nobody else was faster; then all is read and planned anew.
            current = planned.pop() if planned else self._plan(plan.order, self._read(plan))
            if current.action == "update":
                self._post(current)

        in_sequence(write)
        return Rollout(_id(plan), plan.order.name)

    def _roll_back(self, plan: ServicePlan) -> Rollout:
        def write() -> None:
            live = self._read(plan)
            # The Engine wants a valid spec and ignores it.
            self._post(ServicePlan(plan.order, "roll_back", live, live["Spec"]), previous=True)

        in_sequence(write)
        return Rollout(_id(plan), plan.order.name, goal="rolled_back")

    def _remove(self, plan: ServicePlan) -> Rollout:
        with contextlib.suppress(NotFound):
            self._client.delete(f"/services/{_id(plan)}")
        return Rollout(_id(plan), plan.order.name, goal="gone")

    def _read(self, plan: ServicePlan) -> dict[str, t.Any]:
        try:
            return t.cast("dict[str, t.Any]", self._client.get(f"/services/{_id(plan)}"))
        except NotFound:
            raise self._overtaken(
                "somebody else removed the service just now; run again to make it anew."
            ) from None

    def _overtaken(self, sentence: str) -> FlotillaError:
        """An error after which all is planned anew, unless that would restart tasks a second time."""
        forced = any(order.force for order in self._orders)
        return FlotillaError(sentence) if forced else Overtaken(sentence)

    def _post(self, plan: ServicePlan, previous: bool = False) -> None:
        live = plan.live or {}
        answer = self._client.post(
            f"/services/{live['ID']}/update",
            plan.spec,
            headers=self._header(plan.order),
            version=live["Version"]["Index"],
            rollback="previous" if previous else None,
        )
        self._warn(plan, answer)

    def _header(self, order: Order) -> dict[str, str]:
        return auth_header(order.auth, order.values.get("image", ""))

    def _warn(self, plan: ServicePlan, answer: dict[str, t.Any] | None) -> None:
        self.warnings += [f"{plan.order.name}: {text}" for text in (answer or {}).get("Warnings") or []]


def _id(plan: ServicePlan) -> str:
    return str((plan.live or {})["ID"])
