# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A value of a Compose file that knows its file and its path. PRIVATE to the collection. Pure.

The code that reads a value says what type the value must have. The error for a wrong value names the file and the path.
"""

from __future__ import annotations

import difflib
import math
import re
import typing as t
from dataclasses import dataclass

from ...module_utils._engine.errors import Refused
from ...module_utils._options.convert import quoted
from .unsupported import Kind, Notices, Unsupported

Path = tuple[str | int, ...]

_TRUE, _FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


class _Place:
    """A place in a document: the file that is recorded for it, and the places in it."""

    __slots__ = ("file", "inner")

    def __init__(self, file: str | None = None) -> None:
        self.file = file
        self.inner: dict[str | int, _Place] = {}

    def copy(self) -> _Place:
        """The same with copies of all places in it."""
        made = _Place(self.file)
        made.inner = {step: place.copy() for step, place in self.inner.items()}
        return made


class Origins:
    """The file that each part of a merged document comes from: the one that is recorded for the nearest path above."""

    def __init__(self, file: str) -> None:
        self._document = _Place(file)

    def file(self, path: Path) -> str:
        """The file that a path comes from."""
        place: _Place | None = self._document
        found = self._document.file
        for step in path:
            place = place.inner.get(step) if place else None
            found = place.file if place and place.file else found
        return t.cast(str, found)

    def adopt(self, path: Path, other: Origins, other_path: Path) -> None:
        """Record for a path what another document records for a path of its own."""
        place: _Place | None = other._document
        for step in other_path:
            place = place.inner.get(step) if place else None
        made = place.copy() if place else _Place()
        made.file = other.file(other_path)
        if not path:
            self._document = made
            return
        above = self._document
        for step in path[:-1]:
            above = above.inner.setdefault(step, _Place())
        above.inner[path[-1]] = made


def path_text(path: Path) -> str:
    """A path as users write it: ``services.web.ports[0]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def text_of(scalar: t.Any) -> str:
    """A scalar as the text that Compose makes of it: YAML's ``true`` is ``true``, and 1.0 is ``1``."""
    if isinstance(scalar, bool):
        return "true" if scalar else "false"
    if isinstance(scalar, float) and scalar.is_integer() and abs(scalar) < 1e21:
        return str(int(scalar))
    if isinstance(scalar, float) and not math.isfinite(scalar):
        return {"inf": "+Inf", "-inf": "-Inf"}.get(str(scalar), "NaN")
    return str(scalar)


def _asks_for_nothing(content: t.Any) -> bool:
    """Whether a value is false or empty; a zero may ask for something, such as the first processor.

    A variable leaves a text where the key wants true or false: ``privileged: ${PRIVILEGED:-false}``.
    """
    if isinstance(content, str):
        return not content or content.lower() in _FALSE
    return content is False or content in (None, [], {})


