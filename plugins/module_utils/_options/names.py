# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names the Engine takes. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t


class Naming(t.NamedTuple):
    """What a name may be.

    Attributes:
        pattern: what swarmkit takes (``manager/controlapi``).
        longest: the most characters.
        signs: what may stand between letters and digits, for the message.
    """

    pattern: t.Pattern[str]
    longest: int
    signs: str


# Services and networks: both names are names of the DNS.
_OF_DNS = Naming(re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?\Z"), 63, "- and _")
_STORED = Naming(re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?\Z"), 64, "- _ and .")
_NAMES = {"stack": _OF_DNS, "service": _OF_DNS, "network": _OF_DNS, "secret": _STORED, "config": _STORED}


def name_problem(name: str, word: str) -> str | None:
    """Why the Engine refuses a name, as the rest of a sentence; ``None`` where the Engine takes it.

    Args:
        name: the name.
        word: what is named: ``stack``, ``service``, ``network``, ``secret`` or ``config``.
    """
    naming = _NAMES[word]
    if len(name) > naming.longest:
        return f"which has {len(name)} characters, and the name of a {word} has at most {naming.longest}; shorten it"
    if not naming.pattern.match(name):
        return (
            f"which cannot be the name of a {word}; use letters and digits, with {naming.signs} between them"
        )
    return None
