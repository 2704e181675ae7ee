# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What belongs to a stack and is declared no longer, or not at all. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._rollout.references import is_of_swarm
from .._rollout.removal import Removal
from .._rollout.wait import Rollout
from .._run.steps import step
from .._secret.versions import declared_name
from .._service.apply import remove_service
from .declared import DeclaredStack
from .options import in_stack

Raw = t.Dict[str, t.Any]


class Undeclared:
    """What the swarm has of a stack beside what is declared.

    Args:
        client: a manager's Engine.
        declared: the stack; an empty one, to find all that belongs to it.
    """

    def __init__(self, client: Client, declared: DeclaredStack) -> None:
        self._client = client
        names = {one["name"] for one in declared.services}
        filters = in_stack(declared.name)
        self.services: list[Raw] = [
            raw for raw in client.get("/services", filters=filters) if raw["Spec"]["Name"] not in names
        ]
        #: Networks, secrets and configs, by their words, each with its name.
        self._others: list[tuple[str, str, str]] = []
        if declared.prune == "all":
            self._read_others(declared, filters)

    def names(self) -> dict[str, list[str]]:
        """The names of all of it, by kind."""
        return {
            "services": sorted(raw["Spec"]["Name"] for raw in self.services),
            **{
                f"{word}s": sorted(name for other, name, _id in self._others if other == word)
                for word in ("network", "secret", "config")
            },
        }

    def remove_services(self, done: list[str], sentence: t.Callable[[str], str]) -> list[Rollout]:
        """Remove the services, and return what to wait for until their tasks are gone.

        Args:
            done: gets a sentence for each.
            sentence: makes it from the name.
        """
        rollouts = []
        for raw in self.services:
            with step(done, sentence(raw["Spec"]["Name"])):
                rollouts.append(remove_service(self._client, raw["ID"], raw["Spec"]["Name"]))
        return rollouts

    def removals(self) -> list[Removal]:
        """Secrets, configs and networks, to be removed once the services' tasks are gone.

        An object that a service of another stack uses stays, with a warning.
        """
        # A network is released last.
        ordered = sorted(self._others, key=lambda other: other[0] == "network")
        return [
            Removal(word, identity, name, f"{word} {name}: removed", f"{word} {name} stays")
            for word, name, identity in ordered
        ]

    def _read_others(self, declared: DeclaredStack, filters: Raw) -> None:
        for word, entries in (("secret", declared.secrets), ("config", declared.configs)):
            names = {one["name"] for one in entries}
            self._others += [
                (word, raw["Spec"]["Name"], raw["ID"])
                for raw in self._client.get(f"/{word}s", filters=filters)
                if (declared_name(raw) or raw["Spec"]["Name"]) not in names
            ]
        names = {one["name"] for one in declared.networks}
        self._others += [
            ("network", raw["Name"], raw["Id"])
            for raw in self._client.get("/networks", filters=filters)
            if raw["Name"] not in names and is_of_swarm(raw)
        ]
