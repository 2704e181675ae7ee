# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What belongs to stacks and is declared no longer, or not at all. PRIVATE to the collection."""

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
from .options import in_stack, stack_of

Raw = t.Dict[str, t.Any]

# What services refer to is removed after them, and a network is released last.
_WORDS = ("service", "secret", "config", "network")


class Left(t.NamedTuple):
    """An object of a stack that the stack does not declare.

    Attributes:
        word: ``service``, ``network``, ``secret`` or ``config``.
        id, name: its own.
        stack: the stack to which it belongs.
    """

    word: str
    id: str
    name: str
    stack: DeclaredStack

    @property
    def leaves(self) -> bool:
        """Whether it is removed."""
        return self.stack.prune != "none"

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        removed = f"{self.word} {self.name}: removed"
        return (
            f"{removed}, since the stack does not declare it any longer" if self.stack.is_present else removed
        )


class Undeclared:
    """What the swarm has of stacks beside what is declared.

    Args:
        client: a manager's Engine.
        stacks: the stacks; of one that is to be absent, everything is found that none of the others declares. One without a
            name has what is declared beside all stacks.
    """

    def __init__(self, client: Client, stacks: t.Sequence[DeclaredStack]) -> None:
        self._client = client
        self._stacks = {stack.name: stack for stack in stacks if stack.name}
        self._pruned = {name: stack for name, stack in self._stacks.items() if stack.prune == "all"}
        self._declared = {
            word: {one["name"] for stack in stacks for one in getattr(stack, f"{word}s")} for word in _WORDS
        }
        self.objects: list[Left] = []
        for word in _WORDS:
            self.objects += self._read(word)

    def names(self) -> dict[str, list[str]]:
        """The names of all of it, by kind."""
        return {
            f"{word}s": sorted(one.name for one in self.objects if one.word == word)
            for word in ("service", "network", "secret", "config")
        }

    def leaving(self) -> list[Left]:
        """What is removed, in this order."""
        return [one for one in self.objects if one.leaves]

    def remove_services(self, done: list[str]) -> list[Rollout]:
        """Remove the services that leave, and return what to wait for until their tasks are gone.

        Args:
            done: gets a sentence for each.
        """
        rollouts = []
        for one in self.leaving():
            if one.word == "service":
                with step(done, one.sentence):
                    rollouts.append(remove_service(self._client, one.id, one.name))
        return rollouts

    def removals(self) -> list[Removal]:
        """Secrets, configs and networks that leave, to be removed once the services' tasks are gone.

        An object that a service of another stack uses stays, with a warning.
        """
        return [
            Removal(
                one.word, one.id, one.name, f"{one.word} {one.name}: removed", f"{one.word} {one.name} stays"
            )
            for one in self.leaving()
            if one.word != "service"
        ]

    def _read(self, word: str) -> list[Left]:
        """What is not declared of one kind; other kinds than services are read only where all is pruned."""
        stacks = self._stacks if word == "service" else self._pruned
        if not stacks:
            return []
        only = next(iter(stacks)) if len(stacks) == 1 else None
        found = [
            Left(word, _id(raw), _name(raw), stack)
            for raw in self._client.get(f"/{word}s", filters=in_stack(only))
            for stack in [stacks.get(stack_of(raw) or "")]
            if stack and self._is_undeclared(word, raw)
        ]
        return sorted(found, key=lambda one: one.name)

    def _is_undeclared(self, word: str, raw: Raw) -> bool:
        if word == "network" and not is_of_swarm(raw):
            return False
        # A version belongs to the secret or config that its label names.
        name = _name(raw) if word in ("service", "network") else declared_name(raw) or _name(raw)
        return name not in self._declared[word]


def _id(raw: Raw) -> str:
    return str(raw["ID"] if "ID" in raw else raw["Id"])


def _name(raw: Raw) -> str:
    return str(raw.get("Spec", raw)["Name"])
