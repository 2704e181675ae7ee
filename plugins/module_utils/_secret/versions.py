# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets and configs: what they have in common, and which versions of one there are. PRIVATE to the collection. Pure.

The Engine never changes a secret's data, so new data is another object. What a user declares under one name has
versions, and which object is a version of what is told by its labels, never by how its name begins.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._engine.errors import Refused

Raw = t.Dict[str, t.Any]

NAME, NUMBER, FINGERPRINT = "flotilla.name", "flotilla.version", "flotilla.fingerprint"
# What the incumbent writes. Its key is an unsalted hash of the data, so it goes when an object is taken over.
_INCUMBENT_NUMBER, _INCUMBENT_KEY = "ansible_version", "ansible_key"
OURS = (NAME, NUMBER, FINGERPRINT, _INCUMBENT_NUMBER, _INCUMBENT_KEY)

LONGEST_NAME = 64
# The beginning that all names of one's versions share, however high their number.
SHARED = LONGEST_NAME - len("_v") - 9
_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?\Z")


@dataclass(frozen=True)
class Family:
    """Secrets or configs.

    Attributes:
        word: ``secret`` or ``config``.
        limit: the number of bytes that its data has to stay below.
        readable: whether the Engine gives the data back.
    """

    word: str
    limit: int
    readable: bool

    @property
    def words(self) -> str:
        """More than one."""
        return f"{self.word}s"

    @property
    def path(self) -> str:
        """Where the Engine has them."""
        return f"/{self.words}"

    @property
    def list_key(self) -> str:
        """Where a service's container lists them."""
        return self.words.title()

    @property
    def id_key(self) -> str:
        """How a service's list has the ID."""
        return f"{self.word.title()}ID"

    @property
    def name_key(self) -> str:
        """How a service's list has the object's name."""
        return f"{self.word.title()}Name"


SECRET = Family("secret", 512000, readable=False)
CONFIG = Family("config", 1024000, readable=True)


@dataclass(frozen=True)
class Version:
    """One object of the Engine as a version of what was declared.

    Attributes:
        raw: the object as the Engine reports it.
        number: higher is newer.
        owned: it carries our labels; one that does not was made by somebody else and is taken over.
    """

    raw: Raw
    number: int
    owned: bool = True

    @property
    def id(self) -> str:
        """Its ID."""
        return str(self.raw["ID"])

    @property
    def object_name(self) -> str:
        """Its own name, which is not always the declared one."""
        return str(self.raw["Spec"]["Name"])

    @property
    def labels(self) -> dict[str, str]:
        """All its labels."""
        return dict(self.raw["Spec"].get("Labels") or {})


def check_name(family: Family, name: str) -> None:
    """Refuse a name that the Engine would refuse.

    Raises:
        Refused: names what is wrong.
    """
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"{name}: the name of a {family.word} has at most {LONGEST_NAME} characters, this one has {len(name)}; "
            "shorten it. Nothing was sent."
        )
    if not _NAME.match(name):
        raise Refused(
            f"{name!r} is no name for a {family.word}: use letters, digits and . _ - between them. Nothing was sent."
        )


def check_size(family: Family, name: str, data: bytes) -> None:
    """Refuse data that the Engine would refuse.

    Raises:
        Refused: it is empty or too long.
    """
    if not data:
        raise Refused(
            f"{name}: the data is empty, and a {family.word} has at least one byte. Nothing was sent."
        )
    if len(data) >= family.limit:
        raise Refused(
            f"{name}: the data has {len(data)} bytes, and a {family.word} has at most {family.limit - 1}; "
            "shorten it or split it. Nothing was sent."
        )


def versions_of(raws: list[Raw], name: str, with_namesake: bool = False) -> list[Version]:
    """The versions of a name, the current one first.

    Args:
        raws: objects as the Engine lists them.
        name: the declared name.
        with_namesake: count an object that is named so and is not ours, although there are versions of ours.
    """
    found = [
        Version(raw, _number(raw, NUMBER))
        for raw in raws
        if (raw["Spec"].get("Labels") or {}).get(NAME) == name
    ]
    found += [
        Version(raw, _number(raw, _INCUMBENT_NUMBER), owned=False) for raw in raws if _is_rolled(raw, name)
    ]
    if with_namesake or not found:
        # Beside others it is the oldest, alone it is the first.
        number = 0 if found else 1
        found += [
            Version(raw, number, owned=False)
            for raw in raws
            if raw["Spec"]["Name"] == name and logical_name(raw) is None
        ]
    return sorted(found, key=lambda version: (-version.number, version.object_name))


def logical_name(raw: Raw) -> str | None:
    """The declared name of an object that is ours."""
    return (raw["Spec"].get("Labels") or {}).get(NAME)


def names(raws: list[Raw]) -> dict[str, str]:
    """The ID that is meant by each name a service can use: declared names mean their current version.

    The first name of an ID is the object's own. An object whose own name means another one now is found by its ID.
    """
    ours = {logical_name(raw) for raw in raws}
    declared = {name: versions_of(raws, name)[0].id for name in sorted(name for name in ours if name)}
    found = {}
    for raw in raws:
        own, identity = raw["Spec"]["Name"], raw["ID"]
        if own not in declared:
            found[own] = identity
        elif declared[own] != identity:
            found[identity] = identity
    return {**found, **declared}


def free_name(name: str, number: int, rolling: bool, taken: t.Container[str]) -> tuple[str, int]:
    """The name and the number of a new version.

    Args:
        name: the declared name.
        number: the lowest number that it may have.
        rolling: the first version has a number in its name, too.
        taken: names of objects there are.
    """
    while True:
        suffix = "" if number == 1 and not rolling else f"_v{number}"
        made = name[: LONGEST_NAME - len(suffix)] + suffix
        if made not in taken:
            return made, number
        number += 1


def _is_rolled(raw: Raw, name: str) -> bool:
    """Whether the incumbent made it as a numbered version of that name."""
    number = (raw["Spec"].get("Labels") or {}).get(_INCUMBENT_NUMBER)
    return logical_name(raw) is None and number is not None and raw["Spec"]["Name"] == f"{name}_v{number}"


def _number(raw: Raw, label: str) -> int:
    try:
        return int((raw["Spec"].get("Labels") or {})[label])
    except (KeyError, ValueError):
        return 0
