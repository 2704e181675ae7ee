# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What carries a request to an Engine, and the errors where no usable answer arrives. PRIVATE to the collection."""

from __future__ import annotations

import errno
import socket
import time
import typing as t

from .errors import (
    AnswerLost,
    AnswerUnusable,
    EngineAbsent,
    EngineForbidden,
    EngineTimeout,
    FlotillaError,
)
from .exchange import Answer, CutOff, Unusable, read_answer

#: The reason where a unix socket does not exist.
NO_SOCKET = "its socket does not exist"
#: Bytes of the largest answer that is read: the list of some 40,000 tasks, each of about 3 KiB.
LARGEST = 128 << 20
# Bytes that are sent or received at once.
_PART = 1 << 16


class Bounds(t.NamedTuple):
    """What an answer may take.

    Attributes:
        seconds: until it is complete, from the beginning of the connection on.
        pause: seconds in which nothing of it comes; ``None`` for as many as are left.
        size: bytes of its body.
        each: takes the parts of the body as they come, which is not kept then; only where the status is no error.
    """

    seconds: float
    pause: float | None = None
    size: int = LARGEST
    each: t.Callable[[bytes], None] | None = None


class Transport(t.Protocol):
    """Carries one HTTP request to one Engine. A new transport is a class like this and a line in ``transports.py``."""

    #: The Engine's address, as the user knows it.
    where: str

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], bounds: Bounds
    ) -> tuple[int, bytes]:
        """Send a request.

        Returns:
            The HTTP status and the body; an error status is returned, not raised.

        Raises:
            EngineAbsent, EngineForbidden: the Engine did not get the request.
            AnswerLost, AnswerUnusable, EngineTimeout: it may have got it, and no usable answer came.
        """


class Stream(t.Protocol):
    """A connection: a socket, or what behaves so."""

    def settimeout(self, seconds: float, /) -> None:
        """Let each of the calls below raise ``socket.timeout`` after so many seconds."""

    def send(self, data: bytes, /) -> int:
        """Send some of the bytes; returns how many."""

    def recv(self, most: int, /) -> bytes:
        """Wait for bytes; none where the connection has ended."""

    def close(self) -> None:
        """End the connection."""


class Clock:
    """Counts the seconds of one request down.

    Args:
        bounds: of the request.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._end = time.monotonic() + bounds.seconds

    @property
    def left(self) -> float:
        """Seconds left.

        Raises:
            socket.timeout: there are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return left


def exchange(stream: Stream, request: bytes, bounds: Bounds, clock: Clock) -> Answer:
    """Send a request and read its answer.

    Raises:
        OSError, Unusable: see ``unanswered``.
    """

    def receive() -> bytes:
        left = clock.left
        stream.settimeout(min(left, bounds.pause or left))
        return stream.recv(_PART)

    sent = 0
    while sent < len(request):
        stream.settimeout(clock.left)
        sent += stream.send(request[sent : sent + _PART])
    return read_answer(receive, bounds.size, bounds.each)


def not_connected(where: str, error: OSError, bounds: Bounds) -> FlotillaError:
    """The error where the connection failed, so that no request was sent."""
    if isinstance(error, socket.timeout):
        return timed_out(where, bounds.seconds)
    if error.errno == errno.EACCES:
        return EngineForbidden(
            f"This user may not use the Engine at {where}; set become: true or add the user to the group docker."
        )
    return absent(where, str(error))


def unanswered(where: str, error: OSError | Unusable, bounds: Bounds) -> FlotillaError:
    """The error where the connection was there, and no usable answer came through it."""
    if isinstance(error, socket.timeout):
        return timed_out(where, bounds.pause or bounds.seconds)
    if isinstance(error, Unusable) and not isinstance(error, CutOff):
        return unusable(where, str(error))
    why = f"the answer {error}" if isinstance(error, Unusable) else str(error)
    return AnswerLost(
        f"The connection to the Engine at {where} ended before its answer was complete ({why}); see in its log why "
        "(journalctl -u docker on its host), and run again."
    )


def absent(where: str, why: str) -> EngineAbsent:
    """The error where no Engine answers."""
    return EngineAbsent(
        f"No Engine answers at {where} ({why}); start it or set docker_host to where it listens."
    )


def timed_out(where: str, timeout: float) -> EngineTimeout:
    """The error where the answer did not come in time."""
    return EngineTimeout(
        f"The Engine at {where} did not answer within {timeout:g} s; see in its log whether it stands still "
        "(journalctl -u docker on its host), or raise timeout."
    )


def unusable(where: str, why: str) -> AnswerUnusable:
    """The error where the answer is none of an Engine, or too large.

    Args:
        why: goes on after "it".
    """
    return AnswerUnusable(
        f"The answer of the Engine at {where} cannot be used, since it {why}; see whether an Engine listens there, and "
        "whether something between changes its answers."
    )
