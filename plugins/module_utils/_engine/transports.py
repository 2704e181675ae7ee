# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport for each kind of address, by its scheme. PRIVATE to the collection.

A program that is sent to a host uses ``connection.own_client`` instead: it knows only the host's own socket.
"""

from __future__ import annotations

import os
import re
import typing as t

from .client import Client
from .errors import Refused
from .transport import Transport
from .transport_socket import SocketTransport

Options = t.Dict[str, t.Any]

_PASSWORD = re.compile(r"\w+://[^/@]*:[^/]*@")

# Where Docker's own command line looks for each file below DOCKER_CERT_PATH.
_CERTIFICATES = {"ca_path": "ca.pem", "client_cert": "cert.pem", "client_key": "key.pem"}


def connect(options: Options) -> Client:
    """The client for a module's connection options.

    Raises:
        Refused: an option that cannot work.
    """
    scheme, _sign, rest = options["docker_host"].partition("://")
    if _PASSWORD.match(options["docker_host"]):
        # Not repeated, as everywhere else.
        raise Refused(
            "docker_host has a password in it, which no Engine asks for and every run would show: leave it out; SSH takes keys."
        )
    if scheme not in SCHEMES or not (rest or scheme == "ssh"):
        raise Refused(
            f"docker_host {options['docker_host']!r} is none of unix:///path, tcp://host:port, ssh://user@host."
        )
    return Client(SCHEMES[scheme](options), options["api_version"], options["timeout"])


def _unix(options: Options) -> Transport:
    return SocketTransport(options["docker_host"])


def _tcp(options: Options) -> Transport:
    # Imported where it is used: to load what speaks TLS takes a host longer than a request.
    from .transport_tcp import TcpTransport, Tls

    docker_host, name = options["docker_host"], options["tls_hostname"]
    if name and name not in docker_host:
        raise Refused(
            f"tls_hostname {name!r} differs from the name in docker_host {docker_host!r}; "
            "name the Engine in docker_host as its certificate does."
        )
    if not (options["tls"] or options["validate_certs"]):
        return TcpTransport(docker_host)
    files = {option: options[option] or _certificate(file) for option, file in _CERTIFICATES.items()}
    return TcpTransport(docker_host, Tls(options["validate_certs"], **files))


def _ssh(options: Options) -> Transport:
    # Imported where it is used: only the control node has paramiko.
    from .transport_ssh import SshTransport

    return SshTransport(options["docker_host"], options["use_ssh_client"])


SCHEMES: dict[str, t.Callable[[Options], Transport]] = {"unix": _unix, "tcp": _tcp, "ssh": _ssh}


def _certificate(name: str) -> str | None:
    path = os.path.join(os.environ.get("DOCKER_CERT_PATH", ""), name)
    return path if os.path.isabs(path) and os.path.exists(path) else None
