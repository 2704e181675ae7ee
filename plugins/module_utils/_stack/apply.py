# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning stacks, and what is declared beside them, against a swarm, and carrying it out in order. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client, filter_by
from .._engine.errors import FlotillaError
from .._files.read import read_file
from .._forecast.check import check_room
from .._network.apply import Networks
from .._network.plan import NetworkPlan
from .._options.changes import difference
from .._options.one_or_many import check_once
from .._rollout.read import resumable
from .._rollout.references import used, users
from .._rollout.removal import Removal
from .._rollout.roll_back import Move
from .._rollout.wait import Rollout, latest
from .._run.plans import Applied, ObjectPlan, apply_all, forget, result_of
from .._secret.apply import Secrets
from .._secret.declared import declared_secret
from .._secret.move import (
    ServiceMove,
    jobs_behind,
    move_services,
    moved_and_paused,
    moved_versions,
    plan_moves,
    removals,
    updates_of,
)
from .._secret.options import CONFIG, SECRET
from .._service.apply import Services
from .._service.declared import declared_service
from .._service.deploy import env_files
from .._service.plan import ServicePlan
from .._service.references import Catalogue
from .declared import DeclaredStack
from .networks import declared_networks
from .order import Needs, turn
from .undeclared import Left, Undeclared

Raw = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]

# In the place of the ID of a network that is planned and not created yet.
_PLANNED = "planned"


