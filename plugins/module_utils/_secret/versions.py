# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects of the Engine are versions of a declared secret or config. PRIVATE to the collection. Pure.

The Engine never changes the data of a secret, so new data is another object. What a user declares under one name has
versions. Labels say which object is a version of what, never the beginning of its name.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._options.labels import OPERATION

Raw = t.Dict[str, t.Any]

NAME, NUMBER, FINGERPRINT = "flotilla.name", "flotilla.version", "flotilla.fingerprint"
# One fingerprint of all secrets that were declared together when the object was written (see compare.py).
SEAL = "flotilla.seal"
# Those of community.docker. Its key is an unsalted hash of the data, so it goes when an object is taken over.
_COMMUNITY_NUMBER, _COMMUNITY_KEY = "ansible_version", "ansible_key"
_INTERNAL = (NAME, NUMBER, FINGERPRINT, SEAL, _COMMUNITY_NUMBER, _COMMUNITY_KEY)

LONGEST_NAME = 64
# How many characters the names of all versions share, however high their number.
SHARED = LONGEST_NAME - len("_v") - 9


@dataclass(frozen=True)
class Version:
    """One object of the Engine as a version of what was declared.

    Attributes:
        raw: the object as the Engine reports it.
        number: higher is newer.
        owned: it has our labels; one without them was created by another client and is taken over.
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
        return _labels(self.raw)


def users_own(raws: list[Raw]) -> list[Raw]:
    """Objects without the marker of an operation that goes on, which is the collection's own (``_operation``)."""
    return [raw for raw in raws if OPERATION not in _labels(raw)]


def without_internal(labels: dict[str, str]) -> dict[str, str]:
    """Labels without those by which this collection, and community.docker, know a version."""
    return {name: text for name, text in labels.items() if name not in _INTERNAL}


def versions_of(raws: list[Raw], name: str, with_namesake: bool = False) -> list[Version]:
    """The versions of a name, the current one first.

    Args:
        raws: objects as the Engine lists them.
        name: the declared name.
        with_namesake: count an object of that name that is not ours, although there are versions of ours.
    """
    versions = [Version(raw, _number(raw, NUMBER)) for raw in raws if declared_name(raw) == name]
    versions += [
        Version(raw, _number(raw, _COMMUNITY_NUMBER), owned=False)
        for raw in raws
        if _is_of_community_docker(raw, name)
    ]
    if with_namesake or not versions:
        # Beside others it is the oldest, alone it is the first.
        number = 0 if versions else 1
        versions += [
            Version(raw, number, owned=False)
            for raw in raws
            if raw["Spec"]["Name"] == name and declared_name(raw) is None
        ]
    return sorted(versions, key=lambda version: (-version.number, version.object_name))


def declared_name(raw: Raw) -> str | None:
    """The declared name of an object that is ours, ``None`` for those of other clients."""
    return _labels(raw).get(NAME)


def names(raws: list[Raw]) -> dict[str, str]:
    """The ID that each name means which a service can use: a declared name means its current version.

    The first name of an ID is the object's own. An object whose own name means another object is listed by its ID.
    """
    ours = {declared_name(raw) for raw in raws}
    declared = {name: versions_of(raws, name)[0].id for name in sorted(name for name in ours if name)}
    ids = {}
    for raw in raws:
        own, identity = raw["Spec"]["Name"], raw["ID"]
        if own not in declared:
            ids[own] = identity
        elif declared[own] != identity:
            ids[identity] = identity
    return {**ids, **declared}


def free_name(name: str, number: int, rolling: bool, taken: t.Container[str]) -> tuple[str, int]:
    """The name and the number of a new version.

    Args:
        name: the declared name.
        number: the lowest number that it may have.
        rolling: the first version has a number in its name, too.
        taken: the names of all objects there are.
    """
    while True:
        suffix = "" if number == 1 and not rolling else f"_v{number}"
        free = name[: LONGEST_NAME - len(suffix)] + suffix
        if free not in taken:
            return free, number
        number += 1


def _labels(raw: Raw) -> dict[str, str]:
    return dict(raw["Spec"].get("Labels") or {})


def _is_of_community_docker(raw: Raw, name: str) -> bool:
    """Whether community.docker created it as a numbered version of that name."""
    number = _labels(raw).get(_COMMUNITY_NUMBER)
    return declared_name(raw) is None and number is not None and raw["Spec"]["Name"] == f"{name}_v{number}"


def _number(raw: Raw, label: str) -> int:
    try:
        return int(_labels(raw)[label])
    except (KeyError, ValueError):
        return 0
