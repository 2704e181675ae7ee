# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables: filled into texts, and read from env files. PRIVATE to the collection. Pure.

In texts: ``$V ${V} ${V-d} ${V:-d} ${V?e} ${V:?e} ${V+r} ${V:+r}``, defaults with variables of their own, and ``$$``. In env
files: ``NAME=value`` lines with quotes, comments and ``export``. No message shows the text around a variable or a value of an
env file, since either may be a secret.
"""

from __future__ import annotations

import re
import typing as t
from collections import ChainMap

from ...module_utils._engine.errors import Refused

# Characters of one text, and of all values of an env file, once their variables are filled in.
_LONGEST_TEXT, _LONGEST_FILE = 1 << 20, 8 << 20
# How deep variables may stand in each other's defaults.
_DEEPEST = 20
_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-?+]")
_LINE_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-\[\]]*)[ \t]*")
_ESCAPED = re.compile(r"\\([nrtf\"\\$])")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}

#: Called with the name of each variable that a text uses and that is not set.
Unset = t.Callable[[str], None]
#: The variables of an env file; a name without a value has ``None``.
EnvFile = dict[str, str | None]


class Malformed(ValueError):
    """A dollar sign begins no variable; the message goes on after the path of the value."""


class Missing(ValueError):
    """A required variable is not set; the message goes on after the path of the value."""


def fill(text: str, variables: t.Mapping[str, str], unset: Unset, lenient: bool = False) -> str:
    """The text with its variables filled in.

    Args:
        unset: called for each variable that is not set and has no default; such a variable is the empty text.
        lenient: keep a dollar sign that begins no variable instead of refusing it.

    Raises:
        Malformed: a dollar sign begins no variable.
        Missing: a required variable is not set.
    """
    return _Text(text, variables, unset, lenient).filled("")[0]


class _Text:
    def __init__(self, text: str, variables: t.Mapping[str, str], unset: Unset, lenient: bool) -> None:
        self._text = text
        self._variables = variables
        self._unset = unset
        self._lenient = lenient
        self._depth = 0

    def filled(self, end: str, at: int = 0) -> tuple[str, int]:
        """The text from a position up to a character, filled in, and the position of that character."""
        parts, length = [], 0
        while at < len(self._text) and (not end or self._text[at] != end):
            if self._text[at] == "$":
                part, at = self._variable(at + 1)
            else:
                part, at = self._text[at], at + 1
            parts.append(part)
            length += len(part)
            if length > _LONGEST_TEXT:
                raise Malformed(
                    f"has more than {_LONGEST_TEXT:,} characters once its variables are filled in"
                )
        return "".join(parts), at

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
        # The end of the word behind the operator has to be known even where the word is not used. Variables that only
        # such a word names are not reported as unset, so they are skipped and not filled in.
        word_at = operator.end() if operator else at
        end = self._closing_brace(word_at)
        if not operator:
            if end != at:
                raise Malformed(
                    f"has ${{{name} with an unknown operator behind the name; write $$ for a dollar sign"
                )
            return self._value(name), end + 1
        return self._operated(name, operator[0], word_at), end + 1

    def _operated(self, name: str, operator: str, word_at: int) -> str:
        value = self._variables.get(name)
        is_set = value is not None and (bool(value) or ":" not in operator)
        if operator.endswith("+"):
            return self._word(word_at) if is_set else ""
        if is_set:
            return t.cast(str, value)
        word = self._word(word_at)
        if operator.endswith("?"):
            raise Missing(f"needs the variable {name}: {word or 'it is not set'}")
        return word

    def _word(self, at: int) -> str:
        """The word behind an operator, filled in."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Malformed(f"has more than {_DEEPEST} variables in each other's defaults")
        word = self.filled("}", at)[0]
        self._depth -= 1
        return word

    def _closing_brace(self, at: int) -> int:
        """The position of the closing brace, past those of variables inside."""
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


