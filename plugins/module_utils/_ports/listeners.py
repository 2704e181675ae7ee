# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which ports are held on this host, and by which processes. PRIVATE to the collection.

Parsing is pure (text in, rows out); only ``listeners`` and ``find_holders`` read ``/proc``. Linux only, as the Engine's
swarm mode is.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import typing as t

# Socket states of the kernel (include/net/tcp_states.h): a TCP socket in LISTEN, and a UDP socket that is
# bound but not connected (the kernel shows it as CLOSE). Connected UDP sockets are clients on ephemeral ports.
_HELD_STATE = {"tcp": "0A", "udp": "07"}
_FILES = (("tcp", "tcp"), ("tcp", "tcp6"), ("udp", "udp"), ("udp", "udp6"))


class Listener(t.TypedDict):
    """One held port. ``process`` and ``pid`` are None for a socket of the kernel and where the reader is not root."""

    protocol: str
    port: int
    address: str
    process: str | None
    pid: int | None


class HeldPort(t.NamedTuple):
    """One line of ``/proc/net/*`` that holds a port. ``inode`` is 0 for the kernel's own sockets."""

    protocol: str
    port: int
    address: str
    inode: int


def decode_address(text: str, byteorder: str = sys.byteorder) -> str:
    """Turn the hexadecimal address of ``/proc/net/*`` into its usual spelling.

    The kernel prints 32-bit words in the byte order of the machine; an IPv4 address inside an IPv6 socket
    is returned as IPv4.
    """
    raw = bytes.fromhex(text)
    if byteorder == "little":
        raw = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    if len(raw) == 4:
        return str(ipaddress.IPv4Address(raw))
    address = ipaddress.IPv6Address(raw)
    return str(address.ipv4_mapped or address)


def parse_sockets(
    text: str, protocol: str, ports: t.AbstractSet[int] | None = None, byteorder: str = sys.byteorder
) -> list[HeldPort]:
    """Read one file of ``/proc/net`` ({tcp,tcp6,udp,udp6}): listening TCP or bound UDP sockets.

    ``ports`` limits the answer to those ports; None means every port.
    """
    state = _HELD_STATE[protocol]
    held = []
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 10 or fields[3] != state:
            continue
        address, _colon, port_text = fields[1].rpartition(":")
        port = int(port_text, 16)
        if port and (ports is None or port in ports):
            held.append(HeldPort(protocol, port, decode_address(address, byteorder), int(fields[9])))
    return held


def find_holders(inodes: t.Iterable[int], proc: str = "/proc") -> dict[int, tuple[str, int]]:
    """Map socket inodes to (process name, pid) by the open files of every process.

    The search stops with the last inode. Processes that end meanwhile, or whose files this user may not list, are skipped.
    """
    missing = {f"socket:[{inode}]": inode for inode in inodes if inode}
    holders: dict[int, tuple[str, int]] = {}
    if not missing:
        return holders
    for pid in os.listdir(proc):
        if not pid.isdigit():
            continue
        folder = f"{proc}/{pid}/fd"
        try:
            links = os.listdir(folder)
        except OSError:
            continue
        for link in links:
            try:
                inode = missing.pop(os.readlink(f"{folder}/{link}"), None)
            except OSError:
                continue
            if inode is not None:
                holders[inode] = (_process_name(proc, pid), int(pid))
        if not missing:
            break
    return holders


def _process_name(proc: str, pid: str) -> str:
    try:
        with open(f"{proc}/{pid}/comm", encoding="utf-8", errors="replace") as stream:
            return stream.read().strip()
    except OSError:
        return "?"


def listeners(ports: t.AbstractSet[int] | None = None, proc: str = "/proc") -> list[Listener]:
    """The held ports of this host's network namespace, sorted, without doubles.

    Args:
        ports: report these only; processes are searched only if one of the ports is held.
        proc: where ``/proc`` is mounted.
    """
    held: list[HeldPort] = []
    for protocol, name in _FILES:
        try:
            with open(f"{proc}/net/{name}", encoding="ascii", errors="replace") as stream:
                held += parse_sockets(stream.read(), protocol, ports)
        except OSError:
            continue  # a kernel without IPv6 has no tcp6 and udp6
    holders = find_holders({row.inode for row in held}, proc)
    rows = {}
    for row in held:
        process, pid = holders.get(row.inode, (None, None))
        rows[(row.protocol, row.port, row.address, pid or 0)] = Listener(
            protocol=row.protocol, port=row.port, address=row.address, process=process, pid=pid
        )
    return [rows[key] for key in sorted(rows)]
