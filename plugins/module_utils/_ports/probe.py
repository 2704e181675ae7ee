# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask peers on their ports, all at the same time. PRIVATE to the collection.

UDP ports are asked by one socket for each IP version (three questions at most), TCP connections are opened side by side;
neither takes longer than the time-out, whatever the peers do.
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
# How long a refused TCP connection is tried again: a port is free for a moment while it passes from a listener to the Engine.
_REFUSED_SECONDS = 1.5
_AGAIN_SECONDS = 0.25
# Connections that are open at the same time: a quarter of the usual limit of open files.
_SIDE_BY_SIDE = 256

_UNREACHABLE = (
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
)
_NOT_YET = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS, errno.EINTR)


class ProbeTarget(t.NamedTuple):
    """One port of one peer. ``address`` is an IP address, or a name that resolves on this host."""

    host: str
    address: str
    protocol: str
    port: int


class ProbeOutcome(t.NamedTuple):
    """What a probe of one target comes to.

    ``answered_by``: ``listener`` (ours), ``holder`` (another process that holds the TCP port), or None for no answer.
    ``answered_as``: the host name that our listener gave.
    ``problem``: None when reached; ``silent``, ``refused``, ``unreachable``, ``not_sent``, ``unresolved``.
    ``seconds``: time until the answer.
    """

    answered_by: str | None = None
    answered_as: str | None = None
    problem: str | None = None
    seconds: float = 0.0


class _Endpoint(t.NamedTuple):
    """A target as the kernel takes it; ``row`` is its position among the targets."""

    row: int
    family: int
    address: t.Any

    def key(self) -> tuple[str, int]:
        """The address and port, without what IPv6 adds to them."""
        return _key(self.address)


def probe(targets: t.Sequence[ProbeTarget], run: str, timeout: float = 2.0) -> list[ProbeOutcome]:
    """Ask every target; the outcomes are returned in the order of the targets."""
    outcomes = [ProbeOutcome(problem="silent")] * len(targets)
    streams: list[_Endpoint] = []
    datagrams: list[_Endpoint] = []
    for row, target in enumerate(targets):
        try:
            resolved = socket.getaddrinfo(target.address, target.port, type=socket.SOCK_STREAM)[0]
        except (OSError, UnicodeError):  # the latter for a name that cannot be one, such as "m1..example"
            outcomes[row] = ProbeOutcome(problem="unresolved")
            continue
        endpoint = _Endpoint(row, int(resolved[0]), resolved[4])
        (streams if target.protocol == "tcp" else datagrams).append(endpoint)
    # Two independent loops: neither waits for the other, and each fills its own rows.
    other = threading.Thread(target=_Datagrams(datagrams, run, timeout, outcomes).ask)
    other.start()
    _Streams(streams, timeout, outcomes).ask()
    other.join()
    return outcomes


