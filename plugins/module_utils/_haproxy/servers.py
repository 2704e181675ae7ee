# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers of a HAProxy that runs, as its socket shows them, and what it has to be told. PRIVATE to the collection. Pure."""

from __future__ import annotations

import csv
import typing as t

from .text import word


class Server(t.NamedTuple):
    """A server of a HAProxy that runs.

    Attributes:
        backend: the section that it stands in.
        name: its name, which ends with the ID of its node.
        usable: whether it gets new connections: its check is well, and it is not drained.
        drained: whether it was told to get no new ones.
        sessions: how many connections are open.
    """

    backend: str
    name: str
    usable: bool
    drained: bool
    sessions: int

    @property
    def path(self) -> str:
        """How the socket is told of it."""
        return f"{self.backend}/{self.name}"

    def of_node(self, node_id: str) -> bool:
        """Whether it is a node's."""
        return self.name.endswith(f".{word(node_id)}")


# Bits of a server's administrative state (HAProxy's management guide, "show servers state"): drained by its socket.
_DRAINED = 0x08
_STOPPED = "0"


def servers(states: str, statistics: str) -> list[Server]:
    """The servers in what ``show servers state`` and ``show stat`` say; the first alone says that one that is down is drained."""
    sessions = {
        (row["pxname"], row["svname"]): int(row["scur"] or 0)
        for row in csv.DictReader(statistics.lstrip("# ").splitlines())
    }
    lines = [line for line in states.splitlines() if line]
    heads = [line for line in lines if line.startswith("# ")]
    if not heads:
        return []
    names = heads[0][2:].split()
    rows = [dict(zip(names, line.split())) for line in lines[lines.index(heads[0]) + 1 :]]
    return [
        Server(
            row["be_name"],
            row["srv_name"],
            row["srv_op_state"] != _STOPPED and row["srv_admin_state"] == "0",
            bool(int(row["srv_admin_state"]) & _DRAINED),
            sessions.get((row["be_name"], row["srv_name"]), 0),
        )
        for row in rows
    ]


def running_fingerprint(shown: str) -> str:
    """The fingerprint of the configuration in what ``show info`` says; empty for one of another hand."""
    for line in shown.splitlines():
        name, _colon, value = line.partition(":")
        if name.strip().lower() == "description":
            return value.strip()
    return ""


def to_drain(node_id: str, live: list[Server]) -> list[Server]:
    """The servers of a node that can be drained: a section keeps one that is usable, even that of this node.

    Where it is the only one, its task is started elsewhere first where that is possible, and the check finds it there.
    """
    return [
        one
        for one in live
        if one.of_node(node_id)
        and not one.drained
        and any(
            other.usable and other.backend == one.backend and not other.of_node(node_id) for other in live
        )
    ]


def to_release(node_id: str, live: list[Server]) -> list[Server]:
    """The servers of a node that get connections again."""
    return [one for one in live if one.of_node(node_id) and one.drained]


def left(node_id: str, live: list[Server]) -> int:
    """How many connections a node's drained servers still have."""
    return sum(one.sessions for one in live if one.of_node(node_id) and one.drained)


def set_state(one: Server, state: str) -> str:
    """What the socket is told."""
    return f"set server {one.path} state {state}"
