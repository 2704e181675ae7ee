# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look at a host, as a program of its own. PRIVATE to the collection. See ``_program``."""

from __future__ import annotations

import os
import subprocess
import typing as t

from ._client import Client
from ._host_look import look
from ._transport_socket import SocketTransport

# What the module reads beside its options (see ``_module``).
_ENVIRONMENT = (
    "DOCKER_HOST",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "DOCKER_TLS_HOSTNAME",
    "DOCKER_API_VERSION",
    "DOCKER_TIMEOUT",
)


def program(options: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """The result of the module ``swarm_host_info``.

    Args:
        options: ``docker_host``, ``api_version``, ``timeout``.

    Returns:
        ``None`` where the options or the environment of this host lead elsewhere than to its own socket.
    """
    if not options["docker_host"].startswith("unix://") or any(name in os.environ for name in _ENVIRONMENT):
        return None
    client = Client(SocketTransport(options["docker_host"]), options["api_version"], options["timeout"])
    return {"changed": False, "host": look(client, _start)}


def _start(command: list[str]) -> tuple[int, str, str]:
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        return 127, "", str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
