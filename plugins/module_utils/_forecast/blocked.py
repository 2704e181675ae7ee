# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates that cannot converge. PRIVATE to the collection. Pure.

Each new task waits for what the old one holds, and the old one goes only when the new one runs.
"""

from __future__ import annotations

import typing as t

from .._rollout.service import declared_tasks, is_job, is_per_node, is_updating, mode_of, rolling_config
from .._rollout.tasks import HOLDING
from .changes import is_replaced, replaces_tasks
from .nodes import eligible, fits, takes_tasks
from .room import is_exclusive, obstacle

Raw = t.Dict[str, t.Any]

_NAMED = 3


class Update(t.NamedTuple):
    """A service that is about to be updated: as the Engine reports it, the spec that it gets, and the state of the update."""

    name: str
    live: Raw
    after: Raw
    state: str = "updating"

    @property
    def rolling_config(self) -> tuple[str, Raw]:
        """The option that says how tasks are replaced, and what it says."""
        return rolling_config(self.after, self.state)


class Blocked(t.NamedTuple):
    """Why an update cannot converge, in words, and whether that is certain."""

    sentence: str
    certain: bool


def may_be_blocked(update: Update) -> bool:
    """Whether the nodes and the tasks have to be looked at; most updates are told by their specs."""
    _option, config = update.rolling_config
    return (
        config.get("Order") == "start-first"
        and not is_job(mode_of(update.after))
        and is_exclusive(update.after)
        and replaces_tasks(update.live["Spec"], update.after)
    )


def blocked(update: Update, nodes: list[Raw], tasks: list[Raw]) -> Blocked | None:
    """Whether an update cannot converge; ``None`` where it can, as far as the arithmetic goes.

    Args:
        update: one for which ``may_be_blocked``.
        nodes: all nodes, of ``/nodes``.
        tasks: all tasks of the service, of ``/tasks``.
    """
    holding = _by_node(tasks)
    considered = [node for node in nodes if eligible(node, update.after) is not False]
    obstacles = {
        node["ID"]: why
        for node in considered
        if (why := obstacle(node, holding.get(node["ID"], []), update.after))
    }
    tight = [node for node in considered if node["ID"] in obstacles]
    if not any(_is_replaced(task, update) for node in tight for task in holding[node["ID"]]):
        return None
    if is_per_node(mode_of(update.after)):
        # The new task has to run on the node of the old one.
        doubtful = [] if any(eligible(node, update.after) for node in tight) else tight
        others = ""
    else:
        doubtful = [node for node in considered if node["ID"] not in obstacles]
        if any(eligible(node, update.after) for node in doubtful) or _shrinks(update, holding):
            return None
        others = "" if doubtful else _other_nodes(update, nodes)
    unknown = f"; whether {_names(doubtful)} can run one is not known" if doubtful else ""
    return Blocked(f"{_sentence(update, tight, obstacles)}{others}{unknown}", not doubtful)


def _is_replaced(task: Raw, update: Update) -> bool:
    # In the middle of an update a task may already have the ports that are declared.
    ports = not is_updating(update.live) and update.live["Spec"].get("EndpointSpec") != update.after.get(
        "EndpointSpec"
    )
    return ports or is_replaced(task, update.after)


def _by_node(tasks: list[Raw]) -> dict[str, list[Raw]]:
    """The tasks that hold what they need, by node."""
    found: dict[str, list[Raw]] = {}
    for task in tasks:
        states = {task.get("DesiredState"), (task.get("Status") or {}).get("State")}
        if task.get("NodeID") and states <= set(HOLDING):
            found.setdefault(task["NodeID"], []).append(task)
    return found


def _shrinks(update: Update, holding: dict[str, list[Raw]]) -> bool:
    """Whether slots are given up at the same time, which makes room."""
    slots = {task.get("Slot") for tasks in holding.values() for task in tasks}
    return (declared_tasks(update.after) or 0) < len(slots)


def _sentence(update: Update, tight: list[Raw], obstacles: dict[str, str]) -> str:
    option, _config = update.rolling_config
    has = "has" if len(tight) == 1 else "have"
    return (
        f"with {option}.order start-first each new task starts beside the old one, but "
        f"{_names(tight)} {has} no room for both ({'; '.join(sorted(set(obstacles.values())))})"
    )


def _other_nodes(update: Update, nodes: list[Raw]) -> str:
    """Why no other node helps, and which one would."""
    asleep = [node for node in nodes if takes_tasks(node) is False and fits(node, update.after)]
    if asleep:
        return (
            f", and {_names(asleep)}, which would fit, {'takes' if len(asleep) == 1 else 'take'} no tasks now"
        )
    return ", and no other node fits"


def _names(nodes: list[Raw]) -> str:
    names = sorted((node.get("Description") or {}).get("Hostname") or node["ID"] for node in nodes)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
