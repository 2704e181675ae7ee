# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listener that runs on a host for some seconds and answers its peers. PRIVATE to the collection.

It leaves nothing behind: no file, and it ends by itself. Those of several runs listen side by side (see control.py).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import time
import typing as t

from .._engine.errors import Refused
from .control import FREE, STOP, command_of, open_control, stop
from .listeners import listeners
from .sockets import ListenPort, Sockets, answer_datagram, greet, open_ports
from .wire import answer

PROCESS_NAME = "flotilla-reach"


class ReachError(Refused):
    """The listener cannot run on this host."""


class PortState(t.TypedDict):
    """How a port is listened on. ``held_by`` is the process that holds it, None for the kernel and for a free port."""

    protocol: str
    port: int
    held: bool
    held_by: str | None
    pid: int | None


def start(host: str, run: str, ports: t.Iterable[ListenPort], seconds: int) -> list[PortState]:
    """Start the listener of a run in the background, in place of a running one, and return how each port is held.

    When this returns the ports are bound.

    Raises:
        ReachError: not root, or the ports cannot be bound.
    """
    if os.geteuid() != 0:
        raise ReachError(f"Listening for peers on {host} needs root: set become to true.")
    stop(run)
    listened = sorted(set(ports))
    sockets = Sockets()
    try:
        sockets.control = open_control(run)
        taken = open_ports(sockets, listened)
    except OSError as exc:
        sockets.close()
        raise ReachError(f"Listening for peers on {host} failed: {exc}.") from exc
    states = describe(listened, taken)
    if _detach(sockets):
        _serve(sockets, host, run, frozenset(row.port for row in listened if row.protocol == "udp"), seconds)
    sockets.close()
    return states


def describe(ports: t.Iterable[ListenPort], taken: t.AbstractSet[ListenPort]) -> list[PortState]:
    """How each port is listened on, with the holders of the ports that were taken before."""
    rows = listeners({row.port for row in taken}) if taken else []
    states = []
    for row in ports:
        holder = next((r for r in rows if row in taken and (r["protocol"], r["port"]) == row), None)
        states.append(
            PortState(
                protocol=row.protocol,
                port=row.port,
                held=row in taken,
                held_by=holder["process"] if holder else None,
                pid=holder["pid"] if holder else None,
            )
        )
    return states


def _detach(sockets: Sockets) -> bool:
    """Fork twice; True in the process that goes on running, which keeps no file of the caller open."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return False
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.chdir("/")
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        keep = {sock.fileno() for sock in sockets.all()} | {0, 1, 2}
        for entry in os.listdir("/proc/self/fd"):
            if int(entry) not in keep:
                with contextlib.suppress(OSError):  # the descriptor of the listing itself is gone already
                    os.close(int(entry))
        with open("/proc/self/comm", "w", encoding="ascii") as stream:
            stream.write(PROCESS_NAME)
    except BaseException:
        os._exit(1)
    return True


def _serve(
    sockets: Sockets, host: str, run: str, udp_ports: t.AbstractSet[int], seconds: int
) -> None:  # pragma: no cover - its own process
    """Answer until the time is over or a process asks to stop; never returns."""
    status = 0
    asker: socket.socket | None = None
    try:
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            for sock in sockets.all():
                sock.setblocking(False)
            for sock in sockets.streams + sockets.raw + ([sockets.control] if sockets.control else []):
                selector.register(sock, selectors.EVENT_READ)
            while asker is None and time.monotonic() < deadline:
                for key, _events in selector.select(max(0.0, deadline - time.monotonic())):
                    ready = t.cast(socket.socket, key.fileobj)
                    try:
                        if ready is sockets.control:
                            asker = _obey(sockets, selector)
                            break  # what else was ready may be closed now
                        if ready in sockets.streams:
                            greet(ready, answer(run, host))
                        else:
                            answer_datagram(ready, udp_ports, host)
                    except OSError:
                        continue  # one peer that closed its end must not end the proof of the others
    except BaseException:
        status = 1
    sockets.close()
    if asker is not None:
        asker.close()
    os._exit(status)


def _obey(sockets: Sockets, selector: selectors.BaseSelector) -> socket.socket | None:
    """Carry out a command; a connection to close at the end is the answer to one that ends the listener."""
    command, connection = command_of(t.cast(socket.socket, sockets.control))
    if command == STOP:
        return connection
    if command == FREE:
        for stream in sockets.streams:
            selector.unregister(stream)
        sockets.free()
    if connection is not None:
        connection.close()
    return None
