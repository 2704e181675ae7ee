# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verb swarm_reach: prove that hosts reach each other on the ports of a swarm. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.errors import FlotillaError, Refused
from .._engine.wait import Deadline, waiting_for
from .._options.kernel import is_address, no_other_hosts
from .._options.value_types import NAME, not_empty
from .._run.interface import Interface
from .._run.progress import PROGRESS
from .._run.verb import Verb
from .control import stop
from .listen import ListenPort, start
from .probe import ProbeTarget, longest, probe
from .report import failures, reach_rows

# How many failures the message repeats: in a swarm of hundreds of hosts more of them would hide the reason.
_REPEATED = 20


def _peer(address: str) -> None:
    """Refuse what no host answers on; with the interface behind it, a link-local address is one."""
    not_empty(address)
    # A name is no address.
    is_one = is_address(address) and "%" not in address
    reason = no_other_hosts(address) if is_one else None
    if reason:
        raise ValueError(f"{address} is no address of one host: {reason}")


_PORT: dict[str, t.Any] = {
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "required": True},
    "port": {"type": "int", "required": True},
}
_PEER: dict[str, t.Any] = {
    "host": {**NAME, "required": True},
    "address": {"type": "str", "required": True, "limits": _peer},
    "ports": {"type": "list", "elements": "dict", "required": True, "options": _PORT},
}
ARGUMENTS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["listening", "proven", "absent"], "required": True},
    "host": {**NAME, "required": True},
    "run": {"type": "str", "default": "flotilla"},
    "ports": {"type": "list", "elements": "dict", "default": [], "options": _PORT},
    "seconds": {"type": "int", "default": 60},
    "peers": {"type": "list", "elements": "dict", "default": [], "options": _PEER},
    "timeout": {"type": "float", "default": 2.0},
    "required": {"type": "bool", "default": True},
    **PROGRESS,
}


class NotReached(FlotillaError):
    """A peer did not answer on a port."""


def work(options: dict[str, t.Any], check_mode: bool, _client: None) -> dict[str, t.Any]:
    """Start the listener, ask the peers, or end the listener. Nothing that lasts is changed.

    Raises:
        Refused: options out of range, or not root.
        NotReached: a peer did not answer and ``required`` is set; the rows are among the facts.
    """
    _check_options(options)
    state = options["state"]
    if state == "listening":
        return {"changed": False, "ports": [] if check_mode else _listen(options)}
    if state == "proven":
        return {"changed": False, **_prove(options, [] if check_mode else _targets(options))}
    if not check_mode:
        stop(options["run"])
    return {"changed": False}


def _listen(options: dict[str, t.Any]) -> list[t.Any]:
    ports = [ListenPort(row["protocol"], row["port"]) for row in options["ports"]]
    return list(start(options["host"], options["run"], ports, options["seconds"]))


def _targets(options: dict[str, t.Any]) -> list[ProbeTarget]:
    return [
        ProbeTarget(peer["host"], peer["address"], row["protocol"], row["port"])
        for peer in options["peers"]
        for row in peer["ports"]
    ]


def _prove(options: dict[str, t.Any], targets: list[ProbeTarget]) -> dict[str, t.Any]:
    with waiting_for(asking(targets), Deadline(longest(targets, options["timeout"]))):
        rows = reach_rows(targets, probe(targets, options["run"], options["timeout"]))
    sentences = failures(options["host"], rows)
    result: dict[str, t.Any] = {"reached": rows, "failures": sentences}
    if sentences and options["required"]:
        raise NotReached(summary(sentences), result)
    return result


def asking(targets: t.Sequence[ProbeTarget]) -> str:
    """What is waited for, for the progress."""
    return f"asking {len({target.host for target in targets})} hosts on {len(targets)} ports"


def summary(sentences: t.Sequence[str]) -> str:
    """The failures as one message, cut where it gets long."""
    more = len(sentences) - _REPEATED
    message = " ".join(sentences[:_REPEATED])
    return f"{message} And {more} more, see the key failures." if more > 0 else message


def _check_options(options: dict[str, t.Any]) -> None:
    """Refuse values that an argument spec cannot refuse."""
    ports = [*options["ports"], *(row for peer in options["peers"] for row in peer["ports"])]
    wrong = [row["port"] for row in ports if not 1 <= row["port"] <= 65535]
    if wrong:
        raise Refused(f"Port {wrong[0]} does not exist: ports go from 1 to 65535.")
    if not 1 <= options["seconds"] <= 600:
        raise Refused(f"seconds is {options['seconds']}: give 1 to 600.")
    if not 0.5 <= options["timeout"] <= 30:
        raise Refused(f"timeout is {options['timeout']}: give 0.5 to 30 seconds.")


VERB = Verb(Interface(ARGUMENTS, connects=False, waits=True), work)
