# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking an image's registry through the Engine, with credentials where they are given. PRIVATE to the collection."""

from __future__ import annotations

import base64
import json

from .._engine.client import Client
from .._engine.errors import EngineError, Unanswered
from .image import Pinned, platforms, reference


def auth_header(auth: dict[str, str] | None, image: str) -> dict[str, str]:
    """The HTTP header that carries a registry's credentials; empty where there are none.

    Args:
        auth: ``username`` and ``password``, or ``identity_token``; ``server`` defaults to the image's registry.
        image: the image that is pulled with them.
    """
    if not auth:
        return {}
    server = auth.get("server") or server_of(image)
    if auth.get("identity_token"):
        sent = {"identitytoken": auth["identity_token"], "serveraddress": server}
    else:
        sent = {"username": auth["username"], "password": auth["password"], "serveraddress": server}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(sent).encode()).decode()}


def server_of(image: str) -> str:
    """The registry that an image is pulled from, as credentials name it."""
    first, slash, _rest = image.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    return first if is_host else "https://index.docker.io/v1/"


class Registry:
    """Looks tags up, each only once.

    Args:
        client: the Engine that asks; it needs to reach the registry.
    """

    # The Engine itself gives a registry 15 s for its headers, and asks mirrors too.
    _PATIENCE = 30.0

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Pinned] = {}

    def pinned(self, image: str, auth: dict[str, str] | None) -> Pinned:
        """An image with the digest its tag stands for now.

        Raises:
            EngineError, Unanswered: the registry, or the Engine, gives no answer.
        """
        wanted = reference(image)
        if wanted.digest:
            return Pinned(image, [])
        header = auth_header(auth, image)
        key = (wanted.tagged, header.get("X-Registry-Auth", ""))
        if key not in self._known:
            try:
                found = self._client.get(
                    f"/distribution/{wanted.tagged}/json", timeout=self._PATIENCE, headers=header
                )
                digest = found["Descriptor"]["digest"]
            except (EngineError, Unanswered) as error:
                raise EngineError(
                    f"{wanted.tagged} could not be looked up in its registry: {error}"
                ) from None
            self._known[key] = Pinned(wanted.pinned(digest), platforms(found))
        return self._known[key]
