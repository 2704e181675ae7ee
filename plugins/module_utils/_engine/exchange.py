# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP as far as an Engine speaks it: one request and its answer. PRIVATE to the collection. Pure.

To import a library that knows more takes a host longer than all requests of a run that changes nothing. Nothing here trusts
what answers: it may be another server, or an Engine that is about to stop.
"""

from __future__ import annotations

import re
import typing as t

# Bytes of the lines before a body, and of one line between the chunks of a body; those of an Engine have less than 1 KiB.
_LONGEST_HEAD, _LONGEST_LINE = 64 * 1024, 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)(?: .*)?\Z")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?\Z")
_DIGITS = re.compile(r"\d{1,18}\Z", re.ASCII)

#: Returns the next bytes that have come, at least one of them; none where the connection has ended.
Receive = t.Callable[[], bytes]


class Unusable(ValueError):
    """What came is no answer of an Engine; the text goes on after "it"."""


class CutOff(Unusable):
    """The connection ended before the answer was complete."""


class Answer(t.NamedTuple):
    """A complete answer.

    Attributes:
        status: 200 to 599.
        body: without its chunks.
        goes_on: whether the connection can take another request.
    """

    status: int
    body: bytes
    goes_on: bool


def request(
    method: str, path: str, host: str, body: bytes | None, headers: t.Mapping[str, str], goes_on: bool = False
) -> bytes:
    """A request as it is sent.

    Args:
        goes_on: whether the connection is to take another request afterwards.
    """
    content = body or b""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(content)}"]
    lines += [] if goes_on else ["Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def read_answer(receive: Receive, most: int, each: t.Callable[[bytes], None] | None = None) -> Answer:
    """Read one answer.

    Args:
        receive: returns what comes; whatever it raises passes through.
        most: bytes that the body may have.
        each: takes the chunks of the body as they come; then it is not kept, and may have any size.

    Raises:
        CutOff: the connection ended too early.
        Unusable: it is no answer of an Engine, or larger than allowed.
    """
    incoming = _Incoming(receive)
    status, headers = _head(incoming)
    if status < 300 and headers.get("content-type", "").startswith("text/html"):
        raise Unusable("is a page of HTML")
    if headers.get("content-encoding", "identity") != "identity":
        raise Unusable("is compressed")
    ends = status in (204, 304) or bool({"transfer-encoding", "content-length"} & set(headers))
    goes_on = ends and "close" not in headers.get("connection", "").lower()
    if each and status < 300 and headers.get("transfer-encoding", "").lower() == "chunked":
        for chunk in _chunks(incoming, most):
            each(chunk)
        return Answer(status, b"", goes_on)
    body = _body(incoming, status, headers, most)
    if each and status < 300:
        each(body)
    return Answer(status, body, goes_on)


class _Incoming:
    """The bytes that come, taken in parts."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._held = bytearray()

    def peek(self) -> bytes:
        """The first bytes, as many as there are at once."""
        if not self._held:
            self._more()
        return bytes(self._held[:16])

    def until(self, mark: bytes, most: int) -> bytes:
        """What comes before a mark; the mark is taken, too."""
        searched = 0
        while True:
            at = self._held.find(mark, searched)
            if at > most or (at < 0 and len(self._held) > most):
                raise Unusable(f"has a line of more than {most} bytes")
            if at >= 0:
                taken = bytes(self._held[:at])
                del self._held[: at + len(mark)]
                return taken
            searched = max(0, len(self._held) - len(mark) + 1)
            self._more()

    def exactly(self, count: int) -> bytes:
        """As many bytes."""
        while len(self._held) < count:
            self._more()
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def rest(self, most: int) -> bytes:
        """All that comes until the connection ends."""
        while len(self._held) <= most:
            part = self._receive()
            if not part:
                return bytes(self._held)
            self._held += part
        raise _too_large(most)

    def _more(self) -> None:
        part = self._receive()
        if not part:
            raise CutOff("ends too early" if self._held else "has not begun")
        self._held += part


def _head(incoming: _Incoming) -> tuple[int, dict[str, str]]:
    """The status, and the headers by their names in small letters."""
    # Seen at once, since another server may wait for more of its own protocol and send nothing else.
    beginning = incoming.peek()
    if beginning[:5] != b"HTTP/"[: len(beginning)]:
        raise Unusable("is no HTTP")
    first, *lines = incoming.until(b"\r\n\r\n", _LONGEST_HEAD).split(b"\r\n")
    status = _STATUS.match(first)
    if not status:
        raise Unusable("is no HTTP with a status from 200 to 599")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise Unusable("has a header without a colon")
        name, value = name.strip().lower(), value.strip()
        if headers.setdefault(name, value) != value and name in ("content-length", "transfer-encoding"):
            raise Unusable(f"has the header {name} twice")
    return int(status[1]), headers


def _body(incoming: _Incoming, status: int, headers: dict[str, str], most: int) -> bytes:
    if status in (204, 304):
        return b""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise Unusable("has an unknown transfer-encoding")
        return _joined(_chunks(incoming, most), most)
    if length is None:
        return incoming.rest(most)
    if not _DIGITS.match(length):
        raise Unusable("has a content-length that is no number")
    if int(length) > most:
        raise _too_large(most)
    return incoming.exactly(int(length))


def _joined(chunks: t.Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        if len(body) + len(chunk) > most:
            raise _too_large(most)
        body += chunk
    return bytes(body)


def _chunks(incoming: _Incoming, most: int) -> t.Iterator[bytes]:
    while True:
        size = _CHUNK.match(incoming.until(b"\r\n", _LONGEST_LINE))
        if not size:
            raise Unusable("has a chunk without its size")
        length = int(size[1], 16)
        if length > most:
            raise _too_large(most)
        if not length:
            break
        chunk = incoming.exactly(length)
        if incoming.exactly(2) != b"\r\n":
            raise Unusable("has a chunk that is longer than its size")
        yield chunk
    # An Engine sends no trailers.
    if incoming.until(b"\r\n", _LONGEST_LINE):
        raise Unusable("goes on after its last chunk")


def _too_large(most: int) -> Unusable:
    return Unusable(f"has more than {most >> 20} MiB" if most >= 1 << 20 else f"has more than {most} bytes")
