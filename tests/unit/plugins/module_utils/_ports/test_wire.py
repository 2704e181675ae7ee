# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._ports import wire
from hypothesis import given
from hypothesis import strategies as st


def test_checksum_is_the_one_of_rfc_1071() -> None:
    # the worked example of RFC 1071 §3: the sum is ddf2, its complement goes into the packet
    assert wire.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2
    assert wire.checksum(b"\x01") == 0xFFFF - 0x0100


def test_segment_has_the_header_of_rfc_768() -> None:
    asked = wire.Datagram("10.0.0.1", 5000, "10.0.0.2", 53, b"hi")
    header = struct.pack("!HHH", 5000, 53, 10)
    pseudo = bytes([10, 0, 0, 1, 10, 0, 0, 2, 0, 17, 0, 10])
    total = sum(struct.unpack("!11H", pseudo + header + b"\0\0" + b"hi"))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert wire.udp_segment(asked) == header + struct.pack("!H", 0xFFFF - total) + b"hi"


@given(st.binary(max_size=200), st.ip_addresses(), st.integers(1, 65535))
def test_a_receiver_finds_every_checksum_right(payload: bytes, address: object, port: int) -> None:
    text = str(address)
    segment = wire.udp_segment(wire.Datagram(text, port, text, port, payload))
    packed = address.packed * 2  # type: ignore[attr-defined]
    pseudo = packed + struct.pack("!IHBB", len(segment), 0, 0, 17)
    assert wire.checksum(pseudo + segment) == 0
    assert wire.parse_udp(segment, text, text) == wire.Datagram(text, port, text, port, payload)


def test_ipv4_packet_with_options_is_read_behind_its_header() -> None:
    segment = wire.udp_segment(wire.Datagram("10.0.0.1", 5000, "10.0.0.2", 53, b"hi"))
    header = bytes([0x46, *[0] * 11, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1])
    assert wire.parse_ipv4(header + segment) == wire.Datagram("10.0.0.1", 5000, "10.0.0.2", 53, b"hi")


@pytest.mark.parametrize("packet", [b"", b"\x45" + b"\0" * 18, b"\x45" + b"\0" * 26])
def test_a_cut_packet_is_none(packet: bytes) -> None:
    assert wire.parse_ipv4(packet) is None


def test_the_answer_goes_back_from_where_the_question_went() -> None:
    asked = wire.Datagram("10.0.0.1", 40000, "10.0.0.2", 4789, b"?")
    assert wire.reply_to(asked, b"!") == wire.Datagram("10.0.0.2", 4789, "10.0.0.1", 40000, b"!")


@given(st.text(max_size=200), st.text(max_size=20))
def test_an_answer_is_read_back_and_never_larger_than_its_question(host: str, run: str) -> None:
    host = host.encode("utf-8", "ignore").decode()
    block = wire.answer(run, host)
    assert len(block) == len(wire.question(run)) == wire.SIZE
    name = wire.read_answer(block, run)
    assert name is not None
    assert host.startswith(name)
    assert wire.same_name(name, host)
    assert not wire.same_name(name + "x", host) or len(host.encode()) > 70


def test_messages_of_another_run_or_of_anything_else_are_not_ours() -> None:
    assert wire.is_question(wire.question("a"))
    assert not wire.is_question(wire.question("a")[:-1])
    assert not wire.is_question(wire.answer("a", "m1"))
    assert wire.read_answer(wire.answer("b", "m1"), "a") is None
    assert wire.read_answer(wire.answer("b", "m1"), None) == "m1", "a greeting, which no question came before"
    assert wire.read_answer(wire.question("a"), None) is None
    assert wire.read_answer(wire.answer_to(wire.question("b"), "m1"), "b") == "m1"
    assert wire.read_answer(b"SSH-2.0-OpenSSH_9.2\r\n", "a") is None


def test_vxlan_does_not_take_a_message_for_its_own() -> None:
    vni_flag = 0x08  # RFC 7348 §5: the I flag is set in every valid header
    assert not wire.question("a")[0] & vni_flag
    assert not wire.answer("a", "m1")[0] & vni_flag


def run_filter(program: bytes, packet: bytes) -> int:
    """Interpret the few BPF instructions that the filter uses."""
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    accumulator = index = at = 0
    while True:
        code, if_true, if_false, k = steps[at]
        at += 1
        if code == 0x06:
            return k
        if code == 0xB1:
            index = 4 * (packet[k] & 0x0F)
        elif code in (0x20, 0x40):
            start = k + (index if code == 0x40 else 0)
            if start + 4 > len(packet):
                return 0
            (accumulator,) = struct.unpack_from("!I", packet, start)
        elif code == 0x15:
            at += if_true if accumulator == k else if_false


@pytest.mark.parametrize(
    ("payload", "passes"), [(wire.question("a"), True), (wire.answer("a", "m1"), False), (b"x", False)]
)
def test_the_filter_lets_questions_through_alone(payload: bytes, passes: bool) -> None:
    segment = wire.udp_segment(wire.Datagram("10.0.0.1", 5000, "10.0.0.2", 53, payload))
    for header in (b"\x45" + b"\0" * 19, b"\x46" + b"\0" * 23):
        assert bool(run_filter(wire.question_filter(ipv6=False), header + segment)) is passes
    assert bool(run_filter(wire.question_filter(ipv6=True), segment)) is passes
