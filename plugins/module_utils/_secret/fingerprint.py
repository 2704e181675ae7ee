# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Salted, slow fingerprints, by which a secret's data is known again and not guessed. PRIVATE to the collection. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

# 2**14 blocks of 1 KiB: some 50 ms and 16 MiB for each guess.
_COST = 14
_MEMORY = 64 * 1024 * 1024
_SALT = 16


def fingerprint(data: bytes) -> str | None:
    """The label's value for some data, another one each time; ``None`` where this Python cannot make one."""
    salt = os.urandom(_SALT)
    made = _hash(data, salt, _COST)
    return None if made is None else f"scrypt${_COST}${_text(salt)}${_text(made)}"


def matches(stored: str, data: bytes) -> bool | None:
    """Whether a fingerprint is that of the data; ``None`` where nobody can tell."""
    try:
        kind, cost, salt, wanted = stored.split("$")
        # One that somebody else wrote must not cost more than one of ours.
        if kind != "scrypt" or not 1 <= int(cost) <= _COST:
            return None
        made, expected = _hash(data, base64.b64decode(salt), int(cost)), base64.b64decode(wanted)
    except ValueError:
        return None
    return None if made is None else hmac.compare_digest(made, expected)


def _hash(data: bytes, salt: bytes, cost: int) -> bytes | None:
    # Missing where Python was built without it, refused where OpenSSL is told to.
    scrypt = getattr(hashlib, "scrypt", None)
    if scrypt is None:
        return None
    try:
        return bytes(scrypt(data, salt=salt, n=2**cost, r=8, p=1, maxmem=_MEMORY, dklen=32))
    except ValueError:
        return None


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
