# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How full a host's disk is, and with what: the verb of ``swarm_disk_info``. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._run.verb import Options, Result, Verb
from .amounts import amount
from .options import DISK, Row
from .store import Store, store_of

# Percent of a file system; a pull, a log or a swarm's own state needs what is left.
_FULL = 85
# Seconds: an Engine counts the files of containers.
_PATIENCE = 300.0

Sizes = t.Dict[str, t.Optional[int]]


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read a host's disk; a host without an Engine is no error."""
    empty: Result = {"changed": False, "filesystem": None, "sizes": None, "row": None, "problem": None}
    try:
        store = store_of(client)
        found = {**empty, "filesystem": filesystem(store)}
        if options["sizes"]:
            found["sizes"] = sizes(client, store)
    except FlotillaError as error:
        return {**empty, "problem": str(error)}
    return {**found, "problem": problem(found["filesystem"]), "row": row(found)}


VERB = Verb(DISK, work)


def filesystem(store: Store) -> Result | None:
    """The file system with the Engine's directory."""
    found = store.fullness()
    if not found or not found[1]:
        return None
    free, size = found
    return {"path": store.root, "size": size, "free": free, "used_percent": round(100 * (size - free) / size)}


def sizes(client: Client, store: Store) -> Sizes:
    """The bytes of images, build cache, stopped containers and logs; ``None`` where they cannot be read."""
    layers = store.layers()
    usage = _usage(client, images=layers is None)
    stopped = client.get(
        "/containers/json", all=True, size=True, filters={"status": ["exited", "dead"]}, timeout=_PATIENCE
    )
    return {
        "images": usage.get("LayersSize") if layers is None else sum(layers.values()),
        "build_cache": sum(
            one.get("Size") or 0 for one in usage.get("BuildCache") or [] if not one.get("Shared")
        ),
        "stopped_containers": sum(one.get("SizeRw") or 0 for one in stopped),
        "logs": store.logs(),
    }


def _usage(client: Client, images: bool) -> dict[str, t.Any]:
    """What the Engine says of its disk: only of what is needed, where it can be asked for that (API 1.42)."""
    found: dict[str, t.Any] = {}
    if client.api() < (1, 42):
        return t.cast("t.Dict[str, t.Any]", client.get("/system/df", timeout=_PATIENCE))
    for kind in ["build-cache", *(["image"] if images else [])]:
        answer = client.get("/system/df", type=kind, timeout=_PATIENCE)
        found.update((name, value) for name, value in answer.items() if value)
    return found


def problem(found: Result | None) -> str | None:
    """A sentence about a file system that is nearly full."""
    if not found or found["used_percent"] <= _FULL:
        return None
    return (
        f"the file system of {found['path']} is {found['used_percent']} % full, {amount(found['free'])} are free; "
        "flotilla.swarm.prune removes what no service uses."
    )


def row(found: Result) -> Row | None:
    """The row of a table."""
    if found["sizes"] is None:
        return None
    disk = found["filesystem"]
    return {
        "IMAGES": _shown(found["sizes"]["images"]),
        "BUILD CACHE": _shown(found["sizes"]["build_cache"]),
        "STOPPED": _shown(found["sizes"]["stopped_containers"]),
        "LOGS": _shown(found["sizes"]["logs"]),
        "FREE": f"{amount(disk['free'])} of {amount(disk['size'])}" if disk else "?",
        "FULL": f"{disk['used_percent']} %" if disk else "?",
    }


def _shown(count: int | None) -> str:
    return "?" if count is None else amount(count)
