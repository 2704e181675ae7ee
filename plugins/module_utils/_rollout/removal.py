# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing what no service needs any longer: networks, secrets and configs. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._engine.client import Client
from .._engine.errors import EngineError, FlotillaError, NotFound
from .._engine.wait import Deadline, wait_until
from .._swarm.nodes import is_gone, views
from .references import users
from .tasks import HOLDING

Raw = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]


@dataclass
class Removal:
    """One object to remove once all rollouts are over.

    Attributes:
        word: ``network``, ``secret`` or ``config``.
        id: its ID.
        name: its own name.
        sentence: what is done, for the user.
        stays: the beginning of the warning where it cannot be removed.
        if_unused: leave it alone without a word where a service uses it, or may go back to it.
        entry: the name in the result's list of which it was an older version, empty where it was none.
    """

    word: str
    id: str
    name: str
    sentence: str
    stays: str
    if_unused: bool = False
    entry: str = ""


class Removed(t.NamedTuple):
    """What was removed, and a warning for each object that stays."""

    done: list[Removal]
    warnings: list[str]


def remove_all(client: Client, removals: list[Removal], deadline: Deadline) -> Removed:
    """Remove objects; one that cannot be removed stays, with a warning.

    Raises:
        FlotillaError: a network was not released in time; ``actions`` among the facts has what was removed before.
    """
    removed = Removed([], [])
    for removal in _unused(client, removals):
        try:
            _remove(client, removal, deadline)
        except EngineError as error:
            removed.warnings.append(f"{removal.stays}. {str(error).rstrip('.')}.")
            continue
        except FlotillaError as error:
            actions = [done.sentence for done in removed.done]
            raise error.prefixed(f"{removal.word} {removal.name}: ").after({"actions": actions}) from None
        removed.done.append(removal)
    return removed


def _unused(client: Client, removals: list[Removal]) -> list[Removal]:
    if not any(removal.if_unused for removal in removals):
        return removals
    services = client.get("/services")
    needed = {identity for word in ("secret", "config") for identity in users(services, word)}
    return [removal for removal in removals if not (removal.if_unused and removal.id in needed)]


def _remove(client: Client, removal: Removal, deadline: Deadline) -> None:
    if removal.word == "network":
        remove_network(client, removal.id, deadline)
        return
    with contextlib.suppress(NotFound):
        client.delete(f"/{removal.word}s/{removal.id}")


def wait_until_released(client: Client, network_id: str, deadline: Deadline) -> None:
    """Wait until no task holds a network, whatever service the task is of, and whether that still exists.

    Tasks on nodes that are gone do not count: the swarm believes them running until the node returns.

    Raises:
        WaitTimeout: some did not end in time.
    """
    holding: list[str] = []

    def released() -> bool | None:
        tasks = [task for task in client.get("/tasks") if _holds(task, network_id)]
        nodes = {node["id"]: node for node in views(client.get("/nodes"))} if tasks else {}
        holding[:] = sorted(
            f"task {task['ID'][:12]} on {nodes[task['NodeID']]['hostname']} ({task['Status']['State']})"
            for task in tasks
            if task.get("NodeID") in nodes and not is_gone(nodes[task["NodeID"]])
        )
        return None if holding else True

    wait_until(
        released,
        deadline,
        lambda: (
            f"after {deadline.seconds:.0f} s it is still held by {', '.join(holding) or 'an unknown task'}"
        ),
    )


def remove_network(client: Client, network_id: str, deadline: Deadline) -> None:
    """Remove a network and wait until this Engine does not have it any longer.

    Raises:
        FlotillaError: a service uses it, or a task did not release it in time.
    """
    wait_until_released(client, network_id, deadline)
    path, objection = f"/networks/{network_id}", [""]

    def removed() -> bool | None:
        try:
            client.delete(path)
        except NotFound:
            pass
        except EngineError as error:
            if not _is_temporary(str(error)):
                raise
            objection[0] = str(error)
            return None
        return True

    wait_until(
        removed, deadline, lambda: f"it could not be removed within {deadline.seconds:.0f} s: {objection[0]}"
    )

    def is_gone_here() -> bool | None:
        try:
            client.get(path)
        except NotFound:
            return True
        return None

    wait_until(
        is_gone_here,
        deadline,
        lambda: f"it was removed, but this Engine still has it after {deadline.seconds:.0f} s",
    )


def _holds(task: Raw, network_id: str) -> bool:
    attached = (one.get("Network") or {} for one in task.get("NetworksAttachments") or [])
    return (task.get("Status") or {}).get("State") in HOLDING and any(
        network.get("ID") == network_id for network in attached
    )


def _is_temporary(text: str) -> bool:
    """Whether an objection ends by itself: a task that is ending, or the last of its traces on this host."""
    return "in use by task" in text or "has active endpoints" in text
