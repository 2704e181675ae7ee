# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``unix://``, with nothing but the standard library's socket. PRIVATE to the collection.

It speaks HTTP/1.0, where an answer ends with its connection: to import a library that knows more takes a host longer than
all requests of a run that changes nothing.
"""

from __future__ import annotations

import os
import socket

from .transport import NO_SOCKET, absent, no_answer


def _socket_path(docker_host: str) -> str:
    """The path in ``unix:///path``, however its slashes are written."""
    return "/" + docker_host.split("://", 1)[1].strip("/")


class SocketTransport:
    """An Engine on a unix socket.

    Args:
        docker_host: ``unix:///path``.
    """

    def __init__(self, docker_host: str) -> None:
        self.where = docker_host
        self._path = _socket_path(docker_host)

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> tuple[int, bytes]:
        """See ``transport.Transport``."""
        if not os.path.exists(self._path):
            raise absent(self.where, NO_SOCKET)
        lines = [f"{method} {path} HTTP/1.0", "Host: localhost", f"Content-Length: {len(body or b'')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, "", ""]).encode() + (body or b"")
        try:
            answer = self._exchange(request, timeout)
        except OSError as error:
            raise no_answer(self.where, error, timeout) from None
        head, blank, content = answer.partition(b"\r\n\r\n")
        words = head.split(None, 2)
        if not blank or not head.startswith(b"HTTP/") or len(words) < 2 or not words[1].isdigit():
            raise absent(self.where, "what answers there does not speak HTTP")
        return int(words[1]), content

    def _exchange(self, request: bytes, timeout: float) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(self._path)
            connection.sendall(request)
            parts: list[bytes] = []
            while True:
                part = connection.recv(65536)
                if not part:
                    return b"".join(parts)
                parts.append(part)
