# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a manager's raft log goes, from the files of its write-ahead log. PRIVATE to the collection. Pure.

The Engine encrypts what an entry holds, and neither its term nor its index (swarmkit ``manager/state/raft/storage/walwrap.go``),
so they can be read without the node's key: of a locked manager, and of one whose Engine is stopped. The form of the file is
etcd's: frames of eight bytes of length and a record (``wal/encoder.go``), messages of protocol buffers (``walpb``, ``raftpb``).
"""

from __future__ import annotations

import typing as t

# Term and index, in the order in which raft compares two logs (Raft, section 5.4.1).
Position = t.Tuple[int, int]

_LENGTH = 8
# The upper byte of the length says how many bytes fill the frame up, where its first bit is set.
_SIZE, _FILLED, _FILL = (1 << 56) - 1, 1 << 63, 0x7
# No entry is larger than a transaction of the store, 1.5 MiB; a length beyond this is none.
_MOST = 64 << 20
_ENTRY, _SNAPSHOT = 2, 5
_VARINT, _BYTES = 0, 2


def position(stream: t.BinaryIO) -> Position | None:
    """The last entry of a file, or the snapshot that stands in its place.

    Args:
        stream: the file. It is as long as it may get from its beginning, with zeros in what is not written yet.

    Returns:
        ``None`` where the file has neither.
    """
    entry = snapshot = None
    for kind, data in _records(stream):
        if kind == _ENTRY:
            fields = _fields(data)
            # A later entry replaces those behind it that a new leader did not have, so the last one counts.
            entry = (_number(fields, 2), _number(fields, 3))
        elif kind == _SNAPSHOT:
            fields = _fields(data)
            snapshot = (_number(fields, 2), _number(fields, 1))
    # A manager that was behind gets a snapshot from the leader, and no entry before it.
    return max((found for found in (entry, snapshot) if found), default=None)


def _records(stream: t.BinaryIO) -> t.Iterator[tuple[int, bytes]]:
    """Type and data of each whole record; one that was cut off while it was written ends the file."""
    while True:
        length = int.from_bytes(stream.read(_LENGTH), "little")
        size, fill = length & _SIZE, (length >> 56) & _FILL if length & _FILLED else 0
        frame = stream.read(size + fill) if 0 < size <= _MOST else b""
        if not frame or len(frame) < size + fill:
            return
        try:
            fields = _fields(frame[:size])
        except ValueError:
            return
        data = fields.get(3, b"")
        yield _number(fields, 1), data if isinstance(data, bytes) else b""


def _fields(data: bytes) -> dict[int, int | bytes]:
    """The fields of a message, by their numbers."""
    found: dict[int, int | bytes] = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, form = key >> 3, key & 0x7
        if form not in (_VARINT, _BYTES):
            raise ValueError(f"a field of the form {form}")
        value, at = _varint(data, at)
        found[number] = value
        if form == _BYTES:
            found[number] = data[at : at + value]
            at += value
    if at > len(data):
        raise ValueError("a message that ends too early")
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data):
            raise ValueError("a message that ends too early")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def _number(fields: dict[int, int | bytes], name: int) -> int:
    value = fields.get(name, 0)
    return value if isinstance(value, int) else 0
