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
            return [options]
        for name, argument in self.one.items():
            if options[name] != argument.get("default"):
                raise Refused(
                    f"{name} cannot be combined with {self.many}; set it in each entry. Nothing was sent."
                )
        return list(options[self.many])


def check_once(names: list[str], word: str) -> None:
    """Refuse a list that declares the same object twice.

    Args:
        names: the name of each declared object.
        word: what they are, in the singular.

    Raises:
        Refused: names the first that is.
    """
    for name in names:
        if names.count(name) > 1:
            raise Refused(
                f"{name} is declared {names.count(name)} times; declare every {word} once. Nothing was sent."
            )
