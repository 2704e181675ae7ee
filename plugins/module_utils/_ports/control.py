# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a listener is told to end, or to make way for an Engine. PRIVATE to the collection.

Each run has a listener of its own on a host, so that runs that go on at the same time answer their own peers; it is led to by
an abstract unix socket, of which there is one for each run in each network namespace. Only root is obeyed.
"""

from __future__ import annotations

import contextlib
import socket
import struct

from .wire import run_digest

_PREFIX = "flotilla.swarm.reach."
#: End, and let go of everything.
STOP = b"stop"
#: Let go of the ports, which an Engine is about to bind, and go on answering: raw sockets hear what is sent to them all the
#: same, and TCP is answered by the Engine.
FREE = b"free"
# Seconds for a listener to obey; it has nothing else to do.
_PATIENCE = 5.0


def open_control(run: str) -> socket.socket:
    """The socket by which the listener of a run is told what to do."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        control.bind(_address(run))
        control.listen(4)
    except OSError:
        control.close()
        raise
    return control


def stop(run: str) -> bool:
    """End the listener of a run on this host and wait until its ports are free; whether one was running."""
    return _tell(_address(run), STOP)


def free_ports() -> None:
    """Have every listener on this host, those of other runs and of runs that were killed, let go of the ports."""
    for address in _running():
        _tell(address, FREE)


def command_of(control: socket.socket) -> tuple[bytes, socket.socket | None]:
    """Accept a command, from root alone: abstract sockets have no permissions of their own.

    Returns:
        The command, empty where it is not to be obeyed, and the connection to close once it was carried out.
    """
    connection, _address = control.accept()
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if uid == 0:
        connection.settimeout(1)
        with contextlib.suppress(OSError):
            return connection.recv(16), connection
    connection.close()
    return b"", None


def _address(run: str) -> str:
    return f"\0{_PREFIX}{run_digest(run).hex()}"


def _running() -> list[str]:
    """The addresses of the listeners in this network namespace; the kernel shows an abstract one with an @ in front."""
    try:
        with open("/proc/net/unix", encoding="ascii", errors="replace") as stream:
            names = {line.rsplit(" ", 1)[-1].strip() for line in stream}
    except OSError:
        return []
    return sorted(f"\0{name[1:]}" for name in names if name.startswith(f"@{_PREFIX}"))


def _tell(address: str, command: bytes) -> bool:
    """Send a command and wait until it was carried out; whether a listener was there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        control.settimeout(_PATIENCE)
        try:
            control.connect(address)
            control.sendall(command)
            control.recv(1)  # ends when the listener closes, which it does after everything else
        except ConnectionRefusedError:
            return False
        except OSError:
            pass
    return True
