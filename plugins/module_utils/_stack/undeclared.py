# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What belongs to a stack and is declared no more, or not at all. PRIVATE to the collection."""

from __future__ import annotations

import contextlib

from .._engine.client import Client
from .._engine.errors import EngineError, FlotillaError, NotFound
from .._engine.wait import Clock
from .._network.networks import is_of_swarm
from .._network.remove import remove
from .._rollout.wait import Rollout
from .._secret.versions import NAME
from .stack import Raw, Stack, labelled


class Leftovers:
    """What the swarm has of a stack beside what is declared.

    Args:
        client: a manager's Engine.
        declared: the stack; an empty one, to find all that belongs to it.
    """

    def __init__(self, client: Client, declared: Stack) -> None:
        self._client = client
        names = {one["name"] for one in declared.services}
        self.services: list[Raw] = [
            raw
            for raw in client.get("/services", filters=labelled(declared.name))
            if raw["Spec"]["Name"] not in names
        ]
        self.networks: list[Raw] = []
        self._contents: list[tuple[str, Raw]] = []
        #: Sentences for the user that are no failure.
        self.warnings: list[str] = []
        if declared.prune == "all":
            self._look_around(declared)

    def told(self) -> dict[str, list[str]]:
        """The names of all of it, by kind."""
        return {
            "services": sorted(raw["Spec"]["Name"] for raw in self.services),
            "networks": sorted(raw["Name"] for raw in self.networks),
            "secrets": sorted(raw["Spec"]["Name"] for word, raw in self._contents if word == "secret"),
            "configs": sorted(raw["Spec"]["Name"] for word, raw in self._contents if word == "config"),
        }

    def remove_services(self) -> list[Rollout]:
        """Remove the services, and return what to wait for until their tasks are gone."""
        for raw in self.services:
            with contextlib.suppress(NotFound):
                self._client.delete(f"/services/{raw['ID']}")
        return [Rollout(raw["ID"], raw["Spec"]["Name"], goal="gone") for raw in self.services]

    def remove_the_rest(self, clock: Clock) -> list[str]:
        """Remove secrets, configs and networks once the services' tasks are gone, and say which.

        One that a service of somebody else uses stays, with a warning.

        Raises:
            FlotillaError: a network is not let go in time.
        """
        done = []
        for word, raw in self._contents:
            name = raw["Spec"]["Name"]
            try:
                with contextlib.suppress(NotFound):
                    self._client.delete(f"/{word}s/{raw['ID']}")
            except EngineError as error:
                self.warnings.append(f"{word} {name} stays. {error}.")
                continue
            done.append(f"{word} {name}: removed")
        for raw in self.networks:
            try:
                remove(self._client, raw, clock)
            except EngineError as error:
                self.warnings.append(f"network {raw['Name']} stays. {error}.")
                continue
            except FlotillaError as error:
                raise error.prefixed(f"network {raw['Name']}: ").after({"actions": done}) from None
            done.append(f"network {raw['Name']}: removed")
        return done

    def _look_around(self, declared: Stack) -> None:
        filters = labelled(declared.name)
        for word, params in (("secret", declared.secrets), ("config", declared.configs)):
            names = {one["name"] for one in params}
            self._contents += [
                (word, raw)
                for raw in self._client.get(f"/{word}s", filters=filters)
                if (raw["Spec"].get("Labels") or {}).get(NAME, raw["Spec"]["Name"]) not in names
            ]
        names = {one["name"] for one in declared.networks}
        self.networks = [
            raw
            for raw in self._client.get("/networks", filters=filters)
            if raw["Name"] not in names and is_of_swarm(raw)
        ]
