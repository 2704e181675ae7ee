# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Join tokens. PRIVATE to the collection. Pure.

A token is ``SWMTKN-1-<digest of the root certificate>-<secret>``, both in base 36 (swarmkit
``ca/config.go``), so it says which swarm it belongs to without the secret.
"""

from __future__ import annotations

import hashlib
import re

from .._engine.errors import Refused

_TOKEN = re.compile(r"SWMTKN-1-([0-9a-z]{50})-[0-9a-z]{25}\Z")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def digest_in(token: str) -> str:
    """The root certificate's digest in a join token.

    Raises:
        Refused: it is not a token. The message does not repeat it.
    """
    found = _TOKEN.match(token.strip())
    if not found:
        raise Refused(
            "join_token is not a swarm join token (SWMTKN-1-…): read it with swarm_info and tokens=true."
        )
    return found.group(1)


def digest_of(certificate: bytes) -> str:
    """The same digest of a root certificate's PEM bytes."""
    number = int(hashlib.sha256(certificate).hexdigest(), 16)
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(50, "0")
