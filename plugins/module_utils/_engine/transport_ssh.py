# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ssh://user@host``: ``docker system dial-stdio`` on the host, through paramiko or the program ``ssh``. PRIVATE."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from .errors import AnswerLost, EngineForbidden, FlotillaError, Refused
from .exchange import CutOff, Unusable, request
from .ssh_client import Login, Rejected, SshClient, SshProgram, SshStream, is_rejection
from .transport import Bounds, Clock, absent, exchange, timed_out, unanswered


class SshTransport:
    """An Engine reached over SSH. A connection takes one request after the other; threads have connections of their own.

    Args:
        docker_host: ``ssh://[user@]host[:port]``.
        use_ssh_client: use the ``ssh`` program and its configuration instead of paramiko.

    Raises:
        Refused: the address is none, or paramiko is missing.
    """

    def __init__(self, docker_host: str, use_ssh_client: bool = False) -> None:
        self.where = docker_host
        self._client = (SshProgram if use_ssh_client else SshClient)(_login(docker_host))
        self._idle: list[SshStream] = []

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], bounds: Bounds
    ) -> tuple[int, bytes]:
        """See ``transport.Transport``."""
        clock = Clock(bounds)
        idle = self._idle_one()
        stream = idle or self._open(bounds, clock)
        sent = request(method, path, "localhost", body, headers, goes_on=True)
        try:
            answer = exchange(stream, sent, bounds, clock)
        except (OSError, Unusable) as error:
            ended = isinstance(error, (CutOff, OSError)) and not isinstance(error, socket.timeout)
            words = stream.last_words() if ended and not idle else ""
            stream.close()
            raise self._ended(words) if words else unanswered(self.where, error, bounds) from None
        if answer.goes_on:
            self._idle.append(stream)
        else:
            stream.close()
        return answer.status, answer.body

    def _idle_one(self) -> SshStream | None:
        """A connection that has taken a request before, and has not ended since."""
        while self._idle:
            stream = self._idle.pop()
            stream.settimeout(0)
            try:
                stream.recv(1)
            except (BlockingIOError, socket.timeout):
                return stream
            except OSError:
                pass
            stream.close()
        return None

    def _open(self, bounds: Bounds, clock: Clock) -> SshStream:
        try:
            return self._client.open(clock)
        except Rejected as error:
            raise self._rejected(str(error)) from None
        except socket.timeout:
            raise timed_out(self.where, bounds.seconds) from None
        except OSError as error:
            raise absent(self.where, str(error)) from None

    def _ended(self, words: str) -> FlotillaError:
        """The error for a new connection that ended with these words."""
        if is_rejection(words):
            return self._rejected(words)
        # It may have been there before it ended, and have taken the request.
        return AnswerLost(str(absent(self.where, words)))

    def _rejected(self, why: str) -> EngineForbidden:
        return EngineForbidden(
            f"SSH to {self.where} was refused ({why}); check the user, the key and known_hosts of the user who runs this."
        )


def _login(docker_host: str) -> Login:
    try:
        parts = urlsplit(docker_host)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused(f"docker_host {docker_host!r} is no address like ssh://user@host: {error}.") from None
    if not host or host.startswith("-"):
        raise Refused(f"docker_host {docker_host!r} names no host; write it like ssh://user@host.")
    return Login(host, port, parts.username)
