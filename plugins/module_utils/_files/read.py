# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that somebody else names: read up to a limit, and never waited for. PRIVATE to the collection."""

from __future__ import annotations

import os
import stat

from .unreadable import NoSuchFile, Unreadable

# Without waiting for the writer of a pipe, and without taking a terminal over.
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PART = 1 << 20
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: str, most: int) -> bytes:
    """The content of a file.

    Args:
        path: the file.
        most: bytes that it may have; of a larger one, no more than one byte beyond is read.

    Raises:
        Unreadable: it is not there, no regular file, or larger.
    """
    try:
        # Before it is opened, since to open a device can do something; afterwards once more, since it may be another file.
        _check(os.stat(path).st_mode)
        handle = os.open(path, _FLAGS)
        try:
            _check(os.fstat(handle).st_mode)
            content = _read(handle, most + 1)
        finally:
            os.close(handle)
    except Unreadable:
        raise
    except FileNotFoundError as error:
        raise NoSuchFile(f"could not be read: {error.strerror}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreadable(f"could not be read: {reason}") from None
    if len(content) > most:
        raise Unreadable(f"has more than {most} bytes, the most that is read")
    return content


def _check(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((word for is_kind, word in _KINDS if is_kind(mode)), "something else")
        raise Unreadable(f"is {kind}, not a regular file")


def _read(handle: int, most: int) -> bytes:
    content = bytearray()
    while len(content) < most:
        part = os.read(handle, min(_PART, most - len(content)))
        if not part:
            break
        content += part
    return bytes(content)
