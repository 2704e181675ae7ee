# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask peers on their ports, all at once, and say which answered. PRIVATE to the collection.

UDP ports are asked by one socket for each address family (three questions at most), TCP connections are opened
side by side; neither takes longer than the time allowed, whatever the peers do.
"""

from __future__ import annotations

import collections
import errno
import selectors
import socket
import threading
import time
import typing as t

from .wire import SIZE, question, read_answer

# When the questions of one UDP port are sent, in seconds: a datagram or its answer may get lost.
_SEND_AT = (0.0, 0.4, 1.0)
# How long an open TCP connection may take to greet: our listener does so at once, the Engine never does.
_GREETING_SECONDS = 0.3
# Connections under way at a time: a quarter of the usual limit of open files.
_SIDE_BY_SIDE = 256

_UNREACHABLE = (
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
)
_NOT_YET = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS, errno.EINTR)


class Target(t.NamedTuple):
    """One port of one peer. ``address`` is an IP address, or a name that resolves on this host."""

    host: str
    address: str
    protocol: str
    port: int


class Outcome(t.NamedTuple):
    """What came of one target.

    ``answered_by``: ``listener`` (ours), ``holder`` (whatever holds the TCP port), or None for no answer.
    ``answered_as``: the host name that our listener gave.
    ``problem``: None when reached; ``silent``, ``refused``, ``unreachable``, ``not_sent``, ``unresolved``.
    ``seconds``: time until the answer.
    """

    answered_by: str | None = None
    answered_as: str | None = None
    problem: str | None = None
    seconds: float = 0.0


class _Place(t.NamedTuple):
    """Where a target is, for the kernel."""

    row: int
    family: int
    address: t.Any


def probe(targets: t.Sequence[Target], run: str, timeout: float = 2.0) -> list[Outcome]:
    """Ask every target; the outcomes come back in the order of the targets."""
    outcomes = [Outcome(problem="silent")] * len(targets)
    streams: list[_Place] = []
    datagrams: list[_Place] = []
    for index, target in enumerate(targets):
        try:
            found = socket.getaddrinfo(target.address, target.port, type=socket.SOCK_STREAM)[0]
        except OSError:
            outcomes[index] = Outcome(problem="unresolved")
            continue
        place = _Place(index, int(found[0]), found[4])
        (streams if target.protocol == "tcp" else datagrams).append(place)
    # Two independent loops: neither waits for the other, and each fills its own rows.
    other = threading.Thread(target=_ask_datagrams, args=(datagrams, run, timeout, outcomes))
    other.start()
    _ask_streams(streams, run, timeout, outcomes)
    other.join()
    return outcomes


def problem_of(number: int | None) -> str:
    """The problem behind an error number of the kernel."""
    if number == errno.ECONNREFUSED:
        return "refused"
    if number in _UNREACHABLE:
        return "unreachable"
    # The kernel says so when this host's own firewall drops what we send.
    if number in (errno.EPERM, errno.EACCES):
        return "not_sent"
    return "silent"


def _ask_datagrams(places: t.Sequence[_Place], run: str, timeout: float, outcomes: list[Outcome]) -> None:
    """Ask UDP ports until each has answered or the time is over."""
    block = question(run)
    started = time.monotonic()
    rounds = collections.deque(at for at in _SEND_AT if at < timeout)
    waiting: dict[tuple[str, int], list[_Place]] = {}
    for place in places:
        waiting.setdefault(_key(place.address), []).append(place)
    sockets: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while waiting:
                elapsed = time.monotonic() - started
                if elapsed >= timeout:
                    return
                if rounds and elapsed >= rounds[0]:
                    rounds.popleft()
                    for same_place in waiting.values():
                        _send(same_place, block, sockets, selector, outcomes)
                # An answer may come while the questions are still going out, so what arrived is always read.
                pause = min(rounds[0] if rounds else timeout, timeout) - (time.monotonic() - started)
                for key, _events in selector.select(max(0.0, pause)):
                    _read_answers(t.cast(socket.socket, key.fileobj), run, started, waiting, outcomes)
        finally:
            for sock in sockets.values():
                sock.close()


def _key(address: t.Any) -> tuple[str, int]:
    """The address and port of a peer, without what IPv6 adds to them."""
    return str(address[0]).partition("%")[0], int(address[1])


def _send(
    places: t.Sequence[_Place],
    block: bytes,
    sockets: dict[int, socket.socket],
    selector: selectors.BaseSelector,
    outcomes: list[Outcome],
) -> None:
    """Ask one address and port, for every target that is there."""
    family, address = places[0].family, places[0].address
    problem = "silent"
    try:
        sock = sockets.get(family)
        if sock is None:
            sock = sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
            sock.setblocking(False)
            selector.register(sock, selectors.EVENT_READ)
        sock.sendto(block, address)
    except OSError as exc:
        if exc.errno not in _NOT_YET:
            problem = problem_of(exc.errno)
    for place in places:
        outcomes[place.row] = Outcome(problem=problem)


def _read_answers(
    sock: socket.socket,
    run: str,
    started: float,
    waiting: dict[tuple[str, int], list[_Place]],
    outcomes: list[Outcome],
) -> None:
    """Read everything that has arrived."""
    while True:
        try:
            block, sender = sock.recvfrom(2 * SIZE)
        except OSError:
            return
        name = read_answer(block, run)
        for place in waiting.pop(_key(sender), []) if name is not None else []:
            outcomes[place.row] = Outcome("listener", name, None, time.monotonic() - started)


class _Connection(t.NamedTuple):
    """A TCP connection under way. ``until`` is when we give up: on connecting, then on a greeting."""

    place: _Place
    began: float
    until: float
    connected: bool


def _ask_streams(places: t.Sequence[_Place], run: str, timeout: float, outcomes: list[Outcome]) -> None:
    """Connect to TCP ports, some at a time; each gets the whole time-out for itself."""
    queue = collections.deque(places)
    under_way: dict[socket.socket, _Connection] = {}
    with selectors.DefaultSelector() as selector:

        def end(sock: socket.socket, outcome: Outcome) -> None:
            outcomes[under_way.pop(sock).place.row] = outcome
            selector.unregister(sock)
            sock.close()

        while queue or under_way:
            while queue and len(under_way) < _SIDE_BY_SIDE:
                place = queue.popleft()
                sock, number = _connect(place)
                if sock is None:
                    outcomes[place.row] = Outcome(problem=problem_of(number))
                    continue
                now = time.monotonic()
                under_way[sock] = _Connection(place, now, now + timeout, False)
                selector.register(sock, selectors.EVENT_WRITE)
            if not under_way:
                return
            pause = min(connection.until for connection in under_way.values()) - time.monotonic()
            for key, _events in selector.select(max(0.0, pause)):
                sock = t.cast(socket.socket, key.fileobj)
                connection = under_way[sock]
                now = time.monotonic()
                if connection.connected:
                    end(sock, _greeted(sock, run, now - connection.began))
                    continue
                number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if number:
                    end(sock, Outcome(problem=problem_of(number)))
                    continue
                under_way[sock] = connection._replace(until=now + _GREETING_SECONDS, connected=True)
                selector.modify(sock, selectors.EVENT_READ)
            now = time.monotonic()
            for sock, connection in list(under_way.items()):
                if now >= connection.until:
                    seconds = now - connection.began
                    reached = Outcome("holder", None, None, seconds - _GREETING_SECONDS)
                    end(sock, reached if connection.connected else Outcome(problem="silent"))


def _connect(place: _Place) -> tuple[socket.socket | None, int]:
    """Begin a connection; no socket and the error number where the kernel says no at once."""
    try:
        sock = socket.socket(place.family, socket.SOCK_STREAM)
    except OSError as exc:
        return None, exc.errno or 0
    sock.setblocking(False)
    try:
        number = sock.connect_ex(place.address)
    except OSError as exc:
        number = exc.errno or 0
    if number in (0, errno.EINPROGRESS):
        return sock, 0
    sock.close()
    return None, number


def _greeted(sock: socket.socket, run: str, seconds: float) -> Outcome:
    """What an open connection says: our listener greets in one piece; anything else is the port's holder."""
    try:
        block = sock.recv(2 * SIZE)
    except OSError:
        block = b""
    name = read_answer(block, run)
    return Outcome("holder" if name is None else "listener", name, None, seconds)