def read_env_file(content: bytes, file: str, known: t.Mapping[str, str], unset: Unset) -> EnvFile:
    """The variables of an env file, in their order.

    Args:
        file: the file's name in errors.
        known: variables that values may use, beside those of earlier lines.
        unset: called for each variable that a value uses and that is not set.

    Raises:
        Refused: a line sets no variable, or a quote is not closed; names the line.
    """
    return _EnvFile(_decoded(content, file), file, known, unset).read()


def read_raw_env_file(content: bytes, file: str) -> EnvFile:
    """The variables of an env file in the format ``raw``: all that is behind the ``=`` is the value.

    Raises:
        Refused: a line has no name; names the line.
    """
    variables: EnvFile = {}
    for number, line in enumerate(_decoded(content, file).split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not name.strip():
            raise Refused(f"{file} line {number} has no name before the =.")
        variables[name.strip()] = value if equals else None
    return variables


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8.") from None


class _EnvFile:
    def __init__(self, text: str, file: str, known: t.Mapping[str, str], unset: Unset) -> None:
        self._text = text
        self._file = file
        self._unset = unset
        self._variables: EnvFile = {}
        #: Those that have a value, behind the known ones.
        self._earlier: dict[str, str] = {}
        self._known = ChainMap(t.cast("dict[str, str]", known), self._earlier)
        self._length = 0

    def read(self) -> EnvFile:
        at = 0
        while at < len(self._text):
            end = self._line_end(at)
            line = self._text[at:end].strip()
            at = end + 1 if not line or line.startswith("#") else self._variable(at)
        return self._variables

    def _variable(self, at: int) -> int:
        """Read one variable; returns the position of the next line."""
        name = _LINE_NAME.match(self._text, at)
        if not name:
            raise self._wrong(at, "is not like NAME=value")
        at = name.end()
        sign = self._text[at : at + 1]
        if sign in ("", "\n", "#"):
            self._variables[name[1]] = None
            self._earlier.pop(name[1], None)
            return self._line_end(at) + 1
        if sign not in "=:":
            raise self._wrong(at, "is not like NAME=value")
        at += 1
        while self._text[at : at + 1] in (" ", "\t"):
            at += 1
        if self._text[at : at + 1] in ("'", '"'):
            value, at = self._quoted(at)
            self._set(name[1], value)
            return at
        end = self._line_end(at)
        value = re.split(r"(?:^|[ \t])#", self._text[at:end], maxsplit=1)[0].rstrip()
        self._set(name[1], self._filled(value, at))
        return end + 1

    def _set(self, name: str, value: str) -> None:
        self._variables[name] = self._earlier[name] = value
        self._length += len(value)
        if self._length > _LONGEST_FILE:
            raise Refused(
                f"{self._file} has more than {_LONGEST_FILE:,} characters once its variables are filled in."
            )

    def _quoted(self, at: int) -> tuple[str, int]:
        quote, end = self._text[at], at + 1
        while self._text[end : end + 1] not in ("", quote):
            # In double quotes, a backslash escapes the next character.
            end += 2 if self._text[end] == "\\" and quote == '"' else 1
        if end >= len(self._text):
            raise self._wrong(at, f"begins a value with {quote} and does not close it")
        rest = self._text[end + 1 : self._line_end(end)].strip()
        if rest and not rest.startswith("#"):
            raise self._wrong(end, "goes on after the closing quote")
        value = self._text[at + 1 : end]
        if quote == '"':
            # An escaped dollar sign begins no variable; the doubled sign keeps it one character through the filling.
            kept = _ESCAPED.sub(lambda escape: "$$" if escape[1] == "$" else escape[0], value)
            filled = self._filled(kept, at)
            value = _ESCAPED.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), filled)
        return value, self._line_end(end) + 1

    def _filled(self, value: str, at: int) -> str:
        try:
            return fill(value, self._known, self._unset, lenient=True)
        except (Malformed, Missing) as error:
            raise self._wrong(at, str(error)) from None

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _wrong(self, at: int, rest: str) -> Refused:
        return Refused(f"{self._file} line {self._text.count(chr(10), 0, at) + 1} {rest}.")
