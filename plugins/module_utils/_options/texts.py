# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no option can have, whatever it is called: control characters, endless texts, lists of the wrong thing. PRIVATE. Pure.

An argument spec says in ``text`` what its texts may hold: ``line`` (the default) no control character, ``lines`` all of
them but NUL, which ends a text in the kernel, and ``any`` everything, as the data of a secret may. It says in ``limits`` what
numbers it takes (see ``value_types.py``). No sentence repeats a value, since it may be a secret.
"""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import Refused
from .arguments import hides_anything
from .convert import kind_of, quoted

Spec = t.Dict[str, t.Any]

_CONTROL = {"line": re.compile("[\x00-\x1f\x7f]"), "lines": re.compile("\x00")}
# A line is a name, an address, a path: no path is longer (PATH_MAX). The swarm stores an object in one transaction of at most
# 1.5 MiB (swarmkit manager/state/store).
_LONGEST = {"line": 4096, "lines": 1024 * 1024}
# No number and no choice is longer.
_LONGEST_WORD = 64
_KINDS = ((str, "a text"), (bool, "a yes or no"), ((int, float), "a number"), (list, "a list"))


def check_value(value: t.Any, kind: str = "line") -> None:
    """Refuse texts that the Engine or the kernel cannot have, at any depth of a value.

    Args:
        value: as a user wrote it.
        kind: ``line``, ``lines`` or ``any``.

    Raises:
        ValueError: the rest of a sentence that begins with the option's name; it names the entry.
    """
    if kind == "any":
        return
    for where, text, is_key in _texts("", value):
        found = _CONTROL["line" if is_key else kind].search(text)
        entry = f"{where} " if where else ""
        if found:
            raise ValueError(
                f"{entry}holds the control character U+{ord(found.group()):04X}, which the Engine cannot be given: remove it"
            )
        longest = _LONGEST["line" if is_key else kind]
        if len(text) > longest:
            raise ValueError(
                f"{entry}has {len(text)} characters, and at most {longest} are of use: shorten it"
            )


def check_options(arguments: Spec, options: Spec, where: str = "") -> None:
    """Refuse values that no option can have, and numbers outside of the limits that the argument spec names.

    Args:
        arguments: the argument spec.
        options: what was given, as Ansible has checked it.
        where: the option that they belong to, with a dot at its end.

    Raises:
        Refused: names the option and the entry.
    """
    for name, argument in arguments.items():
        value = options.get(name)
        if value is None or name.startswith("_"):
            continue
        if argument.get("options"):
            for at, entry in _entries(where + name, value):
                check_options(argument["options"], entry, f"{at}.")
            continue
        try:
            check_value(value, argument.get("text", "line"))
            if "limits" in argument:
                argument["limits"](value)
        except ValueError as error:
            raise Refused(f"{where}{name}: {error}. Nothing was sent.") from None


def wrong_value(arguments: Spec, options: Spec, where: str = "") -> str | None:
    """A sentence about the first value that Ansible itself cannot refuse well, before it checks the options.

    It names no option where a list of dictionaries holds anything else, and repeats whatever is no number, all of it.

    Args:
        arguments: the argument spec.
        options: what was given, as it was given.
        where: the option that they belong to, with a dot at its end.
    """
    for name, argument in arguments.items():
        given = (options.get(word) for word in (name, *argument.get("aliases", ())))
        value = next((one for one in given if one is not None), None)
        if value is None or name.startswith("_"):
            continue
        at = where + name
        if hides_anything({name: argument}) and (problem := _wrong_pairs(argument, at, value)):
            return problem
        if argument.get("options"):
            problem = next(
                filter(None, (_wrong_entry(argument, *each) for each in _entries(at, value))), None
            )
        else:
            each = (
                _chosen(at, value)
                if argument.get("type") == "list" and argument.get("choices")
                else [(at, value)]
            )
            problem = next(filter(None, (_wrong_scalar(argument, *one) for one in each)), None)
        if problem:
            return problem
    return None


def _wrong_pairs(argument: Spec, at: str, value: t.Any) -> str | None:
    """A sentence about a text of NAME=value in place of a dictionary that may hold a secret.

    Ansible would make a dictionary of it. Names are shown everywhere, and of a secret with a ``=`` in it, as Base64 has, a part
    would be one.
    """
    if "dict" not in (argument.get("type"), argument.get("elements")):
        return None
    wrong = (where for where, entry in _entries(at, value) if _is_pairs(entry) and not entry.startswith("{"))
    where = next(wrong, None)
    names = f" with {', '.join(argument['options'])}" if argument.get("options") else ""
    return f"{where} is a text, not a dictionary{names}. Nothing was sent." if where else None


def _wrong_entry(argument: Spec, at: str, entry: t.Any) -> str | None:
    if isinstance(entry, dict):
        return _unknown(argument["options"], at, entry) or wrong_value(argument["options"], entry, f"{at}.")
    if _is_pairs(entry):
        return None
    kind = next((word for type_, word in _KINDS if isinstance(entry, type_)), "nothing")
    return f"{at} is {kind}, not a dictionary with {', '.join(argument['options'])}. Nothing was sent."


def _unknown(arguments: Spec, at: str, entry: Spec) -> str | None:
    """A sentence about a key that is misspelt: of many entries, Ansible does not say which one has it."""
    known = {word for name, argument in arguments.items() for word in (name, *argument.get("aliases", ()))}
    key = next((key for key in entry if key not in known), None)
    if key is None:
        return None
    # Imported where it is used: hardly another import takes a host longer.
    import difflib

    similar = difflib.get_close_matches(str(key)[:_LONGEST_WORD], sorted(known), 1)
    name = entry.get("name")
    whose = (
        f" ({name})" if isinstance(name, str) and len(name) <= _LONGEST_WORD and name.isprintable() else ""
    )
    hint = f"; did you mean {similar[0]}?" if similar else "."
    return f"{at}{whose} has no option {quoted(key)}{hint} Nothing was sent."


def _wrong_scalar(argument: Spec, at: str, value: t.Any) -> str | None:
    if argument.get("type") in ("int", "float", "bool") or argument.get("choices"):
        if isinstance(value, str) and len(value) > _LONGEST_WORD:
            return f"{at} is a text of {len(value)} characters, not {_wanted(argument)}. Nothing was sent."
        if isinstance(value, (list, dict)):
            kind = "a list" if isinstance(value, list) else "a dictionary"
            return f"{at} is {kind}, not {_wanted(argument)}. Nothing was sent."
    try:
        check_value(value, argument.get("text", "line"))
    except ValueError as error:
        return f"{at}: {error}. Nothing was sent."
    return _no_text(argument, at, value)


def _no_text(argument: Spec, at: str, value: t.Any) -> str | None:
    """A sentence about what Ansible would write out as a text: a list becomes ``['a']``, and a yes the word ``True``."""
    if argument.get("text") == "any":
        return None
    texts = [(at, value)] if argument.get("type", "str") == "str" and not argument.get("choices") else []
    if argument.get("elements") == "str" and isinstance(value, list):
        texts = _entries(at, value)
    for where, text in texts:
        if text is None or isinstance(text, (bool, list, dict)):
            quotes = ": put it in quotes" if isinstance(text, bool) else ""
            return f"{where} is {kind_of(text)}, not a text{quotes}. Nothing was sent."
    return None


def _wanted(argument: Spec) -> str:
    if argument.get("choices"):
        return f"one of {', '.join(map(str, argument['choices']))}"
    return {"int": "a whole number", "float": "a number", "bool": "a yes or no"}[argument["type"]]


def _entries(name: str, value: t.Any) -> list[tuple[str, t.Any]]:
    if isinstance(value, list):
        return [(f"{name}[{number}]", entry) for number, entry in enumerate(value)]
    return [(name, value)]


def _chosen(name: str, value: t.Any) -> list[tuple[str, t.Any]]:
    """The entries of a list of choices, which may be a text with commas."""
    return _entries(name, value.split(",") if isinstance(value, str) else value)


def _is_pairs(value: t.Any) -> bool:
    """Whether Ansible makes a dictionary of it: JSON, or ``key=value``."""
    return isinstance(value, str) and (value.startswith("{") or "=" in value)


def _texts(where: str, value: t.Any) -> t.Iterator[tuple[str, str, bool]]:
    """Each text in a value, with where it stands and whether it is a key."""
    if isinstance(value, str):
        yield where, value, False
    elif isinstance(value, dict):
        for key, inner in value.items():
            name = f"entry {str(key)[:60]!r}"
            yield name, str(key), True
            yield from _texts(name, inner)
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value, start=1):
            yield from _texts(f"entry {number}", inner)
