# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A value of a Compose file that knows where it stands. PRIVATE to the collection. Pure.

Whoever reads it says what it should be, and the sentence that refuses it names the file and the path.
"""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass

from ...module_utils._engine.errors import Refused
from ...module_utils._options import convert
from .notes import Notes

Path = tuple[str | int, ...]

_TRUE, _FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


class Origins:
    """Which file each part of the merged document comes from: that of the nearest path above it."""

    def __init__(self, file: str) -> None:
        self._files: dict[Path, str] = {(): file}

    def file(self, path: Path) -> str:
        """The file a path comes from."""
        return next(self._files[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self._files)

    def adopt(self, path: Path, other: Origins, there: Path) -> None:
        """Take over what another document says of a path of its own."""
        for known in [known for known in self._files if known[: len(path)] == path]:
            del self._files[known]
        self._files[path] = other.file(there)
        for known, file in list(other._files.items()):
            if known[: len(there)] == there:
                self._files[path + known[len(there) :]] = file


def path_text(path: Path) -> str:
    """A path as users write it: ``services.web.ports[0]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def text_of(value: t.Any) -> str:
    """A scalar as Compose makes text of it: YAML's ``true`` is ``true``, and 1.0 is ``1``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if isinstance(value, float) and not math.isfinite(value):
        return {"inf": "+Inf", "-inf": "-Inf"}.get(str(value), "NaN")
    return str(value)


@dataclass(frozen=True)
class Node:
    """A value with its place.

    Attributes:
        value: what YAML made of it.
        path: where it stands in the document.
        origins: which file it comes from.
        notes: where warnings go.
    """

    value: t.Any
    path: Path
    origins: Origins
    notes: Notes

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.origins.file(self.path)

    @property
    def where(self) -> str:
        """File and path."""
        return f"{self.file}: {path_text(self.path)}" if self.path else self.file

    def wrong(self, rest: str) -> Refused:
        """The error for a sentence that begins with file and path."""
        return Refused(f"{self.where} {rest}.")

    def warn(self, rest: str) -> None:
        """Remember a sentence that begins with file and path."""
        self.notes.warn(f"{self.where} {rest}.")

    def unable(self, key: str, instead: str) -> None:
        """Swarm cannot honour it; see ``Notes.unable``."""
        self.notes.unable(self.file, path_text(self.path), key, instead)

    def dropped(self, key: str) -> bool:
        """Whether the user wants it left out."""
        return self.notes.drop(self.file, path_text(self.path), key)

    def at(self, step: str | int, value: t.Any) -> Node:
        """A value below it."""
        return Node(value, (*self.path, step), self.origins, self.notes)

    # What it holds

    def get(self, key: str) -> Node | None:
        """The value of a key, ``None`` where it is missing or null."""
        value = self.mapping().get(key)
        return None if value is None else self.at(key, value)

    def need(self, key: str) -> Node:
        """The value of a key that has to be there."""
        found = self.get(key)
        if found is None:
            raise self.wrong(f"has no {key}")
        return found

    def mapping(self) -> dict[str, t.Any]:
        """Its keys and values."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"is {self.kind()}, not a mapping of keys to values")
        return self.value

    def fields(self) -> list[tuple[str, Node]]:
        """Its keys, each with its value, which may be null."""
        return [(key, self.at(key, value)) for key, value in self.mapping().items()]

    def items(self) -> list[Node]:
        """Its items."""
        if not isinstance(self.value, list):
            raise self.wrong(f"is {self.kind()}, not a list")
        return [self.at(index, value) for index, value in enumerate(self.value)]

    def one_or_more(self) -> list[Node]:
        """Its items, where a single one may stand without a list around it."""
        return self.items() if isinstance(self.value, list) else [self]

    def kind(self) -> str:
        """What it is, without its value: that may be a secret."""
        names = ((bool, "true or false"), ((int, float), "a number"), (str, "a text"), (list, "a list"))
        if self.value is None:
            return "empty"
        return next((name for kind, name in names if isinstance(self.value, kind)), "a mapping")

    # What it means

    def text(self) -> str:
        """A text; numbers and booleans become one as in Compose."""
        if self.value is None or isinstance(self.value, (dict, list)):
            raise self.wrong(f"is {self.kind()}, not a text")
        return text_of(self.value)

    def whole(self) -> int:
        """A whole number."""
        value = self.value
        if isinstance(value, str) and re.fullmatch(r"[-+]?\d+", value.strip()):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(f"is {self._shown()}, not a whole number")
        return value

    def number(self) -> float:
        """A number."""
        try:
            if isinstance(self.value, (str, int, float)) and not isinstance(self.value, bool):
                return float(self.value)
        except ValueError:
            pass
        raise self.wrong(f"is {self._shown()}, not a number")

    def yes_no(self) -> bool:
        """True or false."""
        if isinstance(self.value, bool):
            return self.value
        word = self.value.lower() if isinstance(self.value, str) else ""
        if word not in (*_TRUE, *_FALSE):
            raise self.wrong(f"is {self._shown()}, neither true nor false")
        return word in _TRUE

    def duration(self) -> str:
        """A duration with its unit."""
        text = self.text()
        if re.fullmatch(r"\d+", text) and int(text):
            raise self.wrong(f"is {text}, a duration without a unit: write {text}s if seconds are meant")
        return self._checked(text, convert.nanoseconds)

    def size(self) -> str:
        """A number of bytes, with or without a unit."""
        return self._checked(self.text(), convert.size)

    def mode(self) -> t.Any:
        """A file's mode: a text is octal, a number is taken as it is."""
        value = self.value if isinstance(self.value, int) else self.text()
        self._checked(value, convert.file_mode)
        return value

    def choice(self, *choices: str) -> str:
        """One of some words."""
        text = self.text()
        if text not in choices:
            raise self.wrong(f"is {text!r}, none of {', '.join(choices)}")
        return text

    def texts(self) -> list[str]:
        """A list of texts."""
        return [item.text() for item in self.items()]

    def _checked(self, value: t.Any, check: t.Callable[[t.Any], t.Any]) -> t.Any:
        try:
            check(value)
        except ValueError as error:
            raise self.wrong(f"is wrong: {error}") from None
        return value

    def _shown(self) -> str:
        return repr(self.value) if isinstance(self.value, (str, int, float)) else self.kind()
