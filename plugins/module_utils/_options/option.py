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

from .._engine.api_version import parse_api, show_api
from .._engine.errors import Refused
from . import convert
from .hidden import hide_value
from .texts import check_value


@dataclass(frozen=True)
class ValueType:
    """How values travel between the user, the Engine's JSON and the diff.

    Attributes:
        spec: the part of the argument spec that says the type.
        to_api: from the user's value to the Engine's. Raises ``ValueError`` with the rest of a sentence that
            begins with the option's name.
        show: from the Engine's value to the user's words.
        canonical: one form for all spellings the Engine takes for the same, so that they compare equal (a list whose
            order means nothing, a default that is written out).
        parts: takes a shown value apart by name, so that a diff tells which part changes; ``None`` shows it whole.
        needs: what parts of a converted value need a newer API than the option itself: name and version of each.
        to_send: from the Engine's value as it was read to what every Engine takes in a create request.
        hide: what is shown in place of a value that may be a secret, in the user's form or the Engine's.
        hide_part: the same for one of its ``parts``, from the name of the part and its value.
        write: from the Engine's value to what a user writes for it, where that is not what is shown.
    """

    spec: dict[str, t.Any]
    to_api: t.Callable[[t.Any], t.Any] = lambda value: value
    show: t.Callable[[t.Any], t.Any] = lambda value: value
    canonical: t.Callable[[t.Any], t.Any] = lambda value: value
    parts: t.Callable[[t.Any], dict[str, t.Any]] | None = None
    needs: t.Callable[[t.Any], t.Iterable[tuple[str, str]]] = lambda value: ()
    to_send: t.Callable[[t.Any], t.Any] = lambda value: value
    hide: t.Callable[[t.Any], t.Any] = hide_value
    hide_part: t.Callable[[str, t.Any], t.Any] = lambda _name, value: hide_value(value)
    write: t.Callable[[t.Any], t.Any] | None = None


INT = ValueType({"type": "int"})
BOOL = ValueType({"type": "bool"})
TEXT = ValueType({"type": "str"})
DURATION = ValueType({"type": "raw"}, convert.nanoseconds, convert.duration)


@dataclass(frozen=True)
class Option:
    """One option of a resource.

    Attributes:
        name: the user's word; ``limits.cpus`` is the suboption ``cpus`` of ``limits``.
        path: where it stands in the Engine's JSON.
        type: how its values are converted.
        default: the Engine's default, in the Engine's form: what an option returns to, and what a missing leaf
            means, unless ``missing`` says otherwise.
        lowest_api: the first API version that has it.
        keyed: a dictionary that is owned key by key, not as a whole.
        limits: refuses a converted value by raising ``ValueError``.
        missing: what a missing leaf means where the Engine leaves out a zero that is not the default.
        beside: what an object that is made for this option has to say as well, since the Engine takes a missing field
            of an object for zero, and of a missing object for its default.
        explicit: its default is written out, since the object it stands in has to stay.
        hidden: its values may be secrets: no diff, result, raw spec, repeated argument or log shows them, unless
            ``show_values`` asks for it.
    """

    name: str
    path: tuple[str, ...]
    type: ValueType
    default: t.Any = None
    lowest_api: str = "1.41"
    keyed: bool = False
    limits: t.Callable[[t.Any], None] | None = None
    spec: dict[str, t.Any] = field(default_factory=dict)
    missing: t.Any = None
    beside: dict[str, t.Any] = field(default_factory=dict)
    explicit: bool = False
    hidden: bool = False

    def convert(self, value: t.Any) -> t.Any:
        """What a user wrote, in the Engine's form.

        Raises:
            ValueError: the option cannot have this value; the rest of a sentence that begins with the option's name.
        """
        check_value(value, {**self.type.spec, **self.spec}.get("text", "line"))
        converted = self.type.to_api(value)
        if self.limits:
            self.limits(converted)
        return converted

    def read(self, spec: dict[str, t.Any]) -> t.Any:
        """The option's value in the Engine's JSON, or what it means that it is missing or null."""
        leaf = self._leaf(spec)
        if leaf is not None:
            return leaf
        return self.default if self.missing is None else self.missing

    def shown(self, spec: dict[str, t.Any], show_values: bool = False) -> t.Any:
        """The option's value in the user's words; one that may be a secret is hidden unless it is asked for."""
        value = self.type.show(self.read(spec))
        return value if show_values or not self.hidden else self.type.hide(value)

    def is_in(self, spec: dict[str, t.Any]) -> bool:
        """Whether the Engine's JSON has a value for the option."""
        return self._leaf(spec) is not None

    def _leaf(self, spec: dict[str, t.Any]) -> t.Any:
        at: t.Any = spec
        for step in self.path:
            at = at.get(step) if isinstance(at, dict) else None
        return at

    def write(self, spec: dict[str, t.Any], value: t.Any) -> None:
        """Put a value into the Engine's JSON, making the objects on the way."""
        at = spec
        for depth, step in enumerate(self.path[:-1], start=2):
            if not isinstance(at.get(step), dict):
                at[step] = dict(self.beside) if depth == len(self.path) else {}
            at = at[step]
        at[self.path[-1]] = value

    def clear(self, spec: dict[str, t.Any]) -> None:
        """Bring the option back to its default: out of the Engine's JSON, with the objects that are left empty by it."""
        if self.explicit:
            self.write(spec, self.default)
            return
        objects = [spec]
        for step in self.path[:-1]:
            inner = objects[-1].get(step)
            if not isinstance(inner, dict):
                return
            objects.append(inner)
        objects[-1].pop(self.path[-1], None)
        for depth in range(len(objects) - 1, 0, -1):
            if not objects[depth]:
                del objects[depth - 1][self.path[depth - 1]]

    def same(self, one: t.Any, other: t.Any) -> bool:
        """Whether two values in the Engine's form mean the same."""
        return bool(one == other or self.type.canonical(one) == self.type.canonical(other))

    def as_changes(self, before: t.Any, after: t.Any) -> dict[str, tuple[t.Any, t.Any]]:
        """A change in the user's words: of the option, of its parts, or of its keys where it is owned key by key."""
        shown = self.type.show(before), self.type.show(after)
        parts = dict if self.keyed else self.type.parts
        if parts is None:
            return {self.name: shown}
        old, new = (parts(side) for side in shown)
        return {
            f"{self.name}.{name}": (old.get(name), new.get(name))
            for name in sorted({**old, **new})
            if old.get(name) != new.get(name)
        } or {self.name: shown}