def longest(targets: t.Sequence[ProbeTarget], timeout: float) -> float:
    """The seconds that a probe takes where no target answers."""
    streams = sum(target.protocol == "tcp" for target in targets)
    return timeout * max(1, -(-streams // _SIDE_BY_SIDE))


def problem_of(number: int | None) -> str:
    """The problem behind an error number of the kernel."""
    if number == errno.ECONNREFUSED:
        return "refused"
    if number in _UNREACHABLE:
        return "unreachable"
    # The kernel reports these where this host's own firewall drops what is sent.
    if number in (errno.EPERM, errno.EACCES):
        return "not_sent"
    return "silent"


def _key(address: t.Any) -> tuple[str, int]:
    return str(address[0]).partition("%")[0], int(address[1])


class _Datagrams:
    """Asks UDP ports until each has answered or the time-out is over."""

    def __init__(
        self, endpoints: t.Sequence[_Endpoint], run: str, timeout: float, outcomes: list[ProbeOutcome]
    ) -> None:
        self._run = run
        self._timeout = timeout
        self._outcomes = outcomes
        # Several targets may have the same address and port; one answer is the answer to all of them.
        self._waiting: dict[tuple[str, int], list[_Endpoint]] = {}
        for endpoint in endpoints:
            self._waiting.setdefault(endpoint.key(), []).append(endpoint)
        self._sockets: dict[int, socket.socket] = {}
        self._started = time.monotonic()

    def ask(self) -> None:
        """Ask, and fill the outcomes."""
        rounds = collections.deque(at for at in _SEND_AT if at < self._timeout)
        with selectors.DefaultSelector() as selector:
            try:
                while self._waiting and self._elapsed() < self._timeout:
                    if rounds and self._elapsed() >= rounds[0]:
                        rounds.popleft()
                        for endpoints in self._waiting.values():
                            self._send(endpoints, selector)
                    # An answer may come while questions are still being sent, so whatever arrived is always read.
                    pause = min(rounds[0] if rounds else self._timeout, self._timeout) - self._elapsed()
                    for key, _events in selector.select(max(0.0, pause)):
                        self._read_answers(t.cast(socket.socket, key.fileobj))
            finally:
                for sock in self._sockets.values():
                    sock.close()

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _send(self, endpoints: list[_Endpoint], selector: selectors.BaseSelector) -> None:
        """Ask one address and port, for every target that has them."""
        family, address = endpoints[0].family, endpoints[0].address
        problem = "silent"
        try:
            sock = self._sockets.get(family)
            if sock is None:
                sock = self._sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
                sock.setblocking(False)
                selector.register(sock, selectors.EVENT_READ)
            sock.sendto(question(self._run), address)
        except OSError as exc:
            if exc.errno not in _NOT_YET:
                problem = problem_of(exc.errno)
        for endpoint in endpoints:
            self._outcomes[endpoint.row] = ProbeOutcome(problem=problem)

    def _read_answers(self, sock: socket.socket) -> None:
        """Read everything that has arrived."""
        while True:
            try:
                block, sender = sock.recvfrom(2 * SIZE)
            except OSError:
                return
            name = read_answer(block, self._run)
            if name is not None:
                for endpoint in self._waiting.pop(_key(sender), []):
                    self._outcomes[endpoint.row] = ProbeOutcome("listener", name, None, self._elapsed())


class _Connection(t.NamedTuple):
    """An open TCP connection. ``until`` is when we give up: first on connecting, then on a greeting."""

    endpoint: _Endpoint
    began: float
    until: float
    connected: bool


class _Streams:
    """Connects to TCP ports, some at a time; each gets the whole time-out for itself."""

    def __init__(
        self, endpoints: t.Sequence[_Endpoint], timeout: float, outcomes: list[ProbeOutcome]
    ) -> None:
        self._queue = collections.deque(endpoints)
        self._timeout = timeout
        self._outcomes = outcomes
        self._open: dict[socket.socket, _Connection] = {}
        # Connections that were refused: when each is tried again, and when the first one began.
        self._refused: list[tuple[float, _Endpoint, float]] = []
        self._selector: selectors.BaseSelector = selectors.DefaultSelector()

    def ask(self) -> None:
        """Ask, and fill the outcomes."""
        with self._selector:
            while True:
                self._connect_some()
                if not self._open and not self._refused:
                    return
                first = min(
                    [connection.until for connection in self._open.values()]
                    + [again for again, _endpoint, _began in self._refused]
                )
                for key, _events in self._selector.select(max(0.0, first - time.monotonic())):
                    self._advance(t.cast(socket.socket, key.fileobj))
                self._give_up()

    def _connect_some(self) -> None:
        now = time.monotonic()
        due = [row for row in self._refused if row[0] <= now]
        self._refused = [row for row in self._refused if row[0] > now]
        for _again, endpoint, began in due:
            self._begin(endpoint, began)
        while self._queue and len(self._open) < _SIDE_BY_SIDE:
            self._begin(self._queue.popleft(), time.monotonic())

    def _begin(self, endpoint: _Endpoint, began: float) -> None:
        """Begin a connection; ``began`` is when the endpoint was tried first."""
        sock, number = _connect(endpoint)
        if sock is None:
            self._fail(endpoint, number, began)
            return
        self._open[sock] = _Connection(endpoint, began, time.monotonic() + self._timeout, False)
        self._selector.register(sock, selectors.EVENT_WRITE)

    def _fail(self, endpoint: _Endpoint, number: int, began: float) -> None:
        """Note a failure, and try again for a while where the connection was refused."""
        self._outcomes[endpoint.row] = ProbeOutcome(problem=problem_of(number))
        now = time.monotonic()
        if number == errno.ECONNREFUSED and now + _AGAIN_SECONDS < began + min(
            _REFUSED_SECONDS, self._timeout
        ):
            self._refused.append((now + _AGAIN_SECONDS, endpoint, began))

    def _advance(self, sock: socket.socket) -> None:
        """Go on with a connection that is ready: from connecting to waiting for a greeting, from there to its end."""
        connection = self._open[sock]
        now = time.monotonic()
        if connection.connected:
            self._end(sock, _greeted(sock, now - connection.began))
            return
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._end(sock, ProbeOutcome(problem=problem_of(number)))
            self._fail(connection.endpoint, number, connection.began)
            return
        self._open[sock] = connection._replace(until=now + _GREETING_SECONDS, connected=True)
        self._selector.modify(sock, selectors.EVENT_READ)

    def _give_up(self) -> None:
        """End the connections whose time is over; one that is open and does not greet has reached the port's holder."""
        now = time.monotonic()
        for sock, connection in list(self._open.items()):
            if now >= connection.until:
                reached = ProbeOutcome("holder", None, None, now - connection.began - _GREETING_SECONDS)
                self._end(sock, reached if connection.connected else ProbeOutcome(problem="silent"))

    def _end(self, sock: socket.socket, outcome: ProbeOutcome) -> None:
        self._outcomes[self._open.pop(sock).endpoint.row] = outcome
        self._selector.unregister(sock)
        sock.close()


def _connect(endpoint: _Endpoint) -> tuple[socket.socket | None, int]:
    """Begin a connection; no socket and the error number where the kernel refuses at once."""
    try:
        sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    except OSError as exc:
        return None, exc.errno or 0
    sock.setblocking(False)
    try:
        number = sock.connect_ex(endpoint.address)
    except OSError as exc:
        number = exc.errno or 0
    if number in (0, errno.EINPROGRESS):
        return sock, 0
    sock.close()
    return None, number


def _greeted(sock: socket.socket, seconds: float) -> ProbeOutcome:
    """What answered on an open connection: our listener greets in one piece, the port's holder in any other way.

    Of the listeners of several runs, the kernel chooses the one that greets.
    """
    try:
        block = sock.recv(2 * SIZE)
    except OSError:
        block = b""
    name = read_answer(block, None)
    return ProbeOutcome("holder" if name is None else "listener", name, None, seconds)
