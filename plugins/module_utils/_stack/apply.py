# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a declared stack to the result: plan all of it, send it in order, wait for all together. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._engine.wait import Clock
from .._network.apply import Networks
from .._network.declared import network_order
from .._options.plan import difference, shown
from .._rollout.wait import Rollout, latest
from .._secret.apply import Contents, contents_of
from .._secret.move import jobs_behind, moves, rewire
from .._secret.versions import CONFIG, SECRET
from .._service.apply import Services
from .._service.deploy import send_all, told
from .._service.plan import ServicePlan, order
from .._service.references import Catalogue
from .stack import Result, Stack
from .undeclared import Leftovers

# In the place of the ID of a network that is planned and not made yet.
_PLANNED = "planned"


class Deployment:
    """One declared stack and a swarm.

    Args:
        client: a manager's Engine.
        declared: the stack.
        seconds: how long everything together may take.
        show_values: show values that may hold secrets.

    Raises:
        Refused: a part of the stack cannot be.
    """

    def __init__(self, client: Client, declared: Stack, seconds: float, show_values: bool) -> None:
        self._client = client
        self._declared = declared
        self._clock = Clock(seconds)
        self._show_values = show_values
        self._networks = Networks(client, [network_order(one) for one in declared.networks], seconds)
        self._contents = [
            contents_of(client, family, params)
            for family, params in ((SECRET, declared.secrets), (CONFIG, declared.configs))
        ]

    def plan(self) -> Result:
        """Plan all of it; nothing is sent.

        Returns:
            The result as far as the plans alone know it.

        Raises:
            Refused: a part of it cannot be done.
        """
        self._left = Leftovers(self._client, self._declared)
        self._network_plans = self._networks.plan()
        for contents in self._contents:
            contents.plan()
        self._plan_services()
        return self._told()

    def send(self, result: Result) -> list[Rollout]:
        """Carry out the plans: what services refer to first.

        Args:
            result: gets what was done, in ``actions``, and the IDs of what was made.

        Returns:
            What to wait for.

        Raises:
            FlotillaError: one failed; what was done before it is among its facts.
        """
        actions: list[str] = []
        result["actions"] = actions
        try:
            rollouts = self._send(result, actions)
        except FlotillaError as error:
            raise error.after({**result, **self._parts(), "changed": bool(actions)}) from None
        result.update(self._parts())
        return rollouts

    def tidy(self) -> list[str]:
        """Once all rollouts are over, remove what nobody needs any more, and say what."""
        done = []
        for contents in self._contents:
            done += [f"{contents.family.word} {line}" for line in contents.prune(contents.plans)]
        return done + self._left.remove_the_rest(self._clock)

    @property
    def warnings(self) -> list[str]:
        """Sentences for the user that are no failure."""
        kinds = [line for contents in self._contents for line in contents.warnings]
        return [*self._networks.warnings, *kinds, *self._services.warnings, *self._left.warnings]

    def _send(self, result: Result, actions: list[str]) -> list[Rollout]:
        rollouts: list[Rollout] = []
        if self._declared.prune != "none":
            rollouts += self._left.remove_services()
            actions += [_leaves("service", one.name) for one in rollouts]
        before = len(actions)
        with _telling("network", actions) as done:
            rollouts += self._networks.send_all(self._network_plans, done)
        for contents in self._contents:
            with _telling(contents.family.word, actions) as done:
                contents.send_all(contents.plans, done)
        if len(actions) > before:
            # Now what they refer to has its IDs.
            self._plan_services()
        rollouts += send_all(self._services, self._service_plans, result)
        for contents in self._contents:
            rollouts += self._rewire(contents, actions)
        return latest(rollouts)

    def _rewire(self, contents: Contents, actions: list[str]) -> list[Rollout]:
        """Move services of others to what is current; the stack's own have moved with their own plans."""
        family, plans = contents.family, contents.plans
        if not moves(plans):
            return []
        ours = {plan.live["ID"] for plan in self._service_plans if plan.live}
        others = [raw for raw in self._client.get("/services") if raw["ID"] not in ours]
        contents.warnings += jobs_behind(others, family, plans)
        moved = rewire(self._client, family, plans, others)
        actions += [f"{one.name}: given the new version of a {family.word}" for one in moved]
        return moved

    def _plan_services(self) -> None:
        self._services = Services(
            self._client, [order(params) for params in self._declared.services], self._coming()
        )
        self._service_plans: list[ServicePlan] = self._services.plan()

    def _coming(self) -> Catalogue:
        """What there will be by the time the services are sent."""
        coming = Catalogue(
            networks={
                plan.order.name: plan.id or f"{_PLANNED}-{plan.order.name}" for plan in self._network_plans
            }
        )
        for contents in self._contents:
            if contents.plans:
                setattr(coming, contents.family.words, contents.current())
        return coming

    def _parts(self) -> Result:
        """What stands around the services, each with its ID, which a new one has once it is made."""
        return {
            "networks": [_entry(plan) for plan in self._network_plans],
            **{
                contents.family.words: [_entry(plan) for plan in contents.plans]
                for contents in self._contents
            },
        }

    def _told(self) -> Result:
        result = told(self._service_plans, self._show_values)
        actions, diff = [], []
        for plan in self._network_plans:
            actions += [f"network {plan.sentence}"] if plan.action != "none" else []
            diff += _diff("network", plan)
        for contents in self._contents:
            for made in contents.plans:
                actions += [f"{contents.family.word} {made.sentence}"] if made.action != "none" else []
                diff += _diff(contents.family.word, made)
        left = self._left.told()
        leaving = [(kind[:-1], name) for kind, names in left.items() for name in names]
        if self._declared.prune == "none":
            leaving = []
        for word, name in leaving:
            actions.append(_leaves(word, name))
            diff.append(difference(f"{word} {name}", {"state": "present"}, {"state": "absent"}))
        result.update(self._parts())
        result["actions"] = actions + result["actions"]
        result["diff"] = diff + result["diff"]
        result["changed"] = bool(result["actions"])
        result["undeclared"] = left
        return {key: value for key, value in result.items() if key not in ("changes", "rebuilt")}


@contextlib.contextmanager
def _telling(word: str, actions: list[str]) -> t.Iterator[list[t.Any]]:
    """Gives a list for the plans that were carried out, and tells of them, and of an error, by their kind."""
    done: list[t.Any] = []
    try:
        yield done
    except FlotillaError as error:
        raise error.prefixed(f"{word} ") from None
    finally:
        actions += [f"{word} {plan.sentence}" for plan in done if plan.action != "none"]


def _entry(plan: t.Any) -> Result:
    return {
        "name": plan.order.name,
        "id": plan.id,
        "action": plan.action,
        "changes": sorted(shown(plan.changes)),
    }


def _leaves(word: str, name: str) -> str:
    return f"{word} {name}: removed, since the stack declares it no more"


def _diff(word: str, plan: t.Any) -> list[Result]:
    if plan.action == "none":
        return []
    return [difference(f"{word} {plan.order.name}", plan.diff(False), plan.diff(True))]
