# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that hardly any option can have, made for every option of an argument spec, at any depth."""

from __future__ import annotations

import typing as t

Raw = dict[str, t.Any]

NUL, CONTROL, HUGE = "a\0b", "a\x1b[31mb", "x" * (1024 * 1024 + 1)


class Bad(t.NamedTuple):
    """One bad value.

    Attributes:
        option: the name of the option.
        kind: what is wrong: one of the keys of ``_BAD``.
        given: the options of the task.
        must_fail: no module may take it.
    """

    option: str
    kind: str
    given: Raw
    must_fail: bool


def _is_text(argument: Raw) -> bool:
    return argument.get("type", "str") in ("str", "path", "raw") and not argument.get("choices")


def _values(argument: Raw) -> t.Iterator[tuple[str, t.Any, bool]]:
    """The kind of each bad value, the value, and whether no module may take it."""
    kind, text = argument.get("type", "str"), argument.get("text", "line")
    elements, inner = argument.get("elements", "str"), argument.get("options")
    scalar = kind in ("int", "float", "bool") or bool(argument.get("choices"))
    yield "null", None, False
    yield "empty", "", scalar
    yield "negative", -3, False
    yield "huge number", 10**30, bool(argument.get("choices"))
    yield "digits", "9" * 5000, scalar
    yield "unit", "10 parsecs", scalar
    yield "list", ["a", {"b": [None]}], scalar or kind == "dict"
    yield "yes or no", True, False
    if kind == "list" and (elements in ("dict", "int") or inner):
        for wrong in ("text", "a:b:c", "5304:53", 5, True, ["x"]):
            yield "wrong entry", [wrong], elements == "dict" or not isinstance(wrong, (int, bool))
    if kind == "list":
        one = {key: plausible(part) for key, part in (inner or {}).items() if part.get("required")}
        entry = one if inner else {"dict": {"key": "value"}, "int": 1}.get(elements, "good")
        yield "twice", [entry, entry], False
    if inner:
        yield "unknown key", [{"no_such_key": 1}] if kind == "list" else {"no_such_key": 1}, True
    for what, bad in (("NUL", NUL), ("control", CONTROL), ("long", HUGE)):
        sure = text == "line" or (text == "lines" and what in ("NUL", "long"))
        if inner:
            continue
        if kind == "dict":
            yield f"{what} in a value", {"key": bad}, sure
            yield f"{what} in a key", {bad: "value"}, text != "any"
        elif kind == "list":
            yield f"{what} in an entry", ["good", bad], sure
        else:
            yield what, bad, sure or scalar


def bad_values(spec: Raw) -> t.Iterator[Bad]:
    """Every bad value of every option.

    Args:
        spec: an argument spec, with our own words in it.
    """
    for name, argument in spec.items():
        if name.startswith("_"):
            continue
        for kind, value, must_fail in _values(argument):
            yield Bad(name, kind, {name: value}, must_fail)
        inner = argument.get("options") or {}
        needed = {key: plausible(one) for key, one in inner.items() if one.get("required")}
        for deep in bad_values(inner):
            value = {**needed, **deep.given}
            yield deep._replace(given={name: [value] if argument["type"] == "list" else value})


def plausible(argument: Raw) -> t.Any:
    """A value that an option may have."""
    if argument.get("choices"):
        return argument["choices"][0]
    return {"int": 1, "list": []}.get(argument.get("type", "str"), "xy")
