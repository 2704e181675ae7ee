# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at secrets and configs: versions, age, and who uses them. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t

from .._engine.client import Client
from .._options.plan import MEMORY
from .._rollout.snapshot import seconds
from .._run.table import table
from . import versions as content
from .move import users
from .versions import Family, Raw, Version

Seen = t.Dict[str, t.Any]

_DAY = 24 * 60 * 60
# The shortest beginning of an ID that command lines show.
_SHORT_ID = 12


def look(client: Client, family: Family, names: list[str] | None, show_data: bool = False) -> Seen:
    """See secrets or configs.

    Args:
        client: a manager's Engine.
        family: which of both.
        names: which, by declared name, an object's own name, or ID; ``None`` for all.
        show_data: tell the data, where the Engine gives it.

    Returns:
        The family's list, in the order of ``names`` or sorted by name, and the ``missing`` names.
    """
    raws = client.get(family.path)
    used = users(client.get("/services"), family)
    seen = views(raws, used, time.time(), show_data)
    found, missing = (seen, []) if names is None else _chosen(seen, names)
    return {family.words: found, "missing": missing}


def views(raws: list[Raw], used: dict[str, list[str]], now: float, show_data: bool = False) -> list[Seen]:
    """All secrets or configs, sorted by name.

    Args:
        raws: as the Engine lists them.
        used: the services that use each, by ID.
        now: Unix time.
        show_data: tell the data.
    """
    declared = {content.logical_name(raw) for raw in raws}
    seen = [
        _view(
            name, content.versions_of([raw for raw in raws if content.logical_name(raw) == name], name), used
        )
        for name in declared
        if name
    ]
    seen += [
        _view(raw["Spec"]["Name"], [Version(raw, 0, owned=False)], used)
        for raw in raws
        if content.logical_name(raw) is None
    ]
    for one in seen:
        one["versions"] = [_version(version, used, now, show_data) for version in one["versions"]]
        one["versions"][0]["current"] = True
    return sorted(seen, key=lambda one: (str(one["name"]), not one["managed"]))


def lines(family: Family, found: Seen) -> list[str]:
    """The look as lines of text, a table."""
    seen = found[family.words]
    if not seen:
        return [f"No {family.word}." if found["state"] == "manager" else found["why"]]
    head = (family.word.upper(), "VERSION", "OBJECT", "AGE", "USED BY")
    return table(head, [_row(one, version) for one in seen for version in one["versions"]])


def _row(one: Seen, version: Seen) -> tuple[str, ...]:
    number = "none" if version["version"] is None else str(version["version"])
    return (
        one["name"],
        f"{number} (current)" if version["current"] and len(one["versions"]) > 1 else number,
        version["object"],
        f"{version['age_days']} d",
        ", ".join(version["used_by"]) or "nobody",
    )


def _view(name: str, versions: list[Version], used: dict[str, list[str]]) -> Seen:
    return {
        "name": name,
        "managed": versions[0].owned,
        "id": versions[0].id,
        "object": versions[0].object_name,
        "version": versions[0].number if versions[0].owned else None,
        "used_by": sorted({service for version in versions for service in used.get(version.id, [])}),
        "versions": versions,
    }


def _version(version: Version, used: dict[str, list[str]], now: float, show_data: bool) -> Seen:
    raw, spec = version.raw, version.raw["Spec"]
    seen = {
        "id": version.id,
        "object": version.object_name,
        "version": version.number if version.owned else None,
        "current": False,
        "created": raw.get("CreatedAt", ""),
        "updated": raw.get("UpdatedAt", ""),
        "age_days": max(0, int((now - seconds(raw.get("CreatedAt", ""))) // _DAY)),
        "labels": {
            name: text for name, text in version.labels.items() if name not in (*content.OURS, MEMORY)
        },
        "used_by": sorted(used.get(version.id, [])),
        "template_driver": (spec.get("Templating") or {}).get("Name") or None,
        "driver": (spec.get("Driver") or {}).get("Name") or None,
    }
    return {**seen, "data": spec.get("Data") or ""} if show_data else seen


def _chosen(seen: list[Seen], names: list[str]) -> tuple[list[Seen], list[str]]:
    found = {name: _find(seen, name) for name in names}
    chosen = {one["id"]: one for one in found.values() if one}
    return list(chosen.values()), [name for name, one in found.items() if one is None]


def _find(seen: list[Seen], name: str) -> Seen | None:
    """One by its name, before one with a version of that name or ID."""
    for matches in (
        lambda one: one["name"] == name and one["managed"],
        lambda one: name in [version["object"] for version in one["versions"]],
        lambda one: name in [version["id"] for version in one["versions"]],
        lambda one: (
            len(name) >= _SHORT_ID and any(version["id"].startswith(name) for version in one["versions"])
        ),
    ):
        found = next((one for one in seen if matches(one)), None)
        if found:
            return found
    return None
