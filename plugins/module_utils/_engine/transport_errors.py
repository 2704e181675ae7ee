# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why no answer of an Engine arrived, as a typed error with a sentence. PRIVATE to the collection. Pure."""

from __future__ import annotations

import errno
import socket

from .errors import EngineAbsent, EngineForbidden, EngineTimeout, FlotillaError


def failure(where: str, error: object, timeout: float) -> FlotillaError:
    """The error for what went wrong on the way.

    Args:
        where: the Engine's address, as the user knows it.
        error: an ``OSError``, or whatever a library made of it.
        timeout: the seconds that were allowed.
    """
    text = str(error)
    if isinstance(error, (socket.timeout, TimeoutError)) or "timed out" in text:
        return late(where, timeout)
    # Ansible's own connection wraps the socket's error in one of its own, so the number is read from its text too.
    if getattr(error, "errno", None) == errno.EACCES or "Permission denied" in text:
        return EngineForbidden(
            f"This user may not use the Engine at {where}; set become: true or add the user to the group docker."
        )
    return absent(where, text)


def absent(where: str, why: str) -> EngineAbsent:
    """Nothing answers there."""
    return EngineAbsent(
        f"No Engine answers at {where} ({why}); start it or set docker_host to where it listens."
    )


def late(where: str, timeout: float) -> EngineTimeout:
    """The answer did not come in time."""
    return EngineTimeout(f"The Engine at {where} did not answer within {timeout:g} s.")
