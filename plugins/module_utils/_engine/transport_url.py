# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``tcp://``, with TLS too, by ansible-core's own HTTP client, so a host needs no package. PRIVATE to the collection."""

from __future__ import annotations

import socket
import ssl
import typing as t
from http.client import HTTPException
from urllib.error import HTTPError, URLError

from ansible.module_utils.urls import open_url

from .errors import EngineForbidden
from .transport import no_answer, timed_out


class UrlTransport:
    """An Engine on a TCP port.

    Args:
        docker_host: ``tcp://host:port``.
        tls: speak TLS over ``tcp://``.
        options: ``validate_certs``, ``ca_path``, ``client_cert``, ``client_key`` of ``open_url``.
    """

    def __init__(self, docker_host: str, tls: bool = False, **options: t.Any) -> None:
        self.where = docker_host
        self._base = ("https://" if tls else "http://") + docker_host.split("://", 1)[1].rstrip("/")
        self._options = options

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> tuple[int, bytes]:
        """See ``transport.Transport``."""
        try:
            answer = open_url(
                self._base + path,
                data=body,
                headers=headers,
                method=method,
                timeout=timeout,
                use_proxy=False,
                follow_redirects="none",
                decompress=False,
                use_netrc=False,
                **self._options,
            )
            return answer.getcode(), answer.read()
        except HTTPError as error:
            return error.code, error.read()
        except (socket.timeout, TimeoutError):
            raise timed_out(self.where, timeout) from None
        except (URLError, HTTPException, OSError) as error:
            raise self._failure(error, timeout) from None

    def _failure(self, error: Exception, timeout: float) -> Exception:
        # The reason of a URLError is an error, that of an SSLError (a refusal after the handshake) a mere text.
        reason = error if isinstance(error, ssl.SSLError) else getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLError) and "timed out" not in str(reason):
            return EngineForbidden(
                f"TLS with the Engine at {self.where} failed ({reason}); check ca_path, client_cert and client_key."
            )
        return no_answer(self.where, reason, timeout)