@dataclass(frozen=True)
class Value:
    """A value with its file and its path.

    Attributes:
        content: the value as YAML has it.
        path: the value's path in the document.
        origins: the files that the parts of the document come from.
        notices: where warnings and unsupported keys are collected.
    """

    content: t.Any
    path: Path
    origins: Origins
    notices: Notices

    @property
    def file(self) -> str:
        """The file that the value comes from."""
        return self.origins.file(self.path)

    @property
    def where(self) -> str:
        """The value's file and path: ``web.yml: services.web``."""
        return f"{self.file}: {path_text(self.path)}" if self.path else self.file

    def wrong(self, rest: str) -> Refused:
        """The error whose sentence begins with the value's file and path and goes on with these words."""
        return Refused(f"{self.where} {rest}.")

    def refused(self, reason: object) -> Refused:
        """The error for a reason that is a sentence of its own."""
        return Refused(f"{self.where}: {str(reason).rstrip('.')}.")

    def warn(self, rest: str) -> None:
        """Add a warning that begins with the value's file and path."""
        self.notices.warn(f"{self.where} {rest}.")

    def unsupported(self, key: str, unsupported: Unsupported) -> None:
        """Report a value that Swarm does not support; see ``Notices.unsupported``."""
        self.notices.unsupported(self.file, path_text(self.path), key, unsupported)

    def is_ignored(self, key: str, kind: Kind | None = None) -> bool:
        """Whether the task says to leave the value out; see ``Notices.is_ignored``."""
        return self.notices.is_ignored(self.file, path_text(self.path), key, kind)

    def at(self, step: str | int, content: t.Any) -> Value:
        """A value inside of this one."""
        return Value(content, (*self.path, step), self.origins, self.notices)

    def with_content(self, content: t.Any) -> Value:
        """Another content with the same file and path."""
        return Value(content, self.path, self.origins, self.notices)

    # Values inside of it

    def get(self, key: str) -> Value | None:
        """The value of a key, ``None`` where the key is missing or null."""
        content = self.mapping().get(key)
        return None if content is None else self.at(key, content)

    def need(self, key: str) -> Value:
        """The value of a required key."""
        value = self.get(key)
        if value is None:
            raise self.wrong(f"has no {key}")
        return value

    def find(self, path: str) -> Value | None:
        """The value of a dotted path such as ``deploy.update_config.delay``, ``None`` where a key is missing or null."""
        value: Value | None = self
        for key in path.split("."):
            value = value.get(key) if value else None
        return value

    def mapping(self) -> dict[str, t.Any]:
        """The keys with their contents."""
        if not isinstance(self.content, dict):
            raise self.wrong(f"is {self._type()}, not a mapping of keys to values")
        return self.content

    def fields(self) -> list[tuple[str, Value]]:
        """The keys, each with its value, which may be null."""
        return [(key, self.at(key, content)) for key, content in self.mapping().items()]

    def items(self) -> list[Value]:
        """The items of a list."""
        if not isinstance(self.content, list):
            raise self.wrong(f"is {self._type()}, not a list")
        return [self.at(index, content) for index, content in enumerate(self.content)]

    def one_or_more(self) -> list[Value]:
        """The items of a list, or the single value that is written without a list."""
        return self.items() if isinstance(self.content, list) else [self]

    def check_keys(
        self, known: t.Collection[str], unsupported: t.Mapping[str, Unsupported] | None = None
    ) -> set[str]:
        """Check the keys of a mapping: refuse an unknown key, and report one that Swarm does not support.

        Args:
            known: the keys that are read.
            unsupported: the keys that Swarm does not support.

        Returns:
            The known keys that have a value.

        Raises:
            Refused: a key is unknown; names the most similar known one.
        """
        unsupported = unsupported or {}
        given = set()
        for key, value in self.fields():
            if key in known:
                given |= {key} if value.content is not None else set()
            elif key in unsupported:
                if not _asks_for_nothing(value.content):
                    value.unsupported(key, unsupported[key])
            elif not key.startswith("x-") and not value.is_ignored(key):
                similar = difflib.get_close_matches(key, [*known, *unsupported], 1, 0.6)
                hint = (
                    f"did you mean {similar[0]}?"
                    if similar
                    else f"known keys are {', '.join(sorted(known))}."
                )
                raise Refused(f"{value.where} is not a key of Compose; {hint}")
        return given

    # What it is

    def text(self) -> str:
        """A text; numbers and booleans become texts as in Compose."""
        if self.content is None or isinstance(self.content, (dict, list)):
            raise self.wrong(f"is {self._type()}, not a text")
        return text_of(self.content)

    def whole(self) -> int:
        """A whole number."""
        content = self.content
        if isinstance(content, str) and re.fullmatch(r"[-+]?\d+", content.strip()):
            return int(content)
        if isinstance(content, float) and content.is_integer():
            return int(content)
        if isinstance(content, bool) or not isinstance(content, int):
            raise self.wrong(f"is {self._shown()}, not a whole number")
        return content

    def number(self) -> float:
        """A number."""
        try:
            if isinstance(self.content, (str, int, float)) and not isinstance(self.content, bool):
                return float(self.content)
        except ValueError:
            pass
        raise self.wrong(f"is {self._shown()}, not a number")

    def flag(self) -> bool:
        """True or false."""
        if isinstance(self.content, bool):
            return self.content
        word = self.content.lower() if isinstance(self.content, str) else ""
        if word not in (*_TRUE, *_FALSE):
            raise self.wrong(f"is {self._shown()}, neither true nor false")
        return word in _TRUE

    def duration(self) -> str:
        """A duration with its unit, which Compose requires: the options of the modules take a bare number as nanoseconds."""
        text = self.text()
        if re.fullmatch(r"\d+", text) and int(text):
            raise self.wrong(f"is {text}, a duration without a unit; write {text}s for seconds")
        return text

    def file_mode(self) -> int | str:
        """A file's mode: a text is octal, a number is taken as it is."""
        is_number = isinstance(self.content, int) and not isinstance(self.content, bool)
        return t.cast(int, self.content) if is_number else self.text()

    def choice(self, *choices: str) -> str:
        """One of some words."""
        text = self.text()
        if text not in choices:
            raise self.wrong(f"is {quoted(text)}, none of {', '.join(choices)}")
        return text

    def texts(self) -> list[str]:
        """A list of texts."""
        return [item.text() for item in self.items()]

    def labels(self) -> dict[str, str]:
        """A mapping of names to texts; a name without a value has the empty text."""
        return {name: "" if value.content is None else value.text() for name, value in self.fields()}

    def _type(self) -> str:
        """The type of the content, for errors that must not repeat the content: it may be a secret."""
        names = ((bool, "true or false"), ((int, float), "a number"), (str, "a text"), (list, "a list"))
        if self.content is None:
            return "empty"
        if isinstance(self.content, dict):
            return "a mapping"
        # A tag of YAML made something else of it: !!set, or !reset where nothing can be reset.
        other = "of a YAML type that has no meaning here"
        return next((name for type_, name in names if isinstance(self.content, type_)), other)

    def _shown(self) -> str:
        return quoted(self.content) if isinstance(self.content, (str, int, float)) else self._type()
