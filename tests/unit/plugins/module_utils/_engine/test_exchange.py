# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of an answer, however it arrives."""

from __future__ import annotations

import socket
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.exchange import (
    Answer,
    CutOff,
    Unusable,
    read_answer,
    request,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

MOST = 5000


def arriving(parts: t.Iterable[bytes]) -> t.Callable[[], bytes]:
    """Returns one part after the other, and nothing afterwards."""
    left = iter([part for part in parts if part])
    return lambda: next(left, b"")


def cut(whole: bytes, places: t.Iterable[int]) -> list[bytes]:
    """The bytes in parts."""
    ends = sorted({min(place, len(whole)) for place in places})
    return [whole[begin:end] for begin, end in zip([0, *ends], [*ends, len(whole)], strict=True)]


def in_chunks(body: bytes, sizes: list[int]) -> bytes:
    """The body as chunks."""
    parts = [part for part in cut(body, sizes) if part]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


BODIES = st.binary(max_size=300)
PLACES = st.lists(st.integers(0, 600), max_size=12)
STATUSES = st.integers(200, 599).filter(lambda status: status not in (204, 304))


@given(STATUSES, BODIES, PLACES, PLACES, st.sampled_from(["length", "chunks", "end"]))
def test_an_answer_is_the_same_however_it_arrives(
    status: int, body: bytes, places: list[int], sizes: list[int], way: str
) -> None:
    headers = {
        "length": b"content-LENGTH:%d\r\n" % len(body),
        "chunks": b"Transfer-Encoding: chunked\r\n",
        "end": b"",
    }
    sent = in_chunks(body, sizes) if way == "chunks" else body
    whole = b"HTTP/1.1 %d Any Reason\r\n%s\r\n%s" % (status, headers[way], sent)
    assert read_answer(arriving(cut(whole, places)), MOST) == Answer(status, body, goes_on=way != "end")


@given(BODIES, PLACES, st.integers(0, 2000), st.booleans())
def test_an_answer_that_is_cut_is_known_to_be(
    body: bytes, places: list[int], at: int, is_chunked: bool
) -> None:
    coding = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
    sent = in_chunks(body, places) if is_chunked else body
    whole = b"HTTP/1.1 200 OK\r\n%s\r\n\r\n%s" % (coding, sent)
    with pytest.raises(CutOff):
        read_answer(arriving(cut(whole[: at % len(whole)], places)), MOST)


PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 204 No Content",
        b"HTTP/1.0 500 ",
        b"\r\n",
        b"\n",
        b"Content-Length: 3",
        b"Content-Length: 99999999999",
        b"Transfer-Encoding: chunked",
        b"Connection: close",
        b": ",
        b"0",
        b"5\r\nhello",
        b"ffffffff\r\n",
        b"{}",
    ]
)


@settings(max_examples=2000)
@example([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0;" + b"x" * 2000])
@given(st.lists(PIECES | st.binary(max_size=20), max_size=20))
def test_whatever_comes_is_an_answer_or_refused(parts: list[bytes]) -> None:
    try:
        found = read_answer(arriving(parts), MOST)
    except Unusable as reason:
        assert str(reason).isprintable()
    else:
        assert 200 <= found.status < 600
        assert len(found.body) <= MOST


@pytest.mark.parametrize("size", [MOST, MOST + 1])
@pytest.mark.parametrize("way", ["length", "chunks", "end"])
def test_the_largest_answer(size: int, way: str) -> None:
    body = b"x" * size
    sent = {
        "length": b"Content-Length: %d\r\n\r\n" % size + body,
        "chunks": b"Transfer-Encoding: chunked\r\n\r\n" + in_chunks(body, [1000, 2000]),
        "end": b"\r\n" + body,
    }
    receive = arriving([b"HTTP/1.1 200 OK\r\n", sent[way]])
    if size > MOST:
        with pytest.raises(Unusable, match=f"^has more than {MOST} bytes$"):
            read_answer(receive, MOST)
    else:
        assert read_answer(receive, MOST).body == body


def test_what_the_connection_raises_passes_through() -> None:
    def receive() -> bytes:
        raise TimeoutError

    with pytest.raises(socket.timeout):
        read_answer(receive, MOST)


@pytest.mark.parametrize(
    ("lines", "goes_on"),
    [
        (b"Content-Length: 0\r\n", True),
        (b"Content-Length: 0\r\nConnection: Close\r\n", False),
        (b"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n", True),
        (b"", False),
    ],
)
def test_whether_a_connection_takes_another_request(lines: bytes, goes_on: bool) -> None:
    end = b"0\r\n\r\n" if b"chunked" in lines else b""
    receive = arriving([b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + end])
    assert read_answer(receive, MOST).goes_on is goes_on


def test_a_request_as_it_is_sent() -> None:
    assert request("POST", "/x", "m1:2375", b"{}", {"Content-Type": "application/json"}) == (
        b"POST /x HTTP/1.1\r\nHost: m1:2375\r\nContent-Length: 2\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\n\r\n{}"
    )
    assert b"Connection" not in request("GET", "/x", "m1", None, {}, goes_on=True)
