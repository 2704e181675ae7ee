# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One fingerprint of many secrets, by which all are recognized in the time that one takes. PRIVATE to the collection. Pure."""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._options.fingerprint import SALT, fingerprint, has_salt, matches
from .versions import FINGERPRINT, SEAL, Version


def seal(known: t.Mapping[str, bytes]) -> dict[str, str]:
    """The label with one fingerprint of many secrets, by which all are recognized in the time that one takes.

    Who guesses at one of them has to know all others, and each guess takes as long as at that one's own fingerprint.

    Args:
        known: the data of each secret, by its fingerprint; of a single one, there is no label.
    """
    text = fingerprint(_together(known), _salt_of(known)) if len(known) > 1 else None
    return {} if text is None else {SEAL: text}


def sealed(versions: t.Sequence[tuple[Version, bytes]]) -> set[str]:
    """The fingerprints of these versions, if a seal on one of them says that each is that of the data beside it."""
    known = {one.labels[FINGERPRINT]: data for one, data in versions if FINGERPRINT in one.labels}
    seals = {one.labels[SEAL] for one, _data in versions if SEAL in one.labels}
    # Its salt tells which fingerprints a seal is for, before anything slow is done.
    salt = _salt_of(known)
    found = (matches(one, _together(known)) for one in sorted(seals) if has_salt(one, salt))
    return set(known) if any(found) else set()


def _together(known: t.Mapping[str, bytes]) -> bytes:
    return json.dumps(
        [(one, hashlib.sha256(data).hexdigest()) for one, data in sorted(known.items())]
    ).encode()


def _salt_of(known: t.Iterable[str]) -> bytes:
    """A salt that no other secrets have: each of their fingerprints has a random one."""
    return hashlib.sha256(json.dumps(sorted(known)).encode()).digest()[:SALT]
