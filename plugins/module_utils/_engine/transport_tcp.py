# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``tcp://``, with TLS too, by the standard library alone. PRIVATE to the collection."""

from __future__ import annotations

import socket
import ssl
import typing as t
from urllib.parse import urlsplit

from .._files.read import read_file
from .._files.unreadable import Unreadable
from .errors import EngineForbidden, Refused
from .exchange import Unusable, request
from .transport import Bounds, Clock, Stream, exchange, not_connected, unanswered

# What Docker's own command line takes where the address has no port.
_PORT, _TLS_PORT = 2375, 2376
# Bytes of a file with certificates or a key; an authority's bundle of all the world has some 200 KiB.
_LARGEST_FILE = 1 << 20


class Tls(t.NamedTuple):
    """How TLS is spoken.

    Attributes:
        validate: whether the Engine's certificate is checked.
        ca_path: the authorities that may have signed it; those of the system without.
        client_cert: what is shown to the Engine.
        client_key: its key; without, it is in the file of the certificate.
    """

    validate: bool = False
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None


class TcpTransport:
    """An Engine on a TCP port.

    Args:
        docker_host: ``tcp://host:port``.
        tls: ``None`` to speak no TLS.

    Raises:
        Refused: the address is none, or a file of TLS cannot be used.
    """

    def __init__(self, docker_host: str, tls: Tls | None = None) -> None:
        self.where = docker_host
        try:
            parts = urlsplit(docker_host)
            self._address = (parts.hostname or "", parts.port or (_TLS_PORT if tls else _PORT))
        except ValueError as error:
            raise Refused(
                f"docker_host {docker_host!r} is no address like tcp://host:port: {error}."
            ) from None
        self._host, self._prefix = parts.netloc, parts.path.rstrip("/")
        self._context = _context(tls) if tls else None

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], bounds: Bounds
    ) -> tuple[int, bytes]:
        """See ``transport.Transport``."""
        clock = Clock(bounds)
        sent = request(method, self._prefix + path, self._host, body, headers)
        try:
            connection = self._connect(clock)
        except ssl.SSLError as error:
            raise self._tls_failed(error) from None
        except OSError as error:
            raise not_connected(self.where, error, bounds) from None
        with connection:
            try:
                answer = exchange(t.cast(Stream, connection), sent, bounds, clock)
            except ssl.SSLError as error:
                # An Engine refuses a certificate only after the handshake.
                raise self._tls_failed(error) from None
            except (OSError, Unusable) as error:
                raise unanswered(self.where, error, bounds) from None
        return answer.status, answer.body

    def _connect(self, clock: Clock) -> socket.socket:
        connection = socket.create_connection(self._address, clock.left)
        if self._context is None:
            return connection
        try:
            connection.settimeout(clock.left)
            return self._context.wrap_socket(connection, server_hostname=self._address[0])
        except BaseException:
            connection.close()
            raise

    def _tls_failed(self, error: ssl.SSLError) -> EngineForbidden:
        return EngineForbidden(
            f"TLS with the Engine at {self.where} failed ({error}); check ca_path, client_cert and client_key."
        )


def _context(tls: Tls) -> ssl.SSLContext:
    """What TLS is spoken with.

    Raises:
        Refused: a file cannot be read, or has no certificate or key.
    """
    # Read here, since OpenSSL reads a file without any limit.
    files = {name: path for name, path in tls._asdict().items() if name != "validate" and path}
    contents = {name: _content(name, path) for name, path in files.items()}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not tls.validate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    at = "ca_path"
    try:
        if tls.validate and tls.ca_path:
            context.load_verify_locations(cadata=contents["ca_path"])
        elif tls.validate:
            context.load_default_certs()
        at = "client_cert or client_key"
        if tls.client_cert:
            # A key with a password fails here, instead of asking a terminal for it.
            context.load_cert_chain(tls.client_cert, tls.client_key, password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        raise Refused(f"{at} has no certificate or key without a password in PEM ({error}).") from None
    return context


def _content(option: str, path: str) -> str:
    try:
        return read_file(path, _LARGEST_FILE).decode("ascii", "replace")
    except Unreadable as reason:
        raise Refused(f"{option}: the file {path} {reason}.") from None
