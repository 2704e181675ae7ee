# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets, configs and networks that services refer to. PRIVATE to the collection. Pure.

``word`` is ``secret`` or ``config``: the Engine's keys have the same form for both.
"""

from __future__ import annotations

import typing as t

from .service import spec_to_return_to

Raw = t.Dict[str, t.Any]

#: Networks that every host has and services may use; the swarm has one of each that no list shows (moby
#: daemon/cluster/networks.go).
PREDEFINED = frozenset(("bridge", "host"))


def list_key(word: str) -> str:
    """The key of the list in a container's spec."""
    return f"{word.title()}s"


def id_key(word: str) -> str:
    """The key of the ID in an entry of that list."""
    return f"{word.title()}ID"


def name_key(word: str) -> str:
    """The key of the object's name in an entry of that list."""
    return f"{word.title()}Name"


def container_of(spec: Raw) -> Raw:
    """The container's part of a service's spec."""
    return t.cast("Raw", (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {})


def used(spec: Raw, word: str) -> dict[str, str]:
    """The names of the secrets or configs that a service's spec refers to, by their IDs."""
    return {
        str(entry.get(id_key(word))): str(entry.get(name_key(word)))
        for entry in container_of(spec).get(list_key(word)) or []
    }


def users(services: list[Raw], word: str) -> dict[str, list[str]]:
    """The names of the services that use a secret or config, or may go back to it, by the ID of that."""
    names: dict[str, list[str]] = {}
    for service in services:
        ids = {*used(service["Spec"], word), *used(spec_to_return_to(service), word)}
        for identity in sorted(ids):
            names.setdefault(identity, []).append(service["Spec"]["Name"])
    return names


def is_of_swarm(raw: dict[str, t.Any]) -> bool:
    """Whether an entry of ``/networks`` is the swarm's own.

    For a moment after it was removed from the swarm, an Engine still reports a network as it has it itself: with peers (seen
    on 20.10 and 26.1).
    """
    return raw.get("Scope") == "swarm" and not raw.get("Peers")
