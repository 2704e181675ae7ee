# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fingerprints, by which a value is recognized that nobody may see: salted and slow hashes. PRIVATE to the collection. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import typing as t

#: Bytes of a salt.
SALT = 16

_KIND = "scrypt"
# 2**14 blocks of 1 KiB: some 50 ms and 16 MiB for each guess.
_COST = 14
_MEMORY = 64 * 1024 * 1024


def fingerprint(data: bytes, salt: bytes) -> str | None:
    """A salted, slow hash of some data; ``None`` where this Python cannot compute one."""
    digest = _hash(data, salt, _COST)
    return None if digest is None else f"{_KIND}${_COST}${_text(salt)}${_text(digest)}"


def is_fingerprint(value: t.Any) -> bool:
    """Whether a value has the form of a fingerprint."""
    return isinstance(value, str) and value.startswith(f"{_KIND}$") and value.count("$") == 3


def has_salt(stored: str, salt: bytes) -> bool:
    """Whether a fingerprint is one of ours with this salt, which costs nothing to know."""
    return stored.startswith(f"{_KIND}${_COST}${_text(salt)}$")


def matches(stored: str, data: bytes) -> bool | None:
    """Whether a fingerprint is that of the data; ``None`` where it cannot be compared."""
    try:
        kind, cost, salt, wanted = stored.split("$")
        # One that another client wrote must not cost more than one of ours.
        if kind != _KIND or not 1 <= int(cost) <= _COST:
            return None
        digest, expected = _hash(data, base64.b64decode(salt), int(cost)), base64.b64decode(wanted)
    except ValueError:
        return None
    return None if digest is None else hmac.compare_digest(digest, expected)


def _hash(data: bytes, salt: bytes, cost: int) -> bytes | None:
    # Missing where Python was built without it, refused where OpenSSL is in FIPS mode.
    scrypt = getattr(hashlib, "scrypt", None)
    if scrypt is None:
        return None
    try:
        return bytes(scrypt(data, salt=salt, n=2**cost, r=8, p=1, maxmem=_MEMORY, dklen=32))
    except ValueError:
        return None


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
