# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A raft log as an Engine writes it: etcd's ``wal/encoder.go``, ``walpb`` and ``raftpb``."""

from __future__ import annotations


def frame(kind: int, data: bytes) -> bytes:
    """A record of a type, filled up to eight bytes."""
    record = _field(1, kind) + _field(2, 0xDEADBEEF) + _field(3, data)
    fill = -len(record) % 8
    length = len(record) | ((0x80 | fill) << 56 if fill else 0)
    return length.to_bytes(8, "little") + record + bytes(fill)


def entry(term: int, index: int, data: bytes) -> bytes:
    """An entry."""
    return frame(2, _field(1, 0) + _field(2, term) + _field(3, index) + _field(4, data))


def hard_state(term: int, commit: int) -> bytes:
    """What a manager voted for, and what is committed."""
    return frame(3, _field(1, term) + _field(2, 1) + _field(3, commit))


def snapshot(term: int, index: int) -> bytes:
    """The place of a snapshot."""
    return frame(5, _field(1, index) + _field(2, term))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return _varint(number << 3 | 2) + _varint(len(value)) + value
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])
