# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning services against a swarm, and carrying out the plans. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._engine.client import OLDEST_API, Client, filter_by
from .._engine.errors import Conflict, EngineError, FlotillaError, NotFound, Overtaken, Refused, Unanswered
from .._engine.update import create, remove, roll_back, update
from .._forecast.blocked import Update
from .._forecast.check import ROLLBACK, check_room
from .._forecast.least_time import least_time
from .._options.one_or_many import check_case, check_once
from .._options.option import check_versions, needs
from .._rollout.history import History
from .._rollout.read import resumable
from .._rollout.references import PREDEFINED, container_of, is_of_swarm, used
from .._rollout.resume import sent_again_if_paused
from .._rollout.service import declared_tasks, is_job, is_updating, mode_of
from .._rollout.wait import Rollout
from .._run.steps import step
from .._secret.versions import names
from .._swarm.held import Sent, check_held_ports
from .._swarm.nodes import views
from .declared import DeclaredService, check_nodes
from .image import Pinned, same_image
from .options import table
from .plan import Raw, ServicePlan, final_spec, force_count, over_limits, plan_service, resumes
from .ports import check_clashes
from .references import Catalogue, named, referred, resolved
from .registry import Registry, auth_header


class Services:
    """Declared services and a swarm.

    Args:
        client: a manager's Engine.
        declared: what is declared.
        coming: networks, secrets and configs that will exist once these services are sent, with their IDs.

    Raises:
        Refused: a service is declared twice, or wants what the swarm does not have.
    """

    def __init__(
        self, client: Client, declared: list[DeclaredService], coming: Catalogue | None = None
    ) -> None:
        check_once([one.name for one in declared], "service")
        self._client = client
        self._registry = Registry(client)
        self._may_go_on: dict[str, History] = {}
        #: Sentences for the user that are no failure.
        self.warnings = [sentence for one in declared for sentence in one.warnings]
        self._unresolved = declared
        self._check_versions([one for one in declared if one.state == "present"])
        self.refer_to(coming or Catalogue())

    def refer_to(self, coming: Catalogue) -> None:
        """Replace the names of networks, secrets and configs by their IDs, which new ones have once they are created.

        Raises:
            Refused: a service refers to what the swarm does not have.
        """
        # What a service that is to be absent refers to may be gone already.
        present = [one for one in self._unresolved if one.state == "present"]
        self._catalogue = self._read_catalogue(present, coming)
        self._declared = [
            dataclasses.replace(one, values=resolved(one.values, self._catalogue, one.name))
            if one.state == "present"
            else one
            for one in self._unresolved
        ]

    def plan(self) -> list[ServicePlan]:
        """Plan all services; nothing is sent.

        Raises:
            Refused: one of them cannot be done.
        """
        live = self._live()
        plans = [self._plan(one, live.get(one.name)) for one in self._declared]
        try:
            check_clashes((plan.name, plan.is_written, final_spec(plan)) for plan in plans)
        except ValueError as error:
            raise Refused(f"{error}. Nothing was sent.") from None
        for plan in plans:
            self._warn(plan.declared, over_limits(plan))
        self._may_go_on = resumable(
            self._client, [plan.live for plan in plans if plan.action == "none" and plan.live]
        )
        for plan in plans:
            if resumes(plan, self._may_go_on):
                plan.action = "resume"
        new = [plan.name for plan in plans if plan.action == "create"]
        if new:
            # A list that is filtered by name has none in another case.
            check_case(new, (raw["Spec"]["Name"] for raw in self._client.get("/services")), "service")
        return plans

    def check_held_ports(self, plans: t.Iterable[ServicePlan], options: dict[str, t.Any]) -> None:
        """See ``_swarm/held.py``.

        Raises:
            Refused: a port is held, and that is to be refused.
        """
        self.warnings += check_held_ports(self._client, _sent(plans), options)

    @staticmethod
    def publishing(plans: t.Iterable[ServicePlan]) -> list[str]:
        """The names of the services that begin to publish ports."""
        return [one.name for one in _sent(plans) if one.begins()]

    def foresee(self, plans: t.Iterable[ServicePlan], seconds: float | None) -> None:
        """Look for what can be told of the rollouts before they begin: an update that cannot converge, a wait that is too short.

        Args:
            plans: of the services.
            seconds: how long the rollouts are waited for; ``None`` where they are not.

        Raises:
            Refused: an update can certainly not converge.
        """
        self.warnings += check_room(self._client, _updates(plans))
        for plan in plans if seconds is not None else []:
            too_short = _rollout(plan).too_short(seconds or 0)
            if too_short:
                self._warn(plan.declared, [f"wait_timeout is {seconds:g} s. {too_short}."])

    def apply(self, plan: ServicePlan) -> list[Rollout]:
        """Carry out one service's plan.

        Returns:
            What to wait for; a service that is unchanged and not well is waited for too.

        Raises:
            FlotillaError: the Engine objects; the message names no service.
        """
        if plan.action == "none":
            return _unsettled(plan)
        carry_out = {
            "create": self._create,
            "update": self._update,
            "resume": self._resume,
            "rebuild": self._rebuild,
            "roll_back": self._roll_back,
            "remove": self._remove,
        }
        return [carry_out[plan.action](plan)]

    def _check_versions(self, present: list[DeclaredService]) -> None:
        """Refuse what this Engine, or the leader that it hands the service to, would silently drop."""
        newer: dict[str, tuple[int, int]] = {}
        for one in present:
            try:
                check_versions(table(), one.values, self._client.api(), self._client.where)
            except Refused as error:
                raise error.prefixed(f"{one.name}: ") from None
            newer.update((name, api) for name, api in needs(table(), one.values) if api > OLDEST_API)
        if newer:
            self.warnings += check_nodes(newer, views(self._client.get("/nodes")))

    def _read_catalogue(self, present: list[DeclaredService], coming: Catalogue) -> Catalogue:
        """Read the lists that a service refers to, and no others.

        The secrets and configs of ``coming`` are complete where there are any.
        """
        wanted: dict[str, set[str]] = {"network": set(), "secret": set(), "config": set()}
        for one in present:
            for word, of_one in referred(one.values).items():
                wanted[word] |= of_one
        found = Catalogue(self._networks(wanted["network"]), coming.secrets, coming.configs)
        found.networks.update(coming.networks)
        for word in ("secret", "config"):
            if wanted[word] and not found.of(word):
                found.of(word).update(names(self._client.get(f"/{word}s")))
        return found

    def _networks(self, wanted: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for raw in self._client.get("/networks") if wanted else []:
            # The swarm's own one of two networks with the same name is meant.
            if is_of_swarm(raw) or raw["Name"] not in found:
                found[raw["Name"]] = raw["Id"]
        for name in wanted & PREDEFINED:
            # The list has this host's own instead, and services refer to the swarm's.
            found[name] = self._client.get(f"/networks/{name}", scope="swarm")["Id"]
        return found

    def _live(self) -> dict[str, Raw]:
        filters = filter_by("name", [one.name for one in self._declared]) or None
        # The Engine's filter matches beginnings of names.
        return {
            raw["Spec"]["Name"]: raw for raw in self._client.get("/services", filters=filters, status=True)
        }

    def _plan(self, declared: DeclaredService, live: Raw | None) -> ServicePlan:
        plan = plan_service(declared, live, self._look_up(declared, live))
        plan.changes = named(plan.changes, self._catalogue)
        if plan.action == "roll_back":
            self._check_previous(plan)
        return plan

    def _check_previous(self, plan: ServicePlan) -> None:
        """Refuse to roll back to what is gone: the Engine would do so, and then start no task."""
        for word in ("secret", "config"):
            wanted = used((plan.live or {}).get("PreviousSpec") or {}, word)
            present = {raw["ID"] for raw in self._client.get(f"/{word}s")} if wanted else set()
            gone = sorted(name for identity, name in wanted.items() if identity not in present)
            if gone:
                raise Refused(
                    f"{plan.name} cannot be rolled back: the {word} {gone[0]} that it had before is gone; declare the "
                    "service as it shall be instead. Nothing was sent."
                )

    def _look_up(self, declared: DeclaredService, live: Raw | None) -> Pinned | None:
        """The image with its digest, where that is wanted."""
        image = declared.values.get("image")
        if not image or declared.state != "present" or declared.resolve == "never":
            return None
        running = container_of((live or {}).get("Spec") or {}).get("Image") or ""
        if declared.resolve == "changed" and same_image(image, running):
            return None
        try:
            return self._registry.pinned(image, declared.auth)
        except (EngineError, Unanswered) as error:
            if declared.resolve == "always":
                raise Refused(f"{declared.name}: {str(error).rstrip('.')}. Nothing was sent.") from None
            sentence = (
                f"{str(error).rstrip('.')}. Every node pulls what it finds under that tag; set resolve_image to never to "
                "accept that."
            )
            self._warn(declared, [sentence])
            return None

    def _create(self, plan: ServicePlan) -> Rollout:
        try:
            created = create(self._client, "/services", plan.spec, headers=_auth(plan.declared))
        except Conflict:
            raise self._overtaken(
                "another client created a service of that name just now; run again to bring it to what is declared."
            ) from None
        self._warn(plan.declared, created.warnings)
        plan.id = created.id
        return _rollout(plan)

    def _rebuild(self, plan: ServicePlan) -> Rollout:
        """Remove a service and create it again, but not before the Engine has checked the new spec."""
        try:
            self._write(plan, lambda _live: plan.spec)
        except EngineError as error:
            # The spec was checked first, so this is the only objection (swarmkit controlapi/service.go).
            if "service mode change is not allowed" not in str(error):
                raise
        done: list[str] = []
        try:
            with step(done, f"{plan.name}: removed, to be created again since its mode changes"):
                self._remove(plan)
            with step(done, f"{plan.name}: created again"):
                return self._create(plan)
        except FlotillaError as error:
            raise error.after({"actions": done}) from None

    def _update(self, plan: ServicePlan) -> Rollout:
        def change(live: Raw) -> Raw | None:
            # What was planned is sent as long as no other client was faster; then the service is planned again.
            current = plan if live is plan.live else self._plan(_still_wanted(plan, live), live)
            return current.spec if current.action == "update" else None

        written = self._write(plan, change)
        rollout = _rollout(plan)
        if not written:
            plan.action = "none"
        return rollout

    def _resume(self, plan: ServicePlan) -> Rollout:
        """Write a service as it is: the Engine goes on with a paused update then (swarmkit manager/orchestrator/update)."""
        if not self._write(plan, sent_again_if_paused):
            plan.action = "none"
        return Rollout(plan.id, plan.name, history=self._may_go_on.get(plan.id, History()))

    def _roll_back(self, plan: ServicePlan) -> Rollout:
        with self._present():
            written = roll_back(self._client, plan.id, headers=_auth(plan.declared))
        self._warn(plan.declared, written.warnings)
        return _rollout(plan, goal="rolled_back")

    def _remove(self, plan: ServicePlan) -> Rollout:
        return remove_service(self._client, plan.id, plan.name)

    def _write(self, plan: ServicePlan, change: t.Callable[[Raw], Raw | None]) -> bool:
        """Write a service, and return whether anything had to be written."""
        with self._present():
            written = update(
                self._client, f"/services/{plan.id}", change, known=plan.live, headers=_auth(plan.declared)
            )
        self._warn(plan.declared, written.warnings)
        return written.changed

    @contextlib.contextmanager
    def _present(self) -> t.Iterator[None]:
        """For a write to a service: another client may have removed it."""
        try:
            yield
        except NotFound:
            raise self._overtaken(
                "another client removed the service just now; run again to create it."
            ) from None

    def _overtaken(self, sentence: str) -> FlotillaError:
        """An error after which everything is planned again, unless that would restart tasks a second time."""
        forced = any(one.force for one in self._declared)
        return FlotillaError(sentence) if forced else Overtaken(sentence)

    def _warn(self, declared: DeclaredService, sentences: t.Iterable[str]) -> None:
        for sentence in (f"{declared.name}: {text}" for text in sentences):
            if sentence not in self.warnings:
                self.warnings.append(sentence)


def remove_service(client: Client, service_id: str, name: str) -> Rollout:
    """Remove a service, and return what to wait for until its tasks are gone."""
    remove(client, f"/services/{service_id}")
    return Rollout(service_id, name, goal="gone")


def _updates(plans: t.Iterable[ServicePlan]) -> list[Update]:
    """The updates and rollbacks among plans."""
    made = [(plan, plan.live or {}) for plan in plans]
    return [
        Update(plan.name, live, plan.spec)
        if plan.action == "update"
        else Update(plan.name, live, live["PreviousSpec"], ROLLBACK)
        for plan, live in made
        if plan.action in ("update", "roll_back")
    ]


def _rollout(plan: ServicePlan, goal: str = "converged") -> Rollout:
    """What to wait for once a plan is carried out."""
    least, made_of = least_time(plan.action, plan.live, plan.spec)
    return Rollout(plan.id, plan.name, goal, least=least, made_of=made_of)


def _still_wanted(plan: ServicePlan, live: Raw) -> DeclaredService:
    """What is declared, without a restart that was done since it was planned: by a write of ours whose answer was lost, or by
    another client's."""
    done = force_count(live["Spec"]) > force_count((plan.live or {}).get("Spec") or {})
    return dataclasses.replace(plan.declared, force=False) if done else plan.declared


def _auth(declared: DeclaredService) -> dict[str, str]:
    return auth_header(declared.auth, declared.values.get("image", ""))


def _sent(plans: t.Iterable[ServicePlan]) -> list[Sent]:
    """What the plans send of services."""
    return [
        Sent(plan.name, (plan.live or {}).get("Spec") or {}, plan.spec) for plan in plans if plan.is_written
    ]


def _unsettled(plan: ServicePlan) -> list[Rollout]:
    """What to wait for where nothing was sent: a service that is as declared, but not well."""
    live = plan.live
    if live is None or plan.declared.state == "absent":
        return []
    status = live.get("ServiceStatus") or {}
    if is_job(mode_of(live["Spec"])):
        short = status.get("CompletedTasks", 0) < (declared_tasks(live["Spec"]) or 1)
    else:
        short = status.get("RunningTasks", 0) < status.get("DesiredTasks", 0)
    return [Rollout(plan.id, plan.name, written=False)] if short or is_updating(live) else []
