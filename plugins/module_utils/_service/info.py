# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at services with few requests, however many there are. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t

from .._engine.client import Client
from .._engine.errors import NotFound
from .._swarm.nodes import Node
from . import view as services
from .masks import masked, masked_service
from .plan import whole_words
from .view import Raw, Service

Seen = t.TypeVar("Seen")

# The desired states of tasks that are wanted; all others are history.
_WANTED = {"desired-state": ["accepted", "ready", "running", "complete"]}
_HISTORY = {"desired-state": ["shutdown"]}
# A task that is younger than this, in a slot that failed before, is not trusted to go on.
_TRUSTED_AFTER = 60.0
# How many services a request names; for more of them, everything is asked for.
_FEW = 100
_ATTEMPTS = 3


def look(
    client: Client, nodes: list[Node], names: list[str] | None, raw: bool = False, show_values: bool = False
) -> dict[str, t.Any]:
    """See services.

    Args:
        client: a manager's Engine.
        nodes: all nodes.
        names: which services, by name or ID; ``None`` for all.
        raw: add what the Engine itself says.
        show_values: show values that may be secrets.

    Returns:
        ``services`` in the order of ``names``, and the ``missing`` names.
    """
    found, missing, seen = settled(lambda: _once(client, nodes, names))
    networks = _networks(client, found)
    told = []
    for one in found:
        previous = one.get("PreviousSpec")
        told.append(
            {
                **seen[one["ID"]],
                "options": _words(one["Spec"], networks, show_values),
                "previous": _words(previous, networks, show_values) if previous else None,
                **({"raw": one if show_values else masked_service(one)} if raw else {}),
            }
        )
    return {"services": told, "missing": missing}


def named(client: Client, names: list[str] | None) -> tuple[list[Raw], list[str]]:
    """The raw services of names or IDs, each once (all, sorted by name, for ``None``), and the names that none has."""
    if names is None:
        return sorted(client.get("/services"), key=lambda one: str(one["Spec"]["Name"])), []
    # The Engine takes any beginning of a name, so what it returns has still to be sorted out.
    near = client.get("/services", filters={"name": names}) if names else []
    others = [name for name in names if services.find(near, name) is None]
    if others:
        near += client.get("/services", filters={"id": others})
    found = {name: services.find(near, name) for name in names}
    chosen = {one["ID"]: one for one in found.values() if one}
    return list(chosen.values()), [name for name, one in found.items() if one is None]


def tasks_of(client: Client, found: list[Raw], filters: dict[str, list[str]]) -> list[Raw]:
    """The raw tasks of services that pass further filters; with them may come tasks of others.

    Raises:
        NotFound: one of the services was removed meanwhile.
    """
    if not found:
        return []
    if len(found) <= _FEW:
        filters = {**filters, "service": [one["ID"] for one in found]}
    return t.cast("t.List[Raw]", client.get("/tasks", filters=filters or None))


def settled(look_once: t.Callable[[], Seen]) -> Seen:
    """Look again while others remove services under our eyes."""
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return look_once()
        except NotFound:
            pass
    return look_once()


def _once(
    client: Client, nodes: list[Node], names: list[str] | None
) -> tuple[list[Raw], list[str], dict[str, Service]]:
    found, missing = named(client, names)
    trusted = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - _TRUSTED_AFTER))
    tasks = tasks_of(client, found, _WANTED)
    seen = services.views(found, tasks, nodes, trusted)
    unsure = set(services.unsure(found, tasks, seen, trusted))
    if unsure:
        history = tasks_of(client, [one for one in found if one["ID"] in unsure], _HISTORY)
        # A task may have ended between the two requests.
        both = {task["ID"]: task for task in (*tasks, *history)}
        seen = services.views(found, list(both.values()), nodes, trusted)
    return found, missing, {service["id"]: service for service in seen}


def _networks(client: Client, found: list[Raw]) -> dict[str, str]:
    """The names of networks by their IDs, read only where a service is on one."""
    if not any((one["Spec"].get("TaskTemplate") or {}).get("Networks") for one in found):
        return {}
    return {one["Id"]: one["Name"] for one in client.get("/networks", filters={"scope": ["swarm"]})}


def _words(spec: Raw, networks: dict[str, str], show_values: bool) -> dict[str, t.Any]:
    """A spec in the words of the options of ``swarm_service``."""
    words = whole_words(spec if show_values else masked(spec), show_values=True)
    for network in words.get("networks") or []:
        network["name"] = networks.get(network["name"], network["name"])
    return words
