# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as data. PRIVATE to the collection. Pure.

A resource describes each of its options once, in a table of ``Option``. The argument spec, the conversion, the
version gate, the plan and the diff are all read from that table, so adding an option is adding a row.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import _convert as convert
from ._api_version import parse_api, show_api
from ._errors import Refused


@dataclass(frozen=True)
class Kind:
    """How values of a kind travel between the user, the Engine's JSON and the diff.

    Attributes:
        spec: the part of the argument spec that says the type.
        to_api: from the user's value to the Engine's. Raises ``ValueError`` with the rest of a sentence that
            begins with the option's name.
        show: from the Engine's value to the user's words.
    """

    spec: dict[str, t.Any]
    to_api: t.Callable[[t.Any], t.Any] = lambda value: value
    show: t.Callable[[t.Any], t.Any] = lambda value: value


INT = Kind({"type": "int"})
BOOL = Kind({"type": "bool"})
TEXT = Kind({"type": "str"})
DURATION = Kind({"type": "raw"}, convert.nanoseconds, convert.duration)
LABELS = Kind({"type": "dict"}, convert.labels)


@dataclass(frozen=True)
class Option:
    """One option of a resource.

    Attributes:
        name: the user's word.
        path: where it stands in the Engine's JSON.
        kind: how its values are converted.
        default: the Engine's default, in the Engine's form: what an option returns to, and what a missing leaf
            means, unless ``missing`` says otherwise.
        lowest_api: the first API version that has it.
        keyed: a dictionary that is owned key by key.
        limits: refuses a converted value by raising ``ValueError``.
        missing: what a missing leaf means where the Engine leaves out a zero that is not the default.
    """

    name: str
    path: tuple[str, ...]
    kind: Kind
    default: t.Any = None
    lowest_api: str = "1.41"
    keyed: bool = False
    limits: t.Callable[[t.Any], None] | None = None
    spec: dict[str, t.Any] = field(default_factory=dict)
    missing: t.Any = None

    def read(self, spec: dict[str, t.Any]) -> t.Any:
        """The option's value in the Engine's JSON, or what it means that it is missing or null."""
        at: t.Any = spec
        for step in self.path:
            at = at.get(step) if isinstance(at, dict) else None
        if at is not None:
            return at
        return self.default if self.missing is None else self.missing

    def write(self, spec: dict[str, t.Any], value: t.Any) -> None:
        """Put a value into the Engine's JSON, making the objects on the way."""
        at = spec
        for step in self.path[:-1]:
            if not isinstance(at.get(step), dict):
                at[step] = {}
            at = at[step]
        at[self.path[-1]] = value


Table = t.Tuple[Option, ...]


def argument_spec(table: Table) -> dict[str, t.Any]:
    """The Ansible argument spec of a table."""
    return {option.name: {**option.kind.spec, **option.spec} for option in table}


def declared(table: Table, params: dict[str, t.Any]) -> dict[str, t.Any]:
    """What the user declared, in the Engine's form; an option that was left out is not in it.

    Raises:
        Refused: a value cannot be what its option wants.
    """
    found = {}
    for option in table:
        value = params.get(option.name)
        if value is None:
            continue
        try:
            converted = option.kind.to_api(value)
            if option.limits:
                option.limits(converted)
        except ValueError as error:
            raise Refused(f"{option.name}: {error}.") from None
        found[option.name] = converted
    return found


def check_versions(table: Table, names: t.Iterable[str], api: tuple[int, int], where: str) -> None:
    """Refuse options the Engine would silently ignore.

    Raises:
        Refused: names the first option that is too new.
    """
    for option in table:
        if option.name in names and parse_api(option.lowest_api) > api:
            raise Refused(
                f"{option.name} needs API {option.lowest_api}, but the Engine at {where} speaks {show_api(api)}; "
                "upgrade it or leave the option out."
            )
