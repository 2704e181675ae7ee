# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a version's content is the declared one. PRIVATE to the collection.

A config's data can be read. A secret's is known again by its fingerprint. Of one without, made by others, the Engine is
asked in a way that cannot change it.
"""

from __future__ import annotations

import base64
import hmac
import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError, FlotillaError, OutOfSequence
from . import versions as content
from .declared import ContentOrder
from .fingerprint import matches
from .versions import Family, Version

# What the Engine says to other data (swarmkit controlapi/secret.go).
_DIFFERS = "only updates to Labels are allowed"


def same_content(client: Client, family: Family, order: ContentOrder, version: Version) -> bool:
    """Whether a version's data, template and driver are what is declared."""
    spec = version.raw["Spec"]
    if _about(spec) != _about(order.about):
        return False
    if order.data is None:
        return True
    if family.readable:
        return hmac.compare_digest(base64.b64decode(spec.get("Data") or ""), order.data)
    stored = version.labels.get(content.FINGERPRINT)
    known = matches(stored, order.data) if stored else None
    return _asked(client, family, order.data, version) if known is None else known


def _about(spec: dict[str, t.Any]) -> tuple[t.Any, ...]:
    template, driver = spec.get("Templating") or {}, spec.get("Driver") or {}
    return (
        template.get("Name") or "",
        template.get("Options") or {},
        driver.get("Name") or "",
        driver.get("Options") or {},
    )


def _asked(client: Client, family: Family, data: bytes, version: Version) -> bool:
    """Ask the Engine for an update that it has to refuse.

    It compares the data first and the object's version afterwards, and no object has a version older than its own.
    """
    try:
        client.post(
            f"{family.path}/{version.id}/update",
            {
                "Name": version.object_name,
                "Labels": version.labels,
                "Data": base64.b64encode(data).decode(),
            },
            version=version.raw["Version"]["Index"] - 1,
        )
    except OutOfSequence:
        return True
    except EngineError as error:
        if _DIFFERS in str(error):
            return False
        raise
    raise FlotillaError(
        f"{version.object_name}: the Engine at {client.where} took an update that it had to refuse, so nobody knows whether "
        "its content is what is declared; use force to make a new version."
    )
