# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that take one object, or many in a list. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused

Spec = t.Dict[str, t.Any]


class OneOrMany(t.NamedTuple):
    """One object whose options a module takes directly, or many of them in a list.

    Attributes:
        one: the argument spec of one, without its name.
        many: the option that takes the list, such as ``services``.
        name: the option that names one.
        naming: what the spec of the name has beside its type, such as ``aliases``.
    """

    one: Spec
    many: str
    name: str = "name"
    naming: Spec = {}  # noqa: RUF012 - never changed

    @property
    def arguments(self) -> Spec:
        """The argument spec of the module."""
        named: Spec = {"type": "str", **self.naming}
        return {
            **self.one,
            self.name: named,
            self.many: {
                "type": "list",
                "elements": "dict",
                "options": {**self.one, self.name: {**named, "required": True}},
                # Ansible takes a list called secrets for a secret; what is one is marked inside.
                "no_log": False,
            },
        }

    @property
    def rules(self) -> Spec:
        """What the module excludes. A call that only goes on waiting names nothing, so ``declared`` requires one of both."""
        return {"mutually_exclusive": [(self.name, self.many)]}

    def declared(self, options: Spec) -> list[Spec]:
        """The options of each object that a task declares, whichever way.

        Raises:
            Refused: neither is there, or an option of one stands beside the list; names the first.
        """
        if options[self.many] is None:
            if options[self.name] is None:
                raise Refused(f"{self.name} is missing: set {self.name} or {self.many}. Nothing was sent.")
            self._check_named(options, self.name)
            return [options]
        for name, argument in self.one.items():
            if options[name] != argument.get("default"):
                raise Refused(
                    f"{name} cannot be combined with {self.many}; set it in each entry. Nothing was sent."
                )
        return self.listed(options[self.many])

    def listed(self, entries: t.Sequence[Spec]) -> list[Spec]:
        """The options of each object of the list.

        Raises:
            Refused: one has no name.
        """
        for number, entry in enumerate(entries):
            self._check_named(entry, f"{self.many}[{number}].{self.name}")
        return list(entries)

    def _check_named(self, one: Spec, where: str) -> None:
        """Refuse a name that is empty, mostly from a variable that is not set: the Engine would make one up."""
        if not (one[self.name] or "").strip():
            raise Refused(f"{where} is empty: give it a name. Nothing was sent.")


def check_once(names: list[str], word: str) -> None:
    """Refuse a list that declares the same object twice.

    Args:
        names: the name of each declared object.
        word: what they are, in the singular.

    Raises:
        Refused: names the first that is.
    """
    first: dict[str, str] = {}
    for name in names:
        # swarmkit keeps names in lower case (manager/state/store).
        known = first.setdefault(name.lower(), name)
        if known != name:
            raise Refused(
                f"{known} and {name} differ in upper and lower case only, and the swarm takes both for the same {word}; "
                "rename one. Nothing was sent."
            )
        if names.count(name) > 1:
            raise Refused(
                f"{name} is declared {names.count(name)} times; declare every {word} once. Nothing was sent."
            )


def check_case(new: t.Iterable[str], existing: t.Iterable[str], word: str) -> None:
    """Refuse a new name that the swarm takes for one that it has: it does not tell ``a`` from ``A`` (seen with 20.10 and 26.1).

    Args:
        new: the names that are to be created.
        existing: the names of all objects of that kind, as far as they are known.
        word: what they are, in the singular.

    Raises:
        Refused: names both.
    """
    known = {name.lower(): name for name in existing}
    for name in new:
        other = known.get(name.lower(), name)
        if other != name:
            raise Refused(
                f"{name} cannot be created: the swarm has the {word} {other}, and to it names that differ only in case are the "
                f"same. Choose another name, or declare {other}. Nothing was sent."
            )
