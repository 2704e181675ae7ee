# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the content of a version is the declared one. PRIVATE to the collection.

The data of a config can be read. That of a secret is recognized by its fingerprint, and that of several secrets by one seal, as
long as none of them has changed. Where another client created the secret there is none, and the Engine is asked in a way that
cannot change anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError, FlotillaError, LeaderLost, OutOfSequence, Unanswered
from .declared import DeclaredSecret
from .options import Family
from .plan import versioned_changes
from .versions import FINGERPRINT, SEAL, Version

# What the Engine answers where the data differs (swarmkit controlapi/secret.go).
_DIFFERS = "only updates to Labels are allowed"

# 2**14 blocks of 1 KiB: some 50 ms and 16 MiB for each guess.
_COST = 14
_MEMORY = 64 * 1024 * 1024
_SALT = 16


def same_content(
    client: Client,
    family: Family,
    declared: DeclaredSecret,
    recognized: t.Container[str],
    version: Version,
) -> bool:
    """Whether the data of a version, and each option that cannot be changed in place, are what is declared.

    Args:
        client: the Engine.
        family: secrets or configs.
        declared: what is declared.
        recognized: fingerprints that are known to be those of the declared data.
        version: the version.
    """
    spec = version.raw["Spec"]
    if versioned_changes(family, declared, spec):
        return False
    if declared.data is None:
        return True
    if family.readable:
        return hmac.compare_digest(base64.b64decode(spec.get("Data") or ""), declared.data)
    stored = version.labels.get(FINGERPRINT)
    if stored in recognized:
        return True
    known = matches(stored, declared.data) if stored else None
    return _engine_says_same(client, family, declared.data, version) if known is None else known


def fingerprint(data: bytes) -> str | None:
    """A salted, slow hash of some data, a different one each time; ``None`` where this Python cannot compute one."""
    return _fingerprint(data, os.urandom(_SALT))


def seal(known: t.Mapping[str, bytes]) -> dict[str, str]:
    """The label with one fingerprint of many secrets, by which all are recognized in the time that one takes.

    Who guesses at one of them has to know all others, and each guess takes as long as at that one's own fingerprint.

    Args:
        known: the data of each secret, by its fingerprint; of a single one, there is no label.
    """
    text = _fingerprint(_together(known), _salt_of(known)) if len(known) > 1 else None
    return {} if text is None else {SEAL: text}


def sealed(versions: t.Sequence[tuple[Version, bytes]]) -> set[str]:
    """The fingerprints of these versions, if a seal on one of them says that each is that of the data beside it."""
    known = {one.labels[FINGERPRINT]: data for one, data in versions if FINGERPRINT in one.labels}
    seals = {one.labels[SEAL] for one, _data in versions if SEAL in one.labels}
    # Its salt tells which fingerprints a seal is for, before anything slow is done.
    beginning = f"scrypt${_COST}${_text(_salt_of(known))}$"
    found = (matches(one, _together(known)) for one in sorted(seals) if one.startswith(beginning))
    return set(known) if any(found) else set()


def _together(known: t.Mapping[str, bytes]) -> bytes:
    return json.dumps(
        [(one, hashlib.sha256(data).hexdigest()) for one, data in sorted(known.items())]
    ).encode()


def _salt_of(known: t.Iterable[str]) -> bytes:
    """A salt that no other secrets have: each of their fingerprints has a random one."""
    return hashlib.sha256(json.dumps(sorted(known)).encode()).digest()[:_SALT]


def _fingerprint(data: bytes, salt: bytes) -> str | None:
    digest = _hash(data, salt, _COST)
    return None if digest is None else f"scrypt${_COST}${_text(salt)}${_text(digest)}"


def matches(stored: str, data: bytes) -> bool | None:
    """Whether a fingerprint is that of the data; ``None`` where it cannot be compared."""
    try:
        kind, cost, salt, wanted = stored.split("$")
        # One that another client wrote must not cost more than one of ours.
        if kind != "scrypt" or not 1 <= int(cost) <= _COST:
            return None
        digest, expected = _hash(data, base64.b64decode(salt), int(cost)), base64.b64decode(wanted)
    except ValueError:
        return None
    return None if digest is None else hmac.compare_digest(digest, expected)


def _engine_says_same(client: Client, family: Family, data: bytes, version: Version) -> bool:
    """Ask the Engine for an update that it has to refuse.

    It compares the data first and the object's version afterwards, and no object has a version older than its own.
    """

    def ask() -> None:
        client.post(
            f"{family.path}/{version.id}/update",
            {
                "Name": version.object_name,
                "Labels": version.labels,
                "Data": _text(data),
            },
            version=version.raw["Version"]["Index"] - 1,
        )

    try:
        try:
            ask()
        except (Unanswered, LeaderLost):
            # It is a question and changes nothing, so it is simply asked again.
            ask()
    except OutOfSequence:
        return True
    except EngineError as error:
        if _DIFFERS in str(error):
            return False
        raise
    raise FlotillaError(
        f"{version.object_name}: the Engine at {client.where} accepted an update that it had to refuse, so it is unknown "
        "whether its content is the declared one; set force: true to create a new version."
    )


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
