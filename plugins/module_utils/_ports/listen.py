# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listener that runs on a host for some seconds and answers its peers. PRIVATE to the collection.

It leaves nothing behind: no file, and it ends by itself. An abstract unix socket, of which there is one in each network
namespace, leads to a listener that is running.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import time
import typing as t

from .._engine.errors import Refused
from .listeners import listeners
from .sockets import ListenPort, Sockets, answer_datagram, greet, open_ports
from .wire import answer

PROCESS_NAME = "flotilla-reach"
_CONTROL = "\0flotilla.swarm.reach"


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
    """Start the listener in the background, in place of a running one, and return how each port is held.

    When this returns the ports are bound.

    Raises:
        ReachError: not root, or the ports cannot be bound.
    """
    if os.geteuid() != 0:
        raise ReachError(f"Listening for peers on {host} needs root: set become to true.")
    stop()
    listened = sorted(set(ports))
    sockets = Sockets()
    try:
        sockets.control = _open_control()
        taken = open_ports(sockets, listened)
    except OSError as exc:
        sockets.close()
        raise ReachError(f"Listening for peers on {host} failed: {exc}.") from exc
    states = describe(listened, taken)
    if _detach(sockets):
        _serve(sockets, host, run, frozenset(row.port for row in listened if row.protocol == "udp"), seconds)
    sockets.close()
    return states


def stop() -> bool:
    """End the listener of this host and wait until its ports are free; whether one was running."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        control.settimeout(5)
        try:
            control.connect(_CONTROL)
            control.sendall(b"stop")
            control.recv(1)  # ends when the listener closes, which it does after everything else
        except ConnectionRefusedError:
            return False
        except OSError:
            pass
    return True


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


def _open_control() -> socket.socket:
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    control.bind(_CONTROL)
    control.listen(4)
    return control


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
        reply = answer(run, host)
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
                            asker = asker or _asked_to_stop(ready)
                        elif ready in sockets.streams:
                            greet(ready, reply)
                        else:
                            answer_datagram(ready, run, udp_ports, reply)
                    except OSError:
                        continue  # one peer that closed its end must not end the proof of the others
    except BaseException:
        status = 1
    sockets.close()
    if asker is not None:
        asker.close()
    os._exit(status)


def _asked_to_stop(control: socket.socket) -> socket.socket | None:
    """Accept a request to stop, from root alone: abstract sockets have no permissions of their own."""
    connection, _address = control.accept()
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if uid != 0:
        connection.close()
        return None
    return connection
