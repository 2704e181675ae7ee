# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host's own Engine, for a program that was sent to the host (see ``_program``). PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._engine.client import Client
from .._engine.transport_socket import SocketTransport

Options = t.Dict[str, t.Any]
Work = t.Callable[[Options, bool, Client], Options]

# What a module reads beside its options (see ``_module``).
_ENVIRONMENT = (
    "DOCKER_HOST",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "DOCKER_TLS_HOSTNAME",
    "DOCKER_API_VERSION",
    "DOCKER_TIMEOUT",
)


def own_engine(options: dict[str, t.Any]) -> Client | None:
    """The client for the connection options that a program knows.

    Args:
        options: ``docker_host``, ``api_version``, ``timeout``.

    Returns:
        ``None`` where the options or the environment of this host lead elsewhere than to its own socket.
    """
    if not options["docker_host"].startswith("unix://") or any(name in os.environ for name in _ENVIRONMENT):
        return None
    return Client(SocketTransport(options["docker_host"]), options["api_version"], options["timeout"])


def on_own_engine(work: Work) -> t.Callable[[Options], Options | None]:
    """The work of a module as a program of its own (see ``_program``).

    Args:
        work: takes the options, whether it is check mode, and the client; returns the result.

    Returns:
        The program; it returns ``None`` where only the module knows the way to the Engine.
    """

    def program(options: Options) -> Options | None:
        client = own_engine(options)
        return work(options, options["check_mode"], client) if client else None

    return program
