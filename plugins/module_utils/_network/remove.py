# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing a network, once nothing holds it. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError, NotFound
from .._engine.wait import Clock, until
from .._swarm.nodes import views

Raw = t.Dict[str, t.Any]

# In these states a task's container may hold the network on its node.
_HOLDING = ("assigned", "accepted", "preparing", "ready", "starting", "running")


def await_free(client: Client, network: Raw, clock: Clock) -> None:
    """Wait until no task holds a network, whatever service it is of, and whether that still exists.

    Tasks on nodes that are down count for nothing: the swarm believes them running until the node is back.

    Raises:
        WaitTimeout: some did not end in time.
    """
    holding: list[str] = []

    def free() -> bool | None:
        tasks = [task for task in client.get("/tasks") if _holds(task, network["Id"])]
        nodes = {node["id"]: node for node in views(client.get("/nodes"))} if tasks else {}
        holding[:] = sorted(
            f"task {task['ID'][:12]} on {nodes[task['NodeID']]['hostname']} ({task['Status']['State']})"
            for task in tasks
            if task.get("NodeID") in nodes and nodes[task["NodeID"]]["state"] != "down"
        )
        return None if holding else True

    until(
        free,
        clock,
        lambda: (
            f"after {clock.seconds:.0f} s it is still held by {', '.join(holding) or 'nobody knows which task'}"
        ),
    )


def remove(client: Client, network: Raw, clock: Clock) -> None:
    """Remove a network and wait until it is gone.

    Raises:
        FlotillaError: somebody uses it, or did not let it go in time.
    """
    await_free(client, network, clock)
    path, said = f"/networks/{network['Id']}", [""]

    def removed() -> bool | None:
        try:
            client.delete(path)
        except NotFound:
            pass
        except EngineError as error:
            if not _passes(str(error)):
                raise
            said[0] = str(error)
            return None
        return True

    until(removed, clock, lambda: f"it could not be removed within {clock.seconds:.0f} s: {said[0]}")

    def gone() -> bool | None:
        try:
            client.get(path)
        except NotFound:
            return True
        return None

    until(gone, clock, lambda: f"it was removed, but this Engine still has it after {clock.seconds:.0f} s")


def _holds(task: Raw, network_id: str) -> bool:
    attached = (one.get("Network") or {} for one in task.get("NetworksAttachments") or [])
    return (task.get("Status") or {}).get("State") in _HOLDING and any(
        network.get("ID") == network_id for network in attached
    )


def _passes(text: str) -> bool:
    """Whether an objection goes away by itself: a task that is ending, or the last of its traces on this host."""
    return "in use by task" in text or "has active endpoints" in text
