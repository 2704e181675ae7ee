# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an archive says of itself, and whether it is what it says. PRIVATE to the collection. Pure.

The manifest is the first member of the archive, so that one can read it without the rest. It holds no key: the raft log is
encrypted by one that is in the archive too, or, of a locked swarm, by the user's unlock key, which is nowhere in it.
"""

from __future__ import annotations

import json
import re
import typing as t

#: The manifest's name in the archive.
NAME = "manifest.json"
#: The folder with the swarm's state in the archive.
STATE = "swarm"
_FORMAT = 1
# Without these an Engine would start as if it were in no swarm.
_NEEDED = (
    "swarm/docker-state.json",
    "swarm/certificates/swarm-node.crt",
    "swarm/certificates/swarm-node.key",
)
# The names of the fields and their types, which the annotations of Python 3.8 cannot say.
_KINDS: dict[str, type] = {
    **dict.fromkeys(("created", "cluster_id", "node_id", "hostname", "address", "engine_version"), str),
    "managers": int,
    **dict.fromkeys(("locked", "address_is_own"), bool),
    "files": dict,
}
_ID = re.compile(r"[0-9a-z]{25}")


class Manifest(t.TypedDict):
    """What an archive says of itself.

    ``address`` is the manager's in the raft log, with its port; ``address_is_own`` is false where others reach it by a
    translation of addresses. ``files`` are the SHA-256 of the archive's files by their names.
    """

    format: int
    created: str
    cluster_id: str
    node_id: str
    hostname: str
    address: str
    address_is_own: bool
    engine_version: str
    managers: int
    locked: bool
    files: dict[str, str]


def manifest(swarm: t.Mapping[str, t.Any], engine: t.Mapping[str, t.Any], created: str) -> Manifest:
    """The manifest of a manager, without files, as if it had the address that others know.

    Args:
        swarm: the swarm, as ``_swarm/state.py`` reads it.
        engine: the Engine's ``/info``.
        created: the time, UTC.
    """
    own = next((one for one in swarm["nodes"] if one["id"] == swarm["node_id"]), None)
    address = own["manager"]["address"] if own and own["manager"] else ""
    return {
        "format": _FORMAT,
        "created": created,
        "cluster_id": swarm["swarm_id"],
        "node_id": swarm["node_id"],
        "hostname": engine.get("Name", ""),
        "address": address,
        "address_is_own": True,
        "engine_version": engine.get("ServerVersion", ""),
        "managers": swarm["quorum"]["managers"],
        "locked": bool(swarm["settings"].get("autolock_managers")),
        "files": {},
    }


def write(content: Manifest) -> bytes:
    """The manifest as a file."""
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def read(data: bytes) -> Manifest:
    """The manifest in a file.

    Raises:
        ValueError: it is none; the end of a sentence.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("its manifest is no JSON") from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise ValueError("it is no archive of this collection, or one of a newer version")
    wrong = [one for one, kind in _KINDS.items() if not isinstance(found.get(one), kind)]
    if wrong or not _ID.fullmatch(found["cluster_id"]) or not _ID.fullmatch(found["node_id"]):
        raise ValueError(f"its manifest lacks {', '.join(wrong) or 'the IDs of the swarm and its node'}")
    return t.cast(Manifest, found)


def damage(content: Manifest, found: t.Mapping[str, str]) -> str | None:
    """How an archive differs from its manifest; ``None`` where it does not.

    Args:
        content: the manifest.
        found: the SHA-256 of the archive's files by their names.
    """
    named = content["files"]
    for one in sorted(named.keys() | found.keys()):
        if one not in found:
            return f"{one} is missing"
        if named.get(one) != found[one]:
            return f"{one} is not what was saved" if one in named else f"{one} was added"
    lacking = [one for one in _NEEDED if one not in named]
    return f"{lacking[0]} was never saved" if lacking else None


def too_old(saved: str, running: str) -> str | None:
    """Why an Engine cannot read the state of another one; ``None`` where it may.

    Args:
        saved: the version of the Engine whose state it is.
        running: that of the Engine that is to read it.
    """
    if _numbers(running) >= _numbers(saved):
        return None
    return f"the state is that of Engine {saved}, and this host has {running}, which is older: install {saved} first"


def _numbers(version: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", version.split("-")[0].split("+")[0])][:2]
