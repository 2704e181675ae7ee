# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How full a host's disk is, and with what: the verb of ``swarm_disk_info``. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
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
    """Read a host's disk."""
    store = store_of(client)
    found: Result = {
        "filesystem": filesystem(store),
        "sizes": sizes(client, store) if options["sizes"] else None,
    }
    return {"changed": False, **found, "problem": problem(found["filesystem"]), "row": row(found)}


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
    cache = disk_usage(client, "build-cache").get("BuildCache") or []
    stopped = client.get(
        "/containers/json", all=True, size=True, filters={"status": ["exited", "dead"]}, timeout=_PATIENCE
    )
    return {
        "images": disk_usage(client, "image").get("LayersSize") if layers is None else sum(layers.values()),
        "build_cache": sum(one.get("Size") or 0 for one in cache if not one.get("Shared")),
        "stopped_containers": sum(one.get("SizeRw") or 0 for one in stopped),
        "logs": store.logs(),
    }


def disk_usage(client: Client, kind: str) -> dict[str, t.Any]:
    """What the Engine says of its disk; only of one kind, ``image`` or ``build-cache``, where it can be asked so (API 1.42)."""
    only: dict[str, t.Any] = {"type": kind} if client.api() >= (1, 42) else {}
    return t.cast("t.Dict[str, t.Any]", client.get("/system/df", timeout=_PATIENCE, **only))


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
