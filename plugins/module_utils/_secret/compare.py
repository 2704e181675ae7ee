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
import hmac
import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError, FlotillaError, LeaderLost, OutOfSequence, Unanswered
from .._options.fingerprint import matches
from .declared import DeclaredSecret
from .options import Family
from .plan import versioned_changes
from .versions import FINGERPRINT, Version

# What the Engine answers where the data differs (swarmkit controlapi/secret.go).
_DIFFERS = "only updates to Labels are allowed"


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
    if declared.exists_already:
        return True
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
                "Data": base64.b64encode(data).decode(),
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
