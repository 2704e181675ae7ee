# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What carries a request to an Engine, and the errors where no answer arrives. PRIVATE to the collection."""

from __future__ import annotations

import errno
import socket
import typing as t

from .errors import EngineAbsent, EngineForbidden, EngineTimeout, FlotillaError

#: The reason where a unix socket does not exist.
NO_SOCKET = "its socket does not exist"


class Transport(t.Protocol):
    """Carries one HTTP request to one Engine. A new transport is a class like this and a line in ``transports.py``."""

    #: The Engine's address, as the user knows it.
    where: str

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> tuple[int, bytes]:
        """Send a request.

        Returns:
            The HTTP status and the body; an error status is returned, not raised.

        Raises:
            EngineAbsent, EngineForbidden, EngineTimeout: no answer came.
        """


def no_answer(where: str, error: object, timeout: float) -> FlotillaError:
    """The error for a request that got no answer.

    Args:
        where: the Engine's address, as the user knows it.
        error: an ``OSError``, or what a library made of it.
        timeout: the seconds that were allowed.
    """
    text = str(error)
    if isinstance(error, (socket.timeout, TimeoutError)) or "timed out" in text:
        return timed_out(where, timeout)
    # Ansible's own connection wraps the socket's error in one of its own, so the number is read from its text too.
    if getattr(error, "errno", None) == errno.EACCES or "Permission denied" in text:
        return EngineForbidden(
            f"This user may not use the Engine at {where}; set become: true or add the user to the group docker."
        )
    return absent(where, text)


def absent(where: str, why: str) -> EngineAbsent:
    """The error where no Engine answers."""
    return EngineAbsent(
        f"No Engine answers at {where} ({why}); start it or set docker_host to where it listens."
    )


def timed_out(where: str, timeout: float) -> EngineTimeout:
    """The error where the answer did not come in time."""
    return EngineTimeout(f"The Engine at {where} did not answer within {timeout:g} s.")
