# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Merge Compose files as Compose does. PRIVATE to the collection. Pure.

Maps are merged key by key, lists are appended, what a key identifies is replaced by the later file's.
"""

from __future__ import annotations

import typing as t

from .node import Origins, Path
from .ports import port_key
from .yaml import Override, Reset

# Below ``services.NAME``: lists that say one thing together.
_REPLACED = (("command",), ("entrypoint",), ("healthcheck", "test"))
_KEYED: dict[str, t.Callable[[dict[str, t.Any]], t.Any]] = {
    "ports": port_key,
    "volumes": lambda mount: mount.get("target"),
    "secrets": lambda file: file.get("target") or file.get("source"),
    "configs": lambda file: file.get("target") or file.get("source"),
}


class Part(t.NamedTuple):
    """A value in a document.

    Attributes:
        value: the value.
        origins: which files its document comes from.
        path: where it stands there.
    """

    value: t.Any
    origins: Origins
    path: Path

    def at(self, step: str | int) -> Part:
        """A value below it."""
        return Part(self.value[step], self.origins, (*self.path, step))


def merged(base: Part, over: Part, within: Path = ()) -> t.Any:
    """The value of both, the later one winning. What comes from where is written down in the base's origins.

    Args:
        within: where it stands below the service, empty outside of services.
    """
    if isinstance(over.value, Override):
        base.origins.adopt(base.path, over.origins, over.path)
        return over.value
    if over.value is None and base.value is not None:
        return base.value
    if (
        isinstance(base.value, dict)
        and isinstance(over.value, dict)
        and not _other_driver(base, over, within)
    ):
        return _merged_maps(base, over, within)
    if isinstance(base.value, list) and isinstance(over.value, list) and within[1:] not in _REPLACED:
        return _merged_lists(base, over, _KEYED.get(str(within[1])) if len(within) == 2 else None)
    base.origins.adopt(base.path, over.origins, over.path)
    return over.value


def _other_driver(base: Part, over: Part, within: Path) -> bool:
    """Whether these are options of two different log drivers, which mean nothing to each other."""
    drivers = base.value.get("driver"), over.value.get("driver")
    return within[1:] == ("logging",) and None not in drivers and drivers[0] != drivers[1]


def _merged_maps(base: Part, over: Part, within: Path) -> dict[str, t.Any]:
    made = dict(base.value)
    for key, value in over.value.items():
        if isinstance(value, Reset):
            made.pop(key, None)
        elif key in made:
            inner = (*within, key) if within else within
            made[key] = merged(base.at(key), over.at(key), inner)
        else:
            made[key] = value
            base.origins.adopt((*base.path, key), over.origins, (*over.path, key))
    return made


def _merged_lists(base: Part, over: Part, key: t.Callable[[dict[str, t.Any]], t.Any] | None) -> list[t.Any]:
    made = list(base.value)
    for index, item in enumerate(over.value):
        keyed = key is not None and isinstance(item, dict)
        same = [
            place
            for place, known in enumerate(made)
            if known == item or (keyed and isinstance(known, dict) and key and key(known) == key(item))
        ]
        place = same[0] if same else len(made)
        made[place : place + 1] = [item]
        base.origins.adopt((*base.path, place), over.origins, (*over.path, index))
    return made


def merged_services(base: Part, over: Part) -> dict[str, t.Any]:
    """The services of both, by name."""
    made = dict(base.value)
    for name in over.value:
        if isinstance(over.value[name], Reset):
            made.pop(name, None)
        elif name in made:
            made[name] = merged(base.at(name), over.at(name), (name,))
        else:
            made[name] = over.value[name]
            base.origins.adopt((*base.path, name), over.origins, (*over.path, name))
    return made


def settled(value: t.Any) -> t.Any:
    """The value without the tags ``!reset`` and ``!override``, which have done what they are for."""
    if isinstance(value, Override):
        return settled(value.value)
    if isinstance(value, dict):
        return {key: settled(inner) for key, inner in value.items() if not isinstance(inner, Reset)}
    if isinstance(value, list):
        return [settled(inner) for inner in value if not isinstance(inner, Reset)]
    return value
