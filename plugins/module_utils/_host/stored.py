# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host's files say of the swarm it is in, where its Engine cannot. PRIVATE to the collection.

A manager that is locked or stopped says neither which swarm it is of nor what it knows of it. Its certificate, the list of
managers and the log of raft lie on its disk, and what is read of them is not encrypted. It takes root.
"""

from __future__ import annotations

import json
import os
import typing as t

from .._files.read import read_file
from .._files.unreadable import Unreadable
from .certificate import subject
from .wal import Position, position

_MOST = 1 << 20
_LOG = "raft/wal-v3-encrypted"
_SEALED = b"BEGIN ENCRYPTED PRIVATE KEY"


class Stored(t.TypedDict):
    """A node, by its files.

    ``sealed`` says whether its own key is encrypted with the swarm's unlock key. ``term`` and ``index`` are those of the last
    entry of its log, ``None`` where it has none.
    """

    node_id: str
    swarm_id: str
    role: str
    sealed: bool
    managers: list[dict[str, str]]
    term: int | None
    index: int | None


def read_stored(root: str) -> Stored | None:
    """What the files below the Engine's data root say; ``None`` where they say nothing, or cannot be read."""
    swarm = os.path.join(root, "swarm")
    try:
        names = subject(read_file(os.path.join(swarm, "certificates/swarm-node.crt"), _MOST))
    except (Unreadable, ValueError):
        return None
    try:
        key = read_file(os.path.join(swarm, "certificates/swarm-node.key"), _MOST)
    except Unreadable:
        key = b""
    last = _position(os.path.join(swarm, _LOG))
    return {
        "node_id": names.get("CN", ""),
        "swarm_id": names.get("O", ""),
        "role": names.get("OU", "").replace("swarm-", ""),
        "sealed": _SEALED in key,
        "managers": _managers(os.path.join(swarm, "state.json")),
        "term": last[0] if last else None,
        "index": last[1] if last else None,
    }


def _managers(path: str) -> list[dict[str, str]]:
    try:
        rows = json.loads(read_file(path, _MOST))
        return [{"id": row.get("node_id", ""), "address": row.get("addr", "")} for row in rows]
    except (Unreadable, ValueError, TypeError, AttributeError):
        return []


def _position(folder: str) -> Position | None:
    """The last entry of the log: that of the newest file that has one, since a new file begins without any."""
    try:
        for name in sorted(os.listdir(folder), reverse=True):
            if not name.endswith(".wal"):
                continue
            with open(os.path.join(folder, name), "rb") as stream:
                found = position(stream)
            if found:
                return found
    except (OSError, ValueError):
        return None
    return None
