# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_reach: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.errors import FlotillaError, Refused
from .listen import Port, start, stop
from .probe import Target, probe
from .report import failures, table

# A swarm of hundreds of hosts would otherwise drown the reason in its repetitions.
_TOLD = 20


_PORT: dict[str, t.Any] = {
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "required": True},
    "port": {"type": "int", "required": True},
}
_PEER: dict[str, t.Any] = {
    "host": {"type": "str", "required": True},
    "address": {"type": "str", "required": True},
    "ports": {"type": "list", "elements": "dict", "required": True, "options": _PORT},
}
OPTIONS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["listening", "proven", "absent"], "required": True},
    "host": {"type": "str", "required": True},
    "run": {"type": "str", "default": "flotilla"},
    "ports": {"type": "list", "elements": "dict", "default": [], "options": _PORT},
    "seconds": {"type": "int", "default": 60},
    "peers": {"type": "list", "elements": "dict", "default": [], "options": _PEER},
    "timeout": {"type": "float", "default": 2.0},
    "required": {"type": "bool", "default": True},
}


class NotReached(FlotillaError):
    """A peer did not answer on a port."""


def program(options: dict[str, t.Any]) -> dict[str, t.Any]:
    """The result of the module, where its work is sent to the host as a program (see ``_program``)."""
    return {"changed": False, **reach(options, options["check_mode"])}


def reach(options: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Carry out one state.

    Raises:
        Refused: options out of range, or not root.
        NotReached: a peer did not answer and ``required`` is set; the table is among the facts.
    """
    _validate(options)
    state, host, run = options["state"], options["host"], options["run"]
    if state == "listening":
        wanted = [Port(row["protocol"], row["port"]) for row in options["ports"]]
        return {"ports": [] if check_mode else start(host, run, wanted, options["seconds"])}
    if state == "absent":
        if not check_mode:
            stop()
        return {}
    targets = [
        Target(peer["host"], peer["address"], row["protocol"], row["port"])
        for peer in options["peers"]
        for row in peer["ports"]
    ]
    if check_mode:
        targets = []
    rows = table(targets, probe(targets, run, options["timeout"]))
    found = {"reached": rows, "failures": failures(host, rows)}
    if found["failures"] and options["required"]:
        raise NotReached(summary(t.cast("list[str]", found["failures"])), found)
    return found


def summary(sentences: t.Sequence[str]) -> str:
    """The failures as one message, cut where it gets long."""
    left = len(sentences) - _TOLD
    told = " ".join(sentences[:_TOLD])
    return f"{told} And {left} more, see the key failures." if left > 0 else told


def _validate(options: dict[str, t.Any]) -> None:
    """Refuse what no argument spec can tell."""
    ports = [*options["ports"], *(row for peer in options["peers"] for row in peer["ports"])]
    wrong = [row["port"] for row in ports if not 1 <= row["port"] <= 65535]
    if wrong:
        raise Refused(f"Port {wrong[0]} does not exist: ports go from 1 to 65535.")
    if not 1 <= options["seconds"] <= 600:
        raise Refused(f"seconds is {options['seconds']}: give 1 to 600.")
    if not 0.5 <= options["timeout"] <= 30:
        raise Refused(f"timeout is {options['timeout']}: give 0.5 to 30 seconds.")