class Deployment:
    """Declared stacks and a swarm. What all of them declare is planned together, before the first write.

    Args:
        client: a manager's Engine.
        stacks: the stacks; one without a name has what is declared beside all stacks.
        seconds: how long everything together may take.
        show_values: show values that may be secrets.

    Raises:
        Refused: a part of them cannot be.
    """

    def __init__(
        self,
        client: Client,
        stacks: t.Sequence[DeclaredStack],
        seconds: float,
        show_values: bool,
    ) -> None:
        check_once([stack.name for stack in stacks], "stack")
        self._client = client
        self._show_values = show_values
        self._networks = Networks(client, declared_networks(stacks), seconds)
        self._secrets = [
            Secrets(
                client,
                family,
                [
                    declared_secret(family, one, read_file)
                    for stack in stacks
                    for one in getattr(stack, family.words)
                ],
            )
            for family in (SECRET, CONFIG)
        ]
        # Fingerprints are slow on purpose, and take most of the time of a run that changes nothing.
        for secrets in self._secrets:
            secrets.begin()
        self._declared_services = [
            declared_service(one, env_files(one), of_file=bool(stack.name))
            for stack in stacks
            for one in stack.services
        ]
        self._undeclared = Undeclared(client, stacks)
        self._needs = {name: need for stack in stacks for name, need in stack.needs.items()}
        # Of services that need others: those that were not sent yet, in their order.
        self._later: list[ServicePlan] = []
        self._network_plans: list[NetworkPlan] = []
        self._service_plans: list[ServicePlan] = []
        # Services of others that use older versions of what the stack declares.
        self._moves: list[ServiceMove] = []
        # The plans of each kind that was not begun yet, by its word.
        self._ahead: dict[str, t.Sequence[ObjectPlan]] = {}
        self._actions: list[str] = []
        self._warnings: list[str] = []

    @property
    def warnings(self) -> list[str]:
        """Sentences for the user that are no failure."""
        secrets = [sentence for one in self._secrets for sentence in one.warnings]
        return [*self._networks.warnings, *secrets, *self._services.warnings, *self._warnings]

    def plan(self) -> None:
        """Plan all of it; nothing is sent.

        Raises:
            Refused: a part of it cannot be done.
        """
        leaving = self._services_that_leave()
        self._network_plans = self._networks.plan(leaving)
        for secrets in self._secrets:
            secrets.plan(leaving)
        self._services = Services(self._client, self._declared_services, self._coming())
        self._service_plans = self._services.plan()
        self._ahead = {**dict(self._around()), "service": self._service_plans}
        self._moves = self._plan_moves()

    @property
    def service_plans(self) -> list[ServicePlan]:
        """After ``plan``: those of all services, with their images as they will be sent."""
        return self._service_plans

    def _services_that_leave(self) -> set[str]:
        """The IDs of the services that are removed before anything else: nothing that they use is kept for their sake."""
        absent = [one.name for one in self._declared_services if one.state == "absent"]
        live = self._client.get("/services", filters=filter_by("name", absent)) if absent else []
        found = {raw["ID"] for raw in live if raw["Spec"]["Name"] in absent}
        return found | {one.id for one in self._undeclared.leaving() if one.word == "service"}

    def publishing(self) -> list[str]:
        """The names of the services that begin to publish ports."""
        return self._services.publishing(self._service_plans)

    def check_held_ports(self, options: Result) -> None:
        """See ``check_held_ports`` of the services.

        Raises:
            Refused: a port is held, and that is to be refused.
        """
        self._services.check_held_ports(self._service_plans, options)

    def foresee(self, seconds: float | None) -> None:
        """See ``foresee`` of the services.

        Raises:
            Refused: an update can certainly not converge.
        """
        self._services.foresee(self._service_plans, seconds)
        self._warnings += check_room(self._client, updates_of(self._moves))

    def foreseen(self, waits: bool) -> Result:
        """The result of check mode: what a real run would do, in the order in which it would do so.

        Args:
            waits: whether that run would wait, and remove what is not needed any longer after the rollouts.
        """
        last = [move.sentence for move in self._moves]
        last += [removal.sentence for removal in self._unused()] if waits else []
        return self._result(self._undeclared.leaving(), last)

    def _result(self, leaving: list[Left], last: list[str]) -> Result:
        """The result as far as the plans know it; ``last`` has the sentences of what is done after the services."""
        result = result_of("services", self._service_plans, self._show_values)
        removed = [plan.sentence for plan in self._service_plans if plan.action == "remove"]
        actions = [one.sentence for one in leaving if one.word == "service"] + removed
        diff = [
            difference(f"{one.word} {one.name}", {"state": "present"}, {"state": "absent"}) for one in leaving
        ]
        for word, plans in self._around():
            of_kind = result_of(f"{word}s", plans)
            actions += [f"{word} {sentence}" for sentence in of_kind["actions"]]
            diff += [
                {
                    **one,
                    "before_header": f"{word} {one['before_header']}",
                    "after_header": f"{word} {one['after_header']}",
                }
                for one in of_kind["diff"]
            ]
        actions += [sentence for sentence in result["actions"] if sentence not in removed] + last
        return {
            **result,
            **self._parts(),
            "changed": bool(actions),
            "actions": actions,
            "diff": diff + result["diff"],
            "undeclared": self._undeclared.names(),
            "stack_spec_diff": {
                plan.name: plan.diff(True, self._show_values) for plan in self._service_plans if plan.acts
            },
        }

    def apply(self, waits: bool) -> tuple[Result, list[Rollout]]:
        """Carry out the plans: what services refer to first. ``later`` names the services that are not sent yet.

        Args:
            waits: whether services are held back until those that they need have come so far; else only the order counts.

        Returns:
            The result, and what to wait for.

        Raises:
            FlotillaError: one failed; what was done before it is among its facts.
        """
        planned = self._result(self._undeclared.leaving(), [])
        try:
            rollouts = self._apply(waits)
        except FlotillaError as error:
            actions = [*self._actions, *error.facts.pop("actions", [])]
            error.facts.pop("changed", None)
            done = {"changed": bool(actions), "actions": actions, "warnings": self.warnings}
            raise error.after({**self._result_until_now(), **done}) from None
        entries = {"services": [plan.entry() for plan in self._service_plans]}
        done = {"changed": bool(self._actions), "actions": [*self._actions]}
        return {**planned, **entries, **self._parts(), **done}, latest(rollouts)

    @property
    def later(self) -> list[str]:
        """The names of the services that are not sent yet, since they wait for others."""
        return [plan.name for plan in self._later]

    @property
    def needs(self) -> Needs:
        """What each service needs of others before it is sent."""
        return self._needs

    def go_on(self, later: t.Container[str]) -> None:
        """After ``plan``: an earlier call has done everything but sending these services."""
        self._later = [plan for plan in self._service_plans if plan.name in later]

    def drop(self, names: t.Container[str]) -> None:
        """Do not send some of the services that are left."""
        forget([plan for plan in self._later if plan.name in names])
        self._later = [plan for plan in self._later if plan.name not in names]

    def send_later(self, rollouts: t.Sequence[Rollout]) -> tuple[Result, list[Rollout]]:
        """Send the services whose turn it is, of those that are left.

        Args:
            rollouts: all until now.

        Returns:
            The entries of these services, and the actions; and what to wait for.

        Raises:
            FlotillaError: one failed; the facts have the entries of all that were left, and what was done before.
        """
        plans, before = self._later, len(self._actions)
        try:
            begun = self._send(rollouts)
        except FlotillaError as error:
            forget(self._later)
            error.facts["services"] = [plan.entry() for plan in plans]
            error.facts["actions"] = [*self._actions[before:], *error.facts.get("actions", [])]
            raise
        sent = [plan.entry() for plan in plans if plan not in self._later]
        return {"services": sent, "actions": self._actions[before:]}, begun

    def _result_until_now(self) -> Result:
        """The result without what was not reached."""
        for plans in self._ahead.values():
            forget(plans)
        return self._result([one for one in self._undeclared.leaving() if one.sentence in self._actions], [])

    def moves(self) -> list[Move]:
        """The new versions of secrets and configs, so that services can go back to older ones."""
        return [move for secrets in self._secrets for move in moved_versions(secrets.plans)]

    def removals(self) -> list[Removal]:
        """What is removed once all rollouts are over: older versions, and what is declared no longer."""
        older = [one for secrets in self._secrets for one in removals(secrets.plans, secrets.family.word)]
        return older + self._undeclared.removals()

    def _apply(self, waits: bool) -> list[Rollout]:
        rollouts: list[Rollout] = []
        rollouts += self._undeclared.remove_services(self._actions)
        gone = {plan.name for plan in self._service_plans if plan.action == "remove"}
        self._ahead["service"] = [plan for plan in self._service_plans if plan.name not in gone]
        rollouts += self._done(
            apply_all([plan for plan in self._service_plans if plan.name in gone], self._services.apply)
        )
        before = len(self._actions)
        del self._ahead["network"]
        rollouts += self._done(self._networks.apply_all(self._network_plans, "network "))
        for secrets in self._secrets:
            plans = self._ahead.pop(secrets.family.word)
            self._done(apply_all(plans, secrets.apply, f"{secrets.family.word} "))
        if len(self._actions) > before:
            # Now what the services refer to has its IDs.
            self._services.refer_to(self._coming())
            self._service_plans = [
                old if old.name in gone else new
                for old, new in zip(self._service_plans, self._services.plan())
            ]
        del self._ahead["service"]
        left = [plan for plan in self._service_plans if plan.name not in gone]
        self._later = [plan for plan in left if plan.acts and self._needs.get(plan.name)]
        try:
            first = [plan for plan in left if plan not in self._later]
            rollouts += self._done(apply_all(first, self._services.apply))
            return rollouts + self._send(rollouts if waits else None)
        except FlotillaError:
            forget(self._later)
            raise

    def _send(self, rollouts: t.Sequence[Rollout] | None) -> list[Rollout]:
        """Send the services whose turn it is; behind the last of all services, move those of others.

        Args:
            rollouts: until now; ``None`` where nothing is waited for.
        """
        begun: list[Rollout] = []
        while self._later:
            known = [] if rollouts is None else [*rollouts, *begun]
            now = turn(self.later, self._needs, {one.name: one.reached for one in known}).now
            if not now:
                return begun
            plans = [plan for plan in self._later if plan.name in now]
            self._later = [plan for plan in self._later if plan.name not in now]
            begun += self._done(apply_all(plans, self._services.apply))
        return begun + self._move_others()

    def _done(self, applied: Applied) -> list[Rollout]:
        """Keep what was done, and return what to wait for."""
        self._actions += applied.actions
        return [rollout for rollouts in applied.returned for rollout in rollouts or []]

    def _move_others(self) -> list[Rollout]:
        """Move services of others to what is current; the stack's own have moved with their own plans."""
        moved = move_services(self._client, self._moves)
        self._actions += moved.actions
        self._warnings += moved.warnings
        return moved.rollouts

    def _plan_moves(self) -> list[ServiceMove]:
        """What moves services of others to the versions that will be current."""
        plans = [plan for secrets in self._secrets for plan in secrets.plans]
        if not any(plan.is_present and plan.older for plan in plans):
            return []
        others = self._others()
        self._warnings += jobs_behind(others, plans)
        return plan_moves(others, plans, resumable(self._client, moved_and_paused(others, plans)))

    def _others(self) -> list[Raw]:
        """The services of others, as they are now."""
        ours = {plan.id for plan in self._service_plans}
        ours.update(one.id for one in self._undeclared.leaving() if one.word == "service")
        return [raw for raw in self._client.get("/services") if raw["ID"] not in ours]

    def _unused(self) -> list[Removal]:
        """Of what is to be removed after the rollouts, that which no service will use then."""
        planned = self.removals()
        if not planned:
            return []
        moved = {move.id for move in self._moves}
        staying = [raw for raw in self._others() if raw["ID"] not in moved]
        needed = {
            identity
            for word in ("secret", "config")
            for identity in (
                *users(staying, word),
                *(identity for plan in self._service_plans for identity in used(plan.spec, word)),
            )
        }
        return [removal for removal in planned if removal.id not in needed]

    def _coming(self) -> Catalogue:
        """What there will be by the time the services are sent."""
        networks = {plan.name: plan.id or f"{_PLANNED}-{plan.name}" for plan in self._network_plans}
        coming = Catalogue(networks)
        for secrets in self._secrets:
            if secrets.plans:
                coming.of(secrets.family.word).update(secrets.current())
        return coming

    def _around(self) -> list[tuple[str, t.Sequence[ObjectPlan]]]:
        """The plans of what stands around the services, by their words."""
        secrets = [(secrets.family.word, secrets.plans) for secrets in self._secrets]
        return [("network", self._network_plans), *secrets]

    def _parts(self) -> Result:
        """What stands around the services, each with its ID, which a new one has once it is created."""
        return {f"{word}s": [plan.entry() for plan in plans] for word, plans in self._around()}
