# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sockets that receive the questions of peers and send the answers. PRIVATE to the collection.

TCP ports that are free are listened on. UDP is received by raw sockets: they get a datagram after the host's input
firewall even where another socket holds the port (the kernel's VXLAN, the Engine's gossip), and the answer is sent from
the port that was asked.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import socket
import struct
import typing as t

from .wire import (
    SIZE,
    answer_to,
    is_question,
    parse_ipv4,
    parse_udp,
    question_filter,
    reply_to,
    udp_segment,
)

# From linux/in.h, linux/in6.h, asm-generic/socket.h; not every Python we support names them.
_IP_PKTINFO, _SO_ATTACH_FILTER, _IPV6_RECVPKTINFO, _IPV6_PKTINFO = 8, 26, 49, 50


class ListenPort(t.NamedTuple):
    """A port of this host on which peers are answered."""

    protocol: str
    port: int


class Sockets:
    """Everything one listener has open."""

    def __init__(self) -> None:
        self.control: socket.socket | None = None
        self.streams: list[socket.socket] = []
        self.raw: list[socket.socket] = []
        # Bound and never read: while they are open, the kernel does not reject datagrams to a free port.
        self.reserved: list[socket.socket] = []

    def all(self) -> list[socket.socket]:
        """Every open socket."""
        return ([self.control] if self.control else []) + self.streams + self.raw + self.reserved

    def free(self) -> None:
        """Let go of the ports; the raw sockets hear what is sent to them all the same."""
        for sock in self.streams + self.reserved:
            sock.close()
        self.streams, self.reserved = [], []

    def close(self) -> None:
        """Close the ports first and the control socket last: its end is the sign that the ports are free."""
        for sock in reversed(self.all()):
            sock.close()


def open_ports(sockets: Sockets, ports: t.Sequence[ListenPort]) -> set[ListenPort]:
    """Open the sockets of the ports, and return the ports that another socket holds."""
    taken = set()
    for row in ports:
        kind = socket.SOCK_STREAM if row.protocol == "tcp" else socket.SOCK_DGRAM
        try:
            sock = _bind(kind, row.port)
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE:
                raise
            taken.add(row)
            continue
        if row.protocol == "tcp":
            sock.listen(512)
            sockets.streams.append(sock)
        else:
            sockets.reserved.append(sock)
    if any(row.protocol == "udp" for row in ports):
        sockets.raw.append(_raw(socket.AF_INET))
        with contextlib.suppress(OSError):  # a kernel without IPv6, over which no peer can ask
            sockets.raw.append(_raw(socket.AF_INET6))
    return taken


def _bind(kind: int, port: int) -> socket.socket:
    """Bind a port for IPv4 and IPv6 at once, or for IPv4 alone where there is no IPv6."""
    try:
        sock = socket.socket(socket.AF_INET6, kind)
    except OSError:
        return _bound(socket.socket(socket.AF_INET, kind), ("0.0.0.0", port))
    try:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        return _bound(sock, ("::", port))
    except OSError as exc:
        if exc.errno != errno.EADDRNOTAVAIL:
            raise
        return _bound(socket.socket(socket.AF_INET, kind), ("0.0.0.0", port))


def _bound(sock: socket.socket, address: tuple[str, int]) -> socket.socket:
    try:
        # The listeners of several runs share a port; whatever else holds it does not (socket(7), SO_REUSEPORT).
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if sock.type == socket.SOCK_STREAM:
            # Connections of an earlier proof that linger in TIME_WAIT do not hold the port.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def _raw(family: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
    try:
        program = question_filter(family == socket.AF_INET6)
        code = ctypes.create_string_buffer(program, len(program))
        # struct sock_fprog: number of instructions (8 bytes each), pointer to them
        sock.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(program) // 8, ctypes.addressof(code))
        )
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO, 1)
    except OSError:
        sock.close()
        raise
    return sock


def greet(stream: socket.socket, reply: bytes) -> None:
    """Send the answer to a peer that connects, without waiting for a question."""
    connection, _address = stream.accept()
    with connection:
        connection.setblocking(False)
        connection.send(reply)


def answer_datagram(raw: socket.socket, ports: t.AbstractSet[int], host: str) -> None:
    """Answer one question out of a raw socket, from the address and port it was sent to.

    A question of another run is answered too, in that run's own terms: its listener may not hold the port anymore.
    """
    packet, control, _flags, sender = raw.recvmsg(60 + 8 + 2 * SIZE, 256)
    if raw.family == socket.AF_INET:
        asked = parse_ipv4(packet)
    else:
        info = next((data for level, kind, data in control if kind == _IPV6_PKTINFO), b"")
        destination = socket.inet_ntop(socket.AF_INET6, info[:16]) if len(info) >= 16 else "::"
        asked = parse_udp(packet, sender[0].partition("%")[0], destination)
    if asked is None or asked.destination_port not in ports or not is_question(asked.payload):
        return
    segment = udp_segment(reply_to(asked, answer_to(asked.payload, host)))
    source = socket.inet_pton(raw.family, asked.destination)
    if raw.family == socket.AF_INET:
        origin = [(socket.IPPROTO_IP, _IP_PKTINFO, struct.pack("=i4s4s", 0, source, b"\0" * 4))]
    else:
        origin = [(socket.IPPROTO_IPV6, _IPV6_PKTINFO, source + struct.pack("=I", 0))]
    raw.sendmsg([segment], origin, 0, (asked.source, 0))
