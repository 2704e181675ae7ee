# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables in a Compose file's values. PRIVATE to the collection. Pure.

``$V ${V} ${V-d} ${V:-d} ${V?e} ${V:?e} ${V+r} ${V:+r}``, defaults with variables of their own, and ``$$``. Messages
never show the text around a variable, since it may be a secret.
"""

from __future__ import annotations

import re
import typing as t

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-?+]")

Unset = t.Callable[[str], None]


class Malformed(ValueError):
    """A dollar sign that begins no variable; the message goes on after the value's place."""


class Missing(ValueError):
    """A variable that has to be set is not; the message goes on after the value's place."""


def interpolate(text: str, variables: t.Mapping[str, str], unset: Unset, lenient: bool = False) -> str:
    """The text with its variables filled in.

    Args:
        unset: is told of each variable that is not set and has no default; it becomes empty text.
        lenient: leaves a dollar sign that begins no variable as it is, instead of refusing it.

    Raises:
        Malformed: a dollar sign begins no variable.
        Missing: a variable that has to be set is not.
    """
    return _Text(text, variables, unset, lenient).upto("")[0]


class _Text:
    def __init__(self, text: str, variables: t.Mapping[str, str], unset: Unset, lenient: bool) -> None:
        self._text = text
        self._variables = variables
        self._unset = unset
        self._lenient = lenient

    def upto(self, end: str, at: int = 0) -> tuple[str, int]:
        """What stands there up to a character, filled in, and where it ends."""
        made = []
        while at < len(self._text) and (not end or self._text[at] != end):
            if self._text[at] == "$":
                part, at = self._variable(at + 1)
                made.append(part)
            else:
                made.append(self._text[at])
                at += 1
        return "".join(made), at

    def _variable(self, at: int) -> tuple[str, int]:
        if self._text[at : at + 1] == "$":
            return "$", at + 1
        plain = _NAME.match(self._text, at)
        if plain:
            return self._value(plain[0]), plain.end()
        braced = _NAME.match(self._text, at + 1) if self._text[at : at + 1] == "{" else None
        if not braced:
            if self._lenient:
                return "$", at
            raise Malformed("has a $ that begins no variable; write $$ for a dollar sign")
        return self._braced(braced[0], braced.end())

    def _braced(self, name: str, at: int) -> tuple[str, int]:
        operator = _OPERATOR.match(self._text, at)
        # The word behind the operator is read even where it is not needed, to find its end; what it does not set
        # must not be told then.
        word_at = operator.end() if operator else at
        quiet = _Text(self._text, self._variables, _nobody, lenient=self._lenient)
        end = quiet._end(word_at)
        if not operator:
            if end != at:
                raise Malformed(f"has ${{{name} followed by what is no operator; write $$ for a dollar sign")
            return self._value(name), end + 1
        return self._operated(name, operator[0], word_at), end + 1

    def _operated(self, name: str, operator: str, word_at: int) -> str:
        value = self._variables.get(name)
        there = value is not None and (bool(value) or ":" not in operator)
        if operator.endswith("+"):
            return self.upto("}", word_at)[0] if there else ""
        if there:
            return t.cast("str", value)
        word = self.upto("}", word_at)[0]
        if operator.endswith("?"):
            raise Missing(f"needs the variable {name}: {word or 'it is not set'}")
        return word

    def _end(self, at: int) -> int:
        """Where the closing brace stands, past those of variables within."""
        depth = 1
        while at < len(self._text):
            if self._text.startswith("$$", at):
                at += 1
            elif self._text.startswith("${", at):
                depth, at = depth + 1, at + 1
            elif self._text[at] == "}":
                depth -= 1
                if not depth:
                    return at
            at += 1
        raise Malformed("has a ${ without its }; write $$ for a dollar sign")

    def _value(self, name: str) -> str:
        if name not in self._variables:
            self._unset(name)
        return self._variables.get(name, "")


def _nobody(_name: str) -> None:
    """Tell nobody."""
