# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the networks that an Engine lists are the swarm's. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

# Networks that every host has and services may use; the swarm has one of each that no list shows (moby
# daemon/cluster/networks.go).
PREDEFINED = frozenset(("bridge", "host"))


def is_of_swarm(raw: dict[str, t.Any]) -> bool:
    """Whether an entry of ``/networks`` is the swarm's own.

    For a moment after it was removed from the swarm, an Engine goes on telling of a network as it has it itself: with peers
    (seen on 20.10 and 26.1).
    """
    return raw.get("Scope") == "swarm" and not raw.get("Peers")
