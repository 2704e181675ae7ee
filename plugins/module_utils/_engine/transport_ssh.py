# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ssh://user@host`` by Docker SDK for Python and paramiko, on the control node. PRIVATE.

Only the SDK's transport is used: requests stay our own JSON.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import missing_required_lib

from .errors import EngineAbsent, EngineForbidden, EngineTimeout, Refused

try:
    import docker as docker_sdk
    import paramiko
    import requests
except ImportError:
    # Named by the error of SshTransport, the only place that needs them.
    docker_sdk = None


class SshTransport:
    """An Engine reached over SSH through ``docker system dial-stdio`` on the host.

    Args:
        docker_host: ``ssh://[user@]host[:port]``.
        use_ssh_client: use the ``ssh`` program and its configuration instead of paramiko.
        timeout: seconds to connect.
    """

    def __init__(self, docker_host: str, use_ssh_client: bool = False, timeout: float = 60) -> None:
        if docker_sdk is None:
            raise Refused(missing_required_lib("docker[ssh]", reason=f"for docker_host {docker_host}"))
        self.where = docker_host
        self._use_ssh_client = use_ssh_client
        self._timeout = timeout
        self._session: t.Any = None

    def _connect(self) -> t.Any:
        """Connect at the first request: a host that cannot be reached is an answer where its state is read."""
        try:
            # A version keeps the SDK from asking the Engine for one: the client negotiates it.
            return docker_sdk.APIClient(
                base_url=self.where,
                version="1.41",
                timeout=self._timeout,
                use_ssh_client=self._use_ssh_client,
            )
        except paramiko.AuthenticationException as error:
            raise EngineForbidden(
                f"SSH to {self.where} was refused ({error}); check the user and the key."
            ) from None
        except (paramiko.SSHException, OSError, docker_sdk.errors.DockerException) as error:
            raise EngineAbsent(f"No Engine answers at {self.where} ({error}).") from None

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> tuple[int, bytes]:
        """See ``transport.Transport``."""
        self._session = session = self._session or self._connect()
        try:
            answer = session.request(
                method,
                session.base_url + path,
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            )
            return answer.status_code, answer.content
        except requests.exceptions.Timeout:
            raise EngineTimeout(f"The Engine at {self.where} did not answer within {timeout:g} s.") from None
        except (requests.exceptions.RequestException, paramiko.SSHException, OSError) as error:
            raise EngineAbsent(f"No Engine answers at {self.where} ({error}).") from None
