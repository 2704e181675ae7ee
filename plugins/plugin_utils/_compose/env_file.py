# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with environment variables, as Compose reads them. PRIVATE to the collection. Pure.

``KEY=value`` a line, with quotes, comments and ``export``. A key alone has the value ``None``. Messages never show a
value, since it may be a secret.
"""

from __future__ import annotations

import re
import typing as t

from ...module_utils._engine.errors import Refused
from .interpolate import Malformed, Missing, Unset, interpolate

_KEY = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-\[\]]*)[ \t]*")
_ESCAPED = re.compile(r"\\([nrtf\"\\$])")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}

Variables = dict[str, str | None]


def text_in(content: bytes, file: str) -> str:
    """The text of a file.

    Raises:
        Refused: it is none.
    """
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refused(f"{file} is not text in UTF-8.") from None


def env_file(content: bytes, file: str, known: t.Mapping[str, str], unset: Unset) -> Variables:
    """The variables in a file, in its order.

    Args:
        file: how the file is called in errors.
        known: variables that values may use, beside those that stand before them in the file.
        unset: is told of each variable that a value uses and that nobody sets.

    Raises:
        Refused: a line is no variable, or a quote has no end; names the line.
    """
    return _Lines(text_in(content, file), file, known, unset).read()


def raw_env_file(content: bytes, file: str) -> Variables:
    """The variables in a file of the format ``raw``: what stands behind the ``=`` is the value as it is.

    Raises:
        Refused: a line is no variable; names the line.
    """
    found: Variables = {}
    for number, line in enumerate(text_in(content, file).split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not name.strip():
            raise Refused(f"{file} line {number} has no name before the =.")
        found[name.strip()] = value if equals else None
    return found


class _Lines:
    def __init__(self, text: str, file: str, known: t.Mapping[str, str], unset: Unset) -> None:
        self._text = text
        self._file = file
        self._known = known
        self._unset = unset
        self._found: Variables = {}

    def read(self) -> Variables:
        at = 0
        while at < len(self._text):
            end = self._line_end(at)
            line = self._text[at:end].strip()
            at = end + 1 if not line or line.startswith("#") else self._variable(at)
        return self._found

    def _variable(self, at: int) -> int:
        """Read one variable and return where the next line begins."""
        key = _KEY.match(self._text, at)
        if not key:
            raise self._wrong(at, "is not like NAME=value")
        at = key.end()
        sign = self._text[at : at + 1]
        if sign in ("", "\n", "#"):
            self._found[key[1]] = None
            return self._line_end(at) + 1
        if sign not in "=:":
            raise self._wrong(at, "is not like NAME=value")
        at += 1
        while self._text[at : at + 1] in (" ", "\t"):
            at += 1
        if self._text[at : at + 1] in ("'", '"'):
            self._found[key[1]], at = self._quoted(at)
            return at
        end = self._line_end(at)
        value = re.split(r"(?:^|[ \t])#", self._text[at:end], maxsplit=1)[0].rstrip()
        self._found[key[1]] = self._filled(value, at)
        return end + 1

    def _quoted(self, at: int) -> tuple[str, int]:
        quote, end = self._text[at], at + 1
        while self._text[end : end + 1] not in ("", quote):
            # A backslash in double quotes hides what follows it.
            end += 2 if self._text[end] == "\\" and quote == '"' else 1
        if end >= len(self._text):
            raise self._wrong(at, f"begins a value with {quote} that never ends")
        rest = self._text[end + 1 : self._line_end(end)].strip()
        if rest and not rest.startswith("#"):
            raise self._wrong(end, "goes on after the closing quote")
        value = self._text[at + 1 : end]
        if quote == '"':
            hidden = _ESCAPED.sub(lambda found: "$$" if found[1] == "$" else found[0], value)
            filled = self._filled(hidden, at)
            value = _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), filled)
        return value, self._line_end(end) + 1

    def _filled(self, value: str, at: int) -> str:
        earlier = {name: text for name, text in self._found.items() if text is not None}
        try:
            return interpolate(value, {**earlier, **self._known}, self._unset, lenient=True)
        except (Malformed, Missing) as error:
            raise self._wrong(at, str(error)) from None

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _wrong(self, at: int, rest: str) -> Refused:
        return Refused(f"{self._file} line {self._text.count(chr(10), 0, at) + 1} {rest}.")
