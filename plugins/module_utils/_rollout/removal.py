# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing networks, secrets and configs that no service needs any longer. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._engine.client import Client
from .._engine.errors import (
    EngineError,
    FlotillaError,
    Locked,
    NoQuorum,
    NotAManager,
    NotFound,
    NotInSwarm,
    OutcomeUnknown,
)
from .._engine.update import remove
from .._engine.wait import Deadline, wait_until
from .._run.steps import doubtful
from .._swarm.nodes import is_gone, views
from .references import users
from .tasks import HOLDING

# How many tasks one line of progress names.
_NAMED = 3

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
        if_unused: skip it without a warning where a service uses it, or may go back to it; of a secret or config only.
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
    """What was removed, a warning for each object that stays, and the error that ended it before all was tried."""

    done: list[Removal]
    warnings: list[str]
    error: FlotillaError | None = None


def remove_all(client: Client, removals: list[Removal], deadline: Deadline) -> Removed:
    """Remove objects. One that the Engine does not remove stays, with a warning.

    Nothing is raised, so that what was removed before an error is not lost: a network that was not released in time, an
    Engine that does not answer, or one that is no manager any longer.
    """
    done: list[Removal] = []
    warnings: list[str] = []
    try:
        needless = _without_used(client, removals)
    except FlotillaError as error:
        return Removed(done, warnings, error)
    for removal in needless:
        try:
            _remove(client, removal, deadline)
        except FlotillaError as error:
            # A network was removed although this Engine still has a trace of it, or does not say so.
            was_removed = error.facts.pop("changed", False)
            if _objects_to_this(error) and not was_removed:
                warnings.append(f"{removal.stays}. {str(error).rstrip('.')}.")
                continue
            done += [removal] if was_removed else []
            if isinstance(error, OutcomeUnknown):
                done.append(replace(removal, sentence=doubtful(removal.sentence)))
            return Removed(done, warnings, error.prefixed(f"{removal.word} {removal.name}: "))
        done.append(removal)
    return Removed(done, warnings)


def _objects_to_this(error: FlotillaError) -> bool:
    """Whether the Engine refuses to remove one object; otherwise it can remove none."""
    return isinstance(error, EngineError) and not isinstance(
        error, (NoQuorum, NotAManager, NotInSwarm, Locked)
    )


def _without_used(client: Client, removals: list[Removal]) -> list[Removal]:
    if not any(removal.if_unused for removal in removals):
        return removals
    services = client.get("/services")
    needed = {identity for word in ("secret", "config") for identity in users(services, word)}
    return [removal for removal in removals if not (removal.if_unused and removal.id in needed)]


def _remove(client: Client, removal: Removal, deadline: Deadline) -> None:
    if removal.word == "network":
        remove_network(client, removal.id, removal.name, deadline)
        return
    remove(client, f"/{removal.word}s/{removal.id}")


def remove_network(client: Client, network_id: str, name: str, deadline: Deadline) -> None:
    """Remove a network once its tasks have ended, and wait until this Engine does not have it any longer.

    Raises:
        FlotillaError: a service uses it, or a task did not release it in time; ``changed`` is among its facts where the
            network was removed nevertheless.
    """
    doing = f"removing network {name}"
    wait_until_released(client, network_id, deadline, doing)
    _delete_network(client, network_id, deadline, doing)
    try:
        _wait_until_absent(client, network_id, deadline, doing)
    except FlotillaError as error:
        raise error.after({"changed": True}) from None


def wait_until_released(client: Client, network_id: str, deadline: Deadline, doing: str) -> None:
    """Wait until no task holds a network, whatever service the task is of, and whether that still exists.

    Tasks on nodes that are gone do not count: the swarm believes them running until the node returns.

    Raises:
        WaitTimeout: some did not end in time.
    """
    holding: list[str] = []

    def released() -> bool | None:
        # The tasks of a removed service can be found only among all tasks.
        tasks = [task for task in client.get("/tasks") if _holds(task, network_id)]
        nodes = {node["id"]: node for node in views(client.get("/nodes"))} if tasks else {}
        holding[:] = sorted(
            f"task {task['ID'][:12]} on {nodes[task['NodeID']]['hostname']} ({task['Status']['State']})"
            for task in tasks
            if task.get("NodeID") in nodes and not is_gone(nodes[task["NodeID"]])
        )
        return None if holding else True

    def sentence() -> str:
        tasks = ", ".join(holding) or "an unknown task"
        return f"after {deadline.seconds:.0f} s it is still held by {tasks}"

    wait_until(released, deadline, sentence, lambda: f"{doing}: {held_by(holding)}" if holding else doing)


def held_by(holding: list[str]) -> str:
    """By what a network is held, for the progress."""
    more = f" and {len(holding) - _NAMED} more" if len(holding) > _NAMED else ""
    return f"it is still held by {', '.join(holding[:_NAMED])}{more}"


def _holds(task: Raw, network_id: str) -> bool:
    attached = (one.get("Network") or {} for one in task.get("NetworksAttachments") or [])
    return (task.get("Status") or {}).get("State") in HOLDING and any(
        network.get("ID") == network_id for network in attached
    )


def _delete_network(client: Client, network_id: str, deadline: Deadline, doing: str) -> None:
    """Delete a network, again and again while the Engine's objection is one that ends by itself."""
    objection = ""

    def deleted() -> bool | None:
        nonlocal objection
        try:
            remove(client, f"/networks/{network_id}")
        except EngineError as error:
            if not _is_temporary(str(error)):
                raise
            objection = str(error)
            return None
        return True

    wait_until(
        deleted,
        deadline,
        lambda: f"it could not be removed within {deadline.seconds:.0f} s: {objection}",
        lambda: f"{doing}: {objection}" if objection else doing,
    )


def _is_temporary(text: str) -> bool:
    """Whether an objection ends by itself: a task that is ending, or the last of its traces on this host."""
    return "in use by task" in text or "has active endpoints" in text


def _wait_until_absent(client: Client, network_id: str, deadline: Deadline, doing: str) -> None:
    """Wait until this Engine has let a removed network go: until then it refuses a new one of the same name."""

    def absent() -> bool | None:
        try:
            client.get(f"/networks/{network_id}")
        except NotFound:
            return True
        return None

    wait_until(
        absent,
        deadline,
        lambda: f"it was removed, but this Engine still has it after {deadline.seconds:.0f} s",
        f"{doing}: this Engine still has it",
    )
