# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that plays an Engine which answers as none does, on a unix socket, a TCP port and behind SSH."""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import sys
import threading
import time
import typing as t
from pathlib import Path

import paramiko
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport import Bounds
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

#: What an answer is made of: bytes, and seconds to wait before the next ones. After it, the connection ends.
Parts = t.Iterator["bytes | float"]
#: From the body of the right answer to what is sent in its place.
Play = t.Callable[[bytes], Parts]

_FOR_EVER = 3600.0
_JSON = b"Content-Type: application/json\r\n"


def answer(status: bytes, headers: bytes, body: bytes) -> bytes:
    """An answer, as whole as its headers say."""
    return b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n" + body


def sized(body: bytes, status: bytes = b"200 OK", said: int | None = None) -> bytes:
    """An answer with its length, or another one."""
    length = len(body) if said is None else said
    return answer(status, _JSON + b"Content-Length: %d\r\n" % length, body)


def chunked(*chunks: bytes) -> bytes:
    """An answer in chunks, as they are written."""
    return answer(b"200 OK", _JSON + b"Transfer-Encoding: chunked\r\n", b"".join(chunks))


def _once(*parts: bytes | float) -> Play:
    return lambda _body: iter(parts)


def _made(make: t.Callable[[bytes], bytes]) -> Play:
    return lambda body: iter([make(body)])


def _endless(beginning: bytes, part: bytes) -> Play:
    return lambda _body: itertools.chain([beginning], itertools.repeat(part))


def _dripping(make: t.Callable[[bytes], bytes], at: int) -> Play:
    """The right answer, from some byte on one byte at a time and always in time for a limit of each byte alone."""

    def play(body: bytes) -> Parts:
        whole = make(body)
        yield whole[:at]
        for place in range(at, len(whole)):
            yield 0.05
            yield whole[place : place + 1]

    return play


_ERROR = b"500 Internal Server Error"
_MIB = b"x" * (1 << 20)

