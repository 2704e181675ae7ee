# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets or configs of a swarm, with versions, age and users: what the info modules return. PRIVATE to the collection."""

from __future__ import annotations

import functools
import time
import typing as t

from .._engine.client import Client
from .._engine.find import find
from .._options.labels import visible
from .._options.value_types import NAMES
from .._rollout.references import users
from .._rollout.snapshot import seconds
from .._run.interface import Interface
from .._run.table import table
from .._run.verb import Verb
from .._swarm.state import on_manager
from .options import CONFIG, SECRET, Family
from .versions import Raw, Version, declared_name, users_own, versions_of, without_internal

Result = t.Dict[str, t.Any]

_DAY = 24 * 60 * 60


def read(client: Client, family: Family, names: list[str] | None, show_data: bool = False) -> Result:
    """Read secrets or configs.

    Args:
        client: a manager's Engine.
        family: which of both.
        names: which, by declared name, the name of a version's own object, or ID; ``None`` for all.
        show_data: return the data, where the Engine returns it.

    Returns:
        The family's list, in the order of ``names`` or sorted by name, and the ``missing`` names.
    """
    raws = users_own(client.get(family.path))
    used_by = users(client.get("/services"), family.word)
    seen = views(family, raws, used_by, time.time(), show_data)
    if names is None:
        return {family.words: seen, "missing": []}
    wanted = {name: _find(seen, name) for name in names}
    chosen = {one["id"]: one for one in wanted.values() if one}
    return {
        family.words: list(chosen.values()),
        "missing": [name for name, one in wanted.items() if one is None],
    }


def views(
    family: Family, raws: list[Raw], used_by: dict[str, list[str]], now: float, show_data: bool = False
) -> list[Result]:
    """All secrets or configs, sorted by name.

    Args:
        family: which of both.
        raws: as the Engine lists them.
        used_by: the services that use each, by ID.
        now: Unix time.
        show_data: return the data.
    """
    managed: dict[str, list[Raw]] = {}
    others: list[Raw] = []
    for raw in raws:
        name = declared_name(raw)
        (managed.setdefault(name, []) if name else others).append(raw)
    all_versions = [(name, versions_of(objects, name)) for name, objects in managed.items()]
    all_versions += [(raw["Spec"]["Name"], [Version(raw, 0, owned=False)]) for raw in others]
    seen = []
    for name, versions in all_versions:
        shown = [_version(family, version, used_by, now, show_data) for version in versions]
        shown[0]["current"] = True
        seen.append(_view(name, versions[0].owned, shown))
    return sorted(seen, key=lambda one: (str(one["name"]), not one["managed"]))


def lines(family: Family, result: Result) -> list[str]:
    """What was read as lines of text, a table."""
    seen = result[family.words]
    if not seen:
        return [f"No {family.word}." if result["state"] == "manager" else result["why"]]
    head = (family.word.upper(), "VERSION", "OBJECT", "AGE", "USED BY")
    return table(head, [_row(one, version) for one in seen for version in one["versions"]])


def _row(one: Result, version: Result) -> tuple[str, ...]:
    number = "none" if version["version"] is None else str(version["version"])
    return (
        one["name"],
        f"{number} (current)" if version["current"] and len(one["versions"]) > 1 else number,
        version["object"],
        f"{version['age_days']} d",
        ", ".join(version["used_by"]) or "no service",
    )


def _view(name: str, managed: bool, versions: list[Result]) -> Result:
    current = versions[0]
    return {
        "name": name,
        "managed": managed,
        "id": current["id"],
        "object": current["object"],
        "version": current["version"],
        "used_by": sorted({service for version in versions for service in version["used_by"]}),
        "versions": versions,
    }


def _version(
    family: Family, version: Version, used_by: dict[str, list[str]], now: float, show_data: bool
) -> Result:
    raw, spec = version.raw, version.raw["Spec"]
    shown = {
        "id": version.id,
        "object": version.object_name,
        "version": version.number if version.owned else None,
        "current": False,
        "created": raw.get("CreatedAt", ""),
        "updated": raw.get("UpdatedAt", ""),
        "age_days": max(0, int((now - seconds(raw.get("CreatedAt", ""))) // _DAY)),
        "labels": visible(without_internal(version.labels)),
        "used_by": sorted(used_by.get(version.id, [])),
        # A config has none.
        "driver": None,
        **{option.name: option.shown(spec) for option in family.versioned},
    }
    return {**shown, "data": spec.get("Data") or ""} if show_data else shown


def _find(seen: list[Result], wanted: str) -> Result | None:
    """One by the name that was declared for it, else by the name or ID of one of its versions."""
    pairs = [(one, version) for one in seen for version in one["versions"]]
    pair = find(
        pairs,
        wanted,
        lambda pair: str(pair[1]["id"]),
        lambda pair: pair[0]["name"] if pair[0]["managed"] else None,
        lambda pair: pair[1]["object"],
    )
    return pair[0] if pair else None


def _work(family: Family, options: Result, _check_mode: bool, client: Client) -> Result:
    """Read what the options name."""
    names, show_data = options["name"], options.get("show_data", False)
    nothing: Result = {family.words: []}
    result = on_manager(client, lambda _nodes, _own_id: read(client, family, names, show_data), nothing)
    return {"changed": False, **result, "summary": lines(family, result)}


def verb_of(family: Family) -> Verb:
    """The verb of a family's info module."""
    arguments: Result = {"name": NAMES}
    if family.readable:
        arguments["show_data"] = {"type": "bool", "default": False}
    return Verb(Interface(arguments), functools.partial(_work, family))


SECRET_INFO = verb_of(SECRET)
CONFIG_INFO = verb_of(CONFIG)
