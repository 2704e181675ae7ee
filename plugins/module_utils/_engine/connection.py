# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say how an Engine is reached, and the client for a host's own Engine. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .client import Client
from .transport_socket import SocketTransport


def _seconds(value: int) -> None:
    # Sockets count in 32 bits.
    if not 0 < value <= 24 * 3600:
        raise ValueError(f"{value} is not from 1 to 86400: it is a number of seconds")


CONNECTION: dict[str, t.Any] = {
    "docker_host": {"type": "str", "default": "unix:///var/run/docker.sock", "aliases": ["docker_url"]},
    "tls": {"type": "bool", "default": False},
    "validate_certs": {"type": "bool", "default": False, "aliases": ["tls_verify"]},
    "tls_hostname": {"type": "str"},
    "ca_path": {"type": "path", "aliases": ["ca_cert", "tls_ca_cert", "cacert_path"]},
    "client_cert": {"type": "path", "aliases": ["tls_client_cert", "cert_path"]},
    "client_key": {"type": "path", "aliases": ["tls_client_key", "key_path"]},
    "api_version": {"type": "str", "default": "auto", "aliases": ["docker_api_version"]},
    "timeout": {"type": "int", "default": 60, "limits": _seconds},
    "use_ssh_client": {"type": "bool", "default": False},
    "debug": {"type": "bool", "default": False},
}
#: The variable of the environment that stands in for an option which was left out.
ENVIRONMENT = {
    "docker_host": "DOCKER_HOST",
    "tls": "DOCKER_TLS",
    "validate_certs": "DOCKER_TLS_VERIFY",
    "tls_hostname": "DOCKER_TLS_HOSTNAME",
    "api_version": "DOCKER_API_VERSION",
    "timeout": "DOCKER_TIMEOUT",
}
#: The connection options of a program that is sent to a host: it reaches the host's own socket and nothing else.
OWN_CONNECTION = {name: CONNECTION[name] for name in ("docker_host", "api_version", "timeout", "debug")}


def is_own(docker_host: str) -> bool:
    """Whether the option and this host's environment lead to the host's own socket, and nowhere else."""
    return docker_host.startswith("unix://") and not any(name in os.environ for name in ENVIRONMENT.values())


def own_client(docker_host: str, api_version: str, timeout: float) -> Client:
    """The client for this host's own Engine, from the connection options of a program.

    Raises:
        Refused: an option that cannot work.
    """
    return Client(SocketTransport(docker_host), api_version, timeout)
