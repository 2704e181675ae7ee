# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Merge Compose files as Compose does. PRIVATE to the collection. Pure.

Mappings are merged key by key, lists are appended, and an entry that a key identifies is replaced by that of the later file.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .ports import port_key
from .value import Origins, Path
from .yaml import Override, Reset

#: The sections of a document beside the services.
DEFINITIONS = ("networks", "volumes", "secrets", "configs")
# Below ``services.NAME``: lists that have a meaning only as a whole.
_REPLACED = (("command",), ("entrypoint",), ("healthcheck", "test"))
_KEYED: dict[str, t.Callable[[dict[str, t.Any]], t.Any]] = {
    "ports": port_key,
    "volumes": lambda mount: mount.get("target"),
    "secrets": lambda file: file.get("target") or file.get("source"),
    "configs": lambda file: file.get("target") or file.get("source"),
}


class Part(t.NamedTuple):
    """A part of a document.

    Attributes:
        content: what the document has there.
        origins: the files that its document comes from.
        path: its path in the document.
    """

    content: t.Any
    origins: Origins
    path: Path

    def at(self, step: str | int) -> Part:
        """A part inside of this one."""
        return Part(self.content[step], self.origins, (*self.path, step))


@dataclass
class Document:
    """The content of one file, or of several that were merged."""

    content: dict[str, t.Any]
    origins: Origins

    def section(self, name: str) -> Part:
        """The services, networks, volumes, secrets or configs."""
        return Part(self.content.get(name) or {}, self.origins, (name,))


def merge_documents(base: Document, over: Document) -> Document:
    """Two documents as one; the later one takes precedence."""
    merged = {
        **base.content,
        **{key: content for key, content in over.content.items() if key in ("name", "version")},
    }
    merged["services"] = _merge_services(base.section("services"), over.section("services"))
    for section in DEFINITIONS:
        if over.section(section).content:
            merged[section] = merge(base.section(section), over.section(section))
    return Document(merged, base.origins)


def merge(base: Part, over: Part, within: Path = ()) -> t.Any:
    """The content of both parts; the later one takes precedence. The base's origins record which part is from which file.

    Args:
        within: the path from ``services`` on, empty outside of services.
    """
    if isinstance(over.content, Override):
        base.origins.adopt(base.path, over.origins, over.path)
        return over.content
    if over.content is None and base.content is not None:
        return base.content
    if (
        isinstance(base.content, dict)
        and isinstance(over.content, dict)
        and not _is_other_driver(base, over, within)
    ):
        return _merge_mappings(base, over, within)
    if isinstance(base.content, list) and isinstance(over.content, list) and within[1:] not in _REPLACED:
        return _merge_lists(base, over, _KEYED.get(str(within[1])) if len(within) == 2 else None)
    base.origins.adopt(base.path, over.origins, over.path)
    return over.content


def _is_other_driver(base: Part, over: Part, within: Path) -> bool:
    """Whether both parts are ``logging`` with different drivers, whose options have nothing in common."""
    drivers = base.content.get("driver"), over.content.get("driver")
    return within[1:] == ("logging",) and None not in drivers and drivers[0] != drivers[1]


def _merge_mappings(base: Part, over: Part, within: Path) -> dict[str, t.Any]:
    merged = dict(base.content)
    for key, content in over.content.items():
        if isinstance(content, Reset):
            merged.pop(key, None)
        elif key in merged:
            merged[key] = merge(base.at(key), over.at(key), (*within, key) if within else within)
        else:
            merged[key] = content
            base.origins.adopt((*base.path, key), over.origins, (*over.path, key))
    return merged


def _merge_lists(base: Part, over: Part, key: t.Callable[[dict[str, t.Any]], t.Any] | None) -> list[t.Any]:
    def identity(item: t.Any) -> t.Hashable:
        return ("key", _hashable(key(item))) if key and isinstance(item, dict) else _hashable(item)

    merged = list(base.content)
    # The first of those that are equal; a list may be as long as a file.
    known = {identity(item): at for at, item in reversed(list(enumerate(merged)))} if over.content else {}
    for index, item in enumerate(over.content):
        at = known.setdefault(identity(item), len(merged))
        merged[at : at + 1] = [item]
        base.origins.adopt((*base.path, at), over.origins, (*over.path, index))
    return merged


def _hashable(content: t.Any) -> t.Hashable:
    """What equals only what is made of an equal content."""
    if isinstance(content, dict):
        return frozenset((key, _hashable(inner)) for key, inner in content.items())
    if isinstance(content, (list, tuple)):
        return tuple(_hashable(inner) for inner in content)
    return t.cast("t.Hashable", content)


def _merge_services(base: Part, over: Part) -> dict[str, t.Any]:
    merged = dict(base.content)
    for name in over.content:
        if isinstance(over.content[name], Reset):
            merged.pop(name, None)
        elif name in merged:
            merged[name] = merge(base.at(name), over.at(name), (name,))
        else:
            merged[name] = over.content[name]
            base.origins.adopt((*base.path, name), over.origins, (*over.path, name))
    return merged