#: What is played, by the kind of error that has to come of it: ``late`` where the time runs out, ``lost`` where the connection
#: ended, ``unusable`` where no Engine says that, ``said`` where it is an error of the Engine, and ``fine``.
MODES: dict[str, dict[str, Play]] = {
    "fine": {
        "whole": _made(sized),
        "in chunks": _made(lambda body: chunked(b"%x\r\n" % len(body), body, b"\r\n0\r\n\r\n")),
        "in chunks with extensions": _made(
            lambda body: chunked(b"%X;a=b\r\n" % len(body), body, b"\r\n0\r\n\r\n")
        ),
        "until its end": _made(lambda body: answer(b"200 OK", _JSON, body)),
        "as HTTP/1.0": _made(lambda body: answer(b"200", _JSON, body).replace(b"1.1", b"1.0", 1)),
        "in single bytes": lambda body: (part for at in sized(body) for part in (bytes([at]),)),
        "with a length that two headers say": _made(
            lambda body: sized(body).replace(b"\r\n\r\n", b"\r\nContent-Length: %d\r\n\r\n" % len(body), 1)
        ),
    },
    "late": {
        "nothing": _once(_FOR_EVER),
        "a beginning": _once(b"HTT", _FOR_EVER),
        "headers and no more": _once(sized(b"", said=100), _FOR_EVER),
        "half a body": lambda body: iter([sized(body[: len(body) // 2], said=len(body)), _FOR_EVER]),
        "a chunk and no more": lambda body: iter([chunked(b"%x\r\n" % len(body), body, b"\r\n"), _FOR_EVER]),
        "no end without a length": lambda body: iter([answer(b"200 OK", _JSON, body), _FOR_EVER]),
        "dripping from the first byte": _dripping(sized, 0),
        "dripping headers": _dripping(lambda body: answer(b"200 OK", b"X: y\r\n" * 500, body), 20),
        "dripping body": _dripping(lambda body: sized(body + b" " * 500), 90),
        "dripping chunks": _dripping(
            lambda body: chunked(b"1\r\n \r\n" * 500, b"%x\r\n" % len(body), body), 90
        ),
    },
    "lost": {
        "an end at once": _once(),
        "half a status": _once(b"HTTP/1.1 20"),
        "half of the headers": _once(b"HTTP/1.1 200 OK\r\nContent-"),
        "a body that is cut": _made(lambda body: sized(body[: len(body) // 2], said=len(body))),
        "no body": _once(sized(b"", said=100)),
        "a chunk that is cut": _made(lambda body: chunked(b"%x\r\n" % len(body), body[:3])),
        "chunks without an end": _made(lambda body: chunked(b"%x\r\n" % len(body), body, b"\r\n")),
        "a size that is cut": _once(chunked(b"1f")),
    },
    "unusable": {
        "a page of HTML": _once(
            answer(b"200 OK", b"Content-Type: text/html\r\nContent-Length: 3\r\n", b"<p>")
        ),
        "HTML as JSON": _once(sized(b"<html>It works!</html>")),
        "nothing at all": _once(sized(b"")),
        "a body that is cut, without a length": _made(
            lambda body: answer(b"200 OK", _JSON, body[: len(body) // 2])
        ),
        "more than its length": _made(lambda body: sized(body, said=len(body) - 1)),
        "a text": _once(sized(b'"text"')),
        "a number": _once(sized(b"7")),
        "a list of numbers": _once(sized(b"[7]")),
        "a list of null": _once(sized(b"[null]")),
        "a number of 5,000 digits": _once(sized(b"7" * 5000)),
        "200,000 brackets": _once(sized(b"[" * 200_000)),
        "bytes that are no text": _once(sized(bytes(range(256)))),
        "a redirect": _once(
            answer(b"301 Moved", b"Location: http://127.0.0.1:9/\r\nContent-Length: 0\r\n", b"")
        ),
        "a redirect to itself": _once(answer(b"307 Moved", b"Location: /info\r\nContent-Length: 0\r\n", b"")),
        "not modified": _once(answer(b"304 Not Modified", b"", b"")),
        "go on, for ever": _endless(b"", answer(b"100 Continue", b"", b"")),
        "another protocol": _once(answer(b"101 Switching Protocols", b"Upgrade: tcp\r\n", b"")),
        "a status of none": _once(answer(b"999 What", b"", b"")),
        "a status in words": _once(answer(b"OK", b"", b"")),
        "HTTP/2": _once(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", _FOR_EVER),
        "HTTP/3": _once(b"HTTP/3 200\r\n\r\n"),
        "SSH": _once(b"SSH-2.0-OpenSSH_9.2\r\n", _FOR_EVER),
        "TLS": _once(b"\x15\x03\x01\x00\x02\x02\x46", _FOR_EVER),
        "noise": _endless(b"", bytes(range(255, -1, -1)) * 100),
        "lines that end with a line feed only": _endless(b"HTTP/1.1 200 OK\n", b"X: y\n" * 1000),
        "a status without an end": _endless(b"HTTP/1.1 200 ", b"O" * 1000),
        "headers without an end": _endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
        "a header without a colon": _once(answer(b"200 OK", b"X\r\n", b"{}")),
        "a length below zero": _once(sized(b"{}", said=-1)),
        "a length in words": _once(answer(b"200 OK", b"Content-Length: two\r\n", b"{}")),
        "a length of 5,000 digits": _once(
            answer(b"200 OK", b"Content-Length: " + b"9" * 5000 + b"\r\n", b"{}")
        ),
        "two lengths": _once(answer(b"200 OK", b"Content-Length: 2\r\nContent-Length: 3\r\n", b"{}")),
        "a length of 10 GB": _once(sized(b"{}", said=10**10), _FOR_EVER),
        "gigabytes with their length": _endless(sized(b"", said=1 << 32), _MIB),
        "no end": _endless(answer(b"200 OK", _JSON, b"["), b'"' + _MIB + b'",'),
        "no end, as an error": _endless(answer(_ERROR, _JSON, b""), _MIB),
        "no end in chunks": _endless(chunked(), b"%x\r\n" % len(_MIB) + _MIB + b"\r\n"),
        "a chunk of 1 EB": _once(chunked(b"fffffffffffffff\r\n"), _FOR_EVER),
        "a chunk below zero": _once(chunked(b"-5\r\n")),
        "a chunk without a size": _once(chunked(b"\r\n{}\r\n")),
        "a chunk that is longer than its size": _once(chunked(b"1\r\n{}\r\n0\r\n\r\n")),
        "a size without an end": _endless(chunked(), b"0" * 1000),
        "trailers without an end": _endless(chunked(b"2\r\n{}\r\n0\r\n"), b"X: y\r\n"),
        "compressed": _once(
            answer(b"200 OK", b"Content-Encoding: gzip\r\nContent-Length: 2\r\n", b"\x1f\x8b")
        ),
        "another transfer": _once(answer(b"200 OK", b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n")),
    },
    "said": {
        "an error with control characters": _once(
            sized(b'{"message": "a\\u001b[2J\\r\\n\\u0000b\\u202ec"}', _ERROR)
        ),
        "an error of 5 MB": _once(sized(b'{"message": "' + _MIB * 5 + b'"}', _ERROR)),
        "an error without a body": _once(sized(b"", _ERROR)),
        "an error as HTML": _once(sized(b"<html>\n<h1>502</h1>", b"502 Bad Gateway")),
        "an error as a number": _once(sized(b'{"message": 7}', _ERROR)),
        "an error as a list": _once(sized(b'["a", {"b": null}]', b"404 Not Found")),
        "an error of 200,000 brackets": _once(sized(b"[" * 200_000, _ERROR)),
        "an error until its end": _once(answer(_ERROR, b"", b"plain\n")),
        "no access": _once(sized(b'{"message": null}', b"403 Forbidden")),
    },
}
NAMES = [(kind, name) for kind, modes in MODES.items() for name in modes]


class FakeServer:
    """Serves an Engine in memory, and plays a mode in place of some of its answers.

    Args:
        folder: gets its socket, and the program ``ssh`` that leads to it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "engine.sock"
        self.engine = MemoryEngine()
        self._play: Play | None = None
        self._at: re.Pattern[str] = re.compile("")
        self._goes_on = False
        self._ended = threading.Event()
        self._connections: list[socket.socket] = []
        self._listening = [socket.socket(socket.AF_UNIX), socket.create_server(("127.0.0.1", 0))]
        self._listening[0].bind(str(self.path))
        self._listening[0].listen()
        self.port: int = self._listening[1].getsockname()[1]
        #: The folder of a program ``ssh`` that ignores where it should go, and leads here.
        self.programs = folder / "bin"
        self.programs.mkdir()
        _write_ssh(self.programs / "ssh", self.path)
        for listening in self._listening:
            threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def play(self, kind: str, name: str, at: str = "") -> None:
        """Play a mode from now on.

        Args:
            at: the requests that it is played for, as the beginning of ``METHOD /path`` without the version.
        """
        self._play, self._at = MODES[kind][name], re.compile(re.escape(at))
        # What has no length ends with its connection.
        self._goes_on = kind == "fine" and not re.search("until its end|1.0", name)

    def hang_up(self) -> None:
        """End the connections that there are."""
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        time.sleep(0.2)

    def close(self) -> None:
        """End all that it does."""
        self._ended.set()
        for listening in self._listening:
            listening.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as incoming:
            try:
                while self._serve_one(connection, incoming):
                    pass
            except (OSError, ValueError):
                # The client has had enough.
                pass

    def _serve_one(self, connection: socket.socket, incoming: t.IO[bytes]) -> bool:
        """Answer one request; returns whether the connection goes on."""
        line = incoming.readline().decode()
        if not line:
            return False
        headers = [header.lower() for header in iter(incoming.readline, b"\r\n")]
        length = next(
            int(header.split(b":")[1]) for header in headers if header.startswith(b"content-length")
        )
        method, path, _version = line.split()
        status, body = self.engine.send(method, path, incoming.read(length), {}, Bounds(1))
        name = f"{method} {re.sub('^/v1[.][0-9]+', '', path)}"
        goes_on = b"connection: close\r\n" not in headers
        if self._play is None or not self._at.match(name):
            connection.sendall(sized(body, b"%d OK" % status))
            return goes_on
        for part in self._play(body):
            if isinstance(part, float):
                if self._ended.wait(part):
                    break
            else:
                connection.sendall(part)
        return goes_on and self._goes_on


class SshServer:
    """A host whose only command leads to the server's socket, for paramiko.

    Args:
        engine: where its ``docker system dial-stdio`` leads.
        home: the home of a user who may log in, with the keys in ``.ssh``.
    """

    def __init__(self, engine: Path, home: Path) -> None:
        self._engine = engine
        self._key = paramiko.ECDSAKey.generate()
        user_key = paramiko.ECDSAKey.generate()
        folder = home / ".ssh"
        folder.mkdir()
        user_key.write_private_key_file(str(folder / "id_ecdsa"))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        #: The file of the hosts that the user knows.
        self.known_hosts = folder / "known_hosts"
        self.known_hosts.write_text(
            f"[127.0.0.1]:{self.port} {self._key.get_name()} {self._key.get_base64()}\n", encoding="utf-8"
        )
        #: What its only command writes to its standard error before it ends, in place of leading anywhere.
        self.says: str | None = None
        self.user_keys = [user_key]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self._key)
            transport.start_server(server=_Login(self), event=threading.Event())

    def run(self, channel: paramiko.Channel) -> None:
        """The only command."""
        # A real host confirms it before it starts.
        time.sleep(0.05)
        if self.says is not None:
            channel.sendall_stderr(self.says.encode())
            channel.send_exit_status(127)
            channel.close()
            return
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(str(self._engine))
        threading.Thread(target=_relay, args=(channel.recv, engine.sendall), daemon=True).start()
        _relay(engine.recv, channel.sendall)
        channel.close()
        engine.close()


class _Login(paramiko.ServerInterface):
    def __init__(self, server: SshServer) -> None:
        self._server = server

    def get_allowed_auths(self, _username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, _username: str, key: paramiko.PKey) -> int:
        known = key in self._server.user_keys
        return paramiko.common.AUTH_SUCCESSFUL if known else paramiko.common.AUTH_FAILED

    def check_channel_request(self, _kind: str, _number: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._server.run, args=(channel,), daemon=True).start()
        return command == b"docker system dial-stdio"


def _relay(receive: t.Callable[[int], bytes], send: t.Callable[[bytes], t.Any]) -> None:
    with contextlib.suppress(OSError):
        while part := receive(1 << 16):
            send(part)


def _write_ssh(program: Path, socket_path: Path) -> None:
    program.write_text(
        f"""#!{sys.executable} -IS
import os, socket, threading
engine = socket.socket(socket.AF_UNIX)
engine.connect({str(socket_path)!r})
def relay(receive, send):
    try:
        for part in iter(receive, b""):
            send(part)
    except OSError:
        pass
def write(part):
    while part:
        part = part[os.write(1, part):]
def incoming():
    relay(lambda: os.read(0, 65536), engine.sendall)
    engine.shutdown(socket.SHUT_WR)
threading.Thread(target=incoming, daemon=True).start()
relay(lambda: engine.recv(65536), write)
os._exit(0)
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
