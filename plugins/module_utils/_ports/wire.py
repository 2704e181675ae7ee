# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages by which two hosts prove that they reach each other. Pure. PRIVATE to the collection.

Every message, question and answer, TCP and UDP, is one block of 96 bytes, so that an answer is never larger than
its question::

    8 magic | 16 digest of the run | 1 length of the name | up to 71 name of the answering host | zeros

The first byte is zero: as VXLAN the kernel drops the message at once (the flag that marks a VXLAN header, 0x08, is not
set), as gossip the Engine drops it because it cannot be decrypted.
"""

from __future__ import annotations

import hashlib
import ipaddress
import struct
import typing as t

QUESTION = b"\0flotAsk"
ANSWER = b"\0flotAns"
SIZE = 96
UDP_HEADER = 8
_NAME_MAX = SIZE - 8 - 16 - 1

# Classic BPF (linux/filter.h): load 4*(header length) into X, load a word at X+k or at k, compare, return.
_LDX_IPV4_HEADER, _LD_INDEXED, _LD_ABSOLUTE, _JEQ, _RET = 0xB1, 0x40, 0x20, 0x15, 0x06


class Datagram(t.NamedTuple):
    """A UDP datagram as a raw socket sees it."""

    source: str
    source_port: int
    destination: str
    destination_port: int
    payload: bytes


def run_digest(run: str) -> bytes:
    """The 16 bytes by which the messages of one run differ from those of another."""
    return hashlib.sha256(run.encode("utf-8")).digest()[:16]


def question(run: str) -> bytes:
    """The block that asks a peer."""
    return (QUESTION + run_digest(run)).ljust(SIZE, b"\0")


def is_question(block: bytes) -> bool:
    """Whether a received block is a question, of whichever run."""
    return len(block) >= SIZE and block[:8] == QUESTION


def answer(run: str, host: str) -> bytes:
    """The block that a listener greets with, or answers a question of this run with; it names the host."""
    return answer_to(question(run), host)


def answer_to(asked: bytes, host: str) -> bytes:
    """The block that answers a question, with the digest of the run that asked."""
    # A name cut in the middle of a character stays readable: the reader ignores the broken rest.
    name = host.encode("utf-8")[:_NAME_MAX]
    return (ANSWER + asked[8:24] + bytes((len(name),)) + name).ljust(SIZE, b"\0")


def read_answer(block: bytes, run: str | None) -> str | None:
    """The name of the host that answered, or None if this is no answer of this run; of any run where that is None."""
    expected = ANSWER if run is None else ANSWER + run_digest(run)
    if len(block) < SIZE or not block.startswith(expected):
        return None
    return block[25 : 25 + min(block[24], _NAME_MAX)].decode("utf-8", "ignore")


def same_name(answered: str, host: str) -> bool:
    """Whether a name in an answer is that of a host; an answer has only the beginning of a long name."""
    return answered == host.encode("utf-8")[:_NAME_MAX].decode("utf-8", "ignore")


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of the data."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def udp_segment(datagram: Datagram) -> bytes:
    """UDP header and payload with the checksum over the pseudo header (RFC 768, RFC 8200 §8.1)."""
    source = ipaddress.ip_address(datagram.source).packed
    destination = ipaddress.ip_address(datagram.destination).packed
    length = UDP_HEADER + len(datagram.payload)
    pseudo = source + destination
    pseudo += (
        struct.pack("!BBH", 0, 17, length) if len(source) == 4 else struct.pack("!IHBB", length, 0, 0, 17)
    )
    header = struct.pack("!HHHH", datagram.source_port, datagram.destination_port, length, 0)
    value = checksum(pseudo + header + datagram.payload) or 0xFFFF  # zero means "no checksum"
    return header[:6] + struct.pack("!H", value) + datagram.payload


def parse_ipv4(packet: bytes) -> Datagram | None:
    """Read what a raw IPv4 socket delivers: IP header, UDP header, payload. None when it is too short."""
    if len(packet) < 20:
        return None
    header = (packet[0] & 0x0F) * 4
    source, destination = str(ipaddress.IPv4Address(packet[12:16])), str(ipaddress.IPv4Address(packet[16:20]))
    return parse_udp(packet[header:], source, destination)


def parse_udp(segment: bytes, source: str, destination: str) -> Datagram | None:
    """Read UDP header and payload, which is what a raw IPv6 socket delivers. None when it is too short."""
    if len(segment) < UDP_HEADER:
        return None
    source_port, destination_port = struct.unpack("!HH", segment[:4])
    return Datagram(source, source_port, destination, destination_port, segment[UDP_HEADER:])


def reply_to(asked: Datagram, payload: bytes) -> Datagram:
    """The answer to a datagram, from the address and port that were asked, which connection tracking lets pass."""
    return Datagram(asked.destination, asked.destination_port, asked.source, asked.source_port, payload)


def question_filter(ipv6: bool) -> bytes:
    """A socket filter that lets only questions through to a raw UDP socket.

    Without it the socket would get a copy of every datagram of the host, overlay traffic included. A raw IPv6
    socket starts at the UDP header, a raw IPv4 one at the IP header.
    """
    first, second = struct.unpack("!II", QUESTION)
    load = _LD_ABSOLUTE if ipv6 else _LD_INDEXED
    program = [] if ipv6 else [(_LDX_IPV4_HEADER, 0, 0, 0)]
    program += [
        (load, 0, 0, UDP_HEADER),
        (_JEQ, 0, 3, first),
        (load, 0, 0, UDP_HEADER + 4),
        (_JEQ, 0, 1, second),
        (_RET, 0, 0, 0xFFFF),
        (_RET, 0, 0, 0),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in program)
