# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``unix://``, with nothing but the standard library's socket. PRIVATE to the collection."""

from __future__ import annotations

import os
import socket

from .exchange import Unusable, request
from .transport import NO_SOCKET, Bounds, Clock, absent, exchange, not_connected, unanswered


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
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], bounds: Bounds
    ) -> tuple[int, bytes]:
        """See ``transport.Transport``."""
        if not os.path.exists(self._path):
            raise absent(self.where, NO_SOCKET)
        clock = Clock(bounds)
        sent = request(method, path, "localhost", body, headers)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(bounds.seconds)
            try:
                connection.connect(self._path)
            except OSError as error:
                raise not_connected(self.where, error, bounds) from None
            try:
                answer = exchange(connection, sent, bounds, clock)
            except (OSError, Unusable) as error:
                raise unanswered(self.where, error, bounds) from None
        return answer.status, answer.body
