# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.listeners import (
    decode_address,
    find_holders,
    listeners,
    parse_sockets,
)

# As a little-endian kernel prints them: two listening, one connection, one in TIME_WAIT.
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1201 1 0000000000000000 100 0 0 10 0
   1: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 1302 1 0000000000000000 100 0 0 10 0
   2: 0B00000A:0016 0100000A:D2F0 01 00000000:00000000 02:000A7D8C 00000000     0        0 1403 2 0000000000000000 20 4 30 10 -1
   3: 0B00000A:0949 0C00000A:A0A2 06 00000000:00000000 03:00000F5B 00000000     0        0 0 3 0000000000000000
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0949 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1504 1 0000000000000000 100 0 0 10 0
   1: 000000FD770000000000000002000000:1F0A 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1505 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000B00000A:1F0A 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1505 1 0000000000000000 100 0 0 10 0
"""  # noqa: E501
UDP = """\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  652: 00000000:12B5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1606 2 0000000000000000 0
  773: 0B00000A:9C40 0100000A:0035 01 00000000:00000000 00:00000000 00000000     0        0 1607 2 0000000000000000 0
"""


def test_only_listening_tcp_sockets_count() -> None:
    rows = parse_sockets(TCP, "tcp", byteorder="little")
    assert [(r.port, r.address, r.inode) for r in rows] == [(22, "0.0.0.0", 1201), (6379, "127.0.0.1", 1302)]


def test_only_unconnected_udp_sockets_count() -> None:
    assert [(r.protocol, r.port) for r in parse_sockets(UDP, "udp", byteorder="little")] == [("udp", 4789)]


def test_ipv6_addresses_are_spelled_as_usual_and_mapped_ones_as_ipv4() -> None:
    rows = parse_sockets(TCP6, "tcp", byteorder="little")
    assert [r.address for r in rows] == ["::", "fd00:0:0:77::2", "10.0.0.11"]


def test_other_ports_are_passed_over() -> None:
    assert [r.port for r in parse_sockets(TCP, "tcp", {6379, 4789}, "little")] == [6379]
    assert parse_sockets(TCP, "tcp", set(), "little") == []


@pytest.mark.parametrize("text", ["", "\n", "  sl  local_address\n   0: short\n"])
def test_an_empty_or_cut_file_holds_nothing(text: str) -> None:
    assert parse_sockets(text, "tcp") == []


def test_addresses_of_a_big_endian_machine() -> None:
    assert decode_address("7F000001", "big") == "127.0.0.1"
    assert decode_address("FD000077000000000000000000000002", "big") == "fd00:77::2"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A /proc with these files, an sshd, a dockerd, and a process that ended while we looked."""
    (tmp_path / "net").mkdir()
    for name, text in (("tcp", TCP), ("tcp6", TCP6), ("udp", UDP)):  # no udp6: a kernel without
        (tmp_path / "net" / name).write_text(text)
    for pid, name, inodes in ((7, "sshd", [1201]), (512, "dockerd", [1504, 1505])):
        (tmp_path / str(pid) / "fd").mkdir(parents=True)
        (tmp_path / str(pid) / "comm").write_text(name + "\n")
        (tmp_path / str(pid) / "fd" / "0").symlink_to("/dev/null")
        for number, inode in enumerate(inodes, 3):
            (tmp_path / str(pid) / "fd" / str(number)).symlink_to(f"socket:[{inode}]")
    (tmp_path / "900").mkdir()
    (tmp_path / "self").mkdir()
    return tmp_path


@pytest.mark.skipif(sys.byteorder != "little", reason="the files are little-endian")
def test_listeners_name_their_processes_where_they_can_be_seen(proc: Path) -> None:
    rows = listeners(proc=str(proc))
    assert [(r["protocol"], r["port"], r["process"], r["pid"]) for r in rows] == [
        ("tcp", 22, "sshd", 7),
        ("tcp", 2377, "dockerd", 512),
        ("tcp", 6379, None, None),
        ("tcp", 7946, "dockerd", 512),
        ("tcp", 7946, "dockerd", 512),
        ("udp", 4789, None, None),
    ]


def test_processes_are_not_searched_when_no_port_is_held(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_arguments: object) -> None:
        raise AssertionError("looked into the processes for nothing")

    monkeypatch.setattr(os, "listdir", forbidden)
    assert listeners({4242}, str(proc)) == []


def test_the_kernel_s_sockets_have_no_holder(proc: Path) -> None:
    assert find_holders({0}, str(proc)) == {}
    assert find_holders({1201, 1606}, str(proc)) == {1201: ("sshd", 7)}
