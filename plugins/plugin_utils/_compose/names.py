# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that the Engine takes for what a Compose file defines. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re

from .node import Node

# Services and networks; the name of a stack begins all of them.
NAME = re.compile(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*\Z")
_CONTENT_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?\Z")
_LIMITS = {
    "service": (NAME, 63),
    "network": (NAME, 63),
    "secret": (_CONTENT_NAME, 64),
    "config": (_CONTENT_NAME, 64),
}


def check_name(node: Node, name: str, kind: str) -> None:
    """Refuse a name that the Engine would refuse once half of the stack is there.

    Args:
        node: what is given that name.
        kind: ``service``, ``network``, ``secret`` or ``config``.

    Raises:
        Refused: it has characters that it must not have, or too many.
    """
    pattern, longest = _LIMITS[kind]
    if not pattern.match(name):
        raise node.wrong(
            f"makes a {kind} named {name!r}, which the Engine refuses: use letters and digits, with - and _ between"
        )
    if len(name) > longest:
        raise node.wrong(
            f"makes a {kind} named {name}: {len(name)} characters, and the Engine takes {longest}"
        )