Table = t.Tuple[Option, ...]


def argument_spec(table: Table) -> dict[str, t.Any]:
    """The argument spec of a table; ``hidden`` in it says how a value is hidden (see ``_options/arguments.py``)."""
    spec: dict[str, t.Any] = {}
    for option in table:
        group, _dot, name = option.name.rpartition(".")
        within = spec.setdefault(group, {"type": "dict", "options": {}})["options"] if group else spec
        # Suboptions say themselves which of them are hidden.
        hidden = {"hidden": option.type.hide} if option.hidden and "options" not in option.type.spec else {}
        within[name] = {**option.type.spec, **option.spec, **hidden}
    return spec


def given(params: dict[str, t.Any], name: str) -> t.Any:
    """What the user wrote for an option, ``None`` where it was left out."""
    group, _dot, name = name.rpartition(".")
    within = params.get(group) if group else params
    return within.get(name) if within else None


def declared_values(table: Table, params: dict[str, t.Any]) -> dict[str, t.Any]:
    """What the user declared, in the Engine's form; an option that was left out is not in it.

    Raises:
        Refused: a value cannot be what its option wants.
    """
    found = {}
    for option in table:
        value = given(params, option.name)
        if value is None:
            continue
        try:
            found[option.name] = option.convert(value)
        except ValueError as error:
            raise Refused(f"{option.name}: {error}.") from None
    return found


def needs(table: Table, declared: dict[str, t.Any]) -> list[tuple[str, tuple[int, int]]]:
    """What declared options, and parts of their values, need of an Engine: the name and the API version of each."""
    found = []
    for option in table:
        if option.name in declared:
            found.append((option.name, parse_api(option.lowest_api)))
            found += [(name, parse_api(lowest)) for name, lowest in option.type.needs(declared[option.name])]
    return found


def check_versions(table: Table, declared: dict[str, t.Any], api: tuple[int, int], where: str) -> None:
    """Refuse options the Engine would silently ignore.

    Args:
        declared: option name to value in the Engine's form.

    Raises:
        Refused: names the first option that is too new.
    """
    for name, lowest in needs(table, declared):
        if lowest > api:
            raise Refused(
                f"{name} needs API {show_api(lowest)}, but the Engine at {where} speaks {show_api(api)}; "
                "upgrade it or leave the option out."
            )
