# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot of a service: its tasks, and how many of them are as they should be. PRIVATE to the collection. Pure."""

from __future__ import annotations

import calendar
import datetime
import functools
import typing as t
from dataclasses import dataclass, field

from .._swarm.nodes import Node, is_gone
from . import service as services
from . import tasks
from .reasons import FAILED, ending_of, has_failed, reason_of
from .tasks import Task

Raw = t.Dict[str, t.Any]
# States of a task that came to its end by itself.
_ENDED = ("complete", *FAILED)
# States of a task whose container is being started, or was.
_STARTED = ("starting", "running", "complete")


@dataclass(frozen=True)
class Snapshot:
    """What the Engine reports of one service at one moment.

    Attributes:
        name: the service's name.
        service: the Engine's JSON, ``None`` where the service does not exist (any longer).
        tasks: all tasks of the service.
        current: those that were created from the spec as it is now; of a job, those of the present run.
        nodes: every node.
        nodes_changed: when the swarm last wrote each node, by its ID.
    """

    name: str
    service: Raw | None
    tasks: list[Task]
    current: list[Task]
    nodes: list[Node]
    nodes_changed: dict[str, str] = field(default_factory=dict)

    @functools.cached_property
    def mode(self) -> str:
        """The service's mode, in the user's words."""
        return services.mode_of(self._spec)

    @property
    def is_job(self) -> bool:
        """Whether tasks are meant to end."""
        return services.is_job(self.mode)

    @property
    def by_node(self) -> bool:
        """Whether nodes are the service's slots."""
        return services.is_per_node(self.mode)

    @property
    def update_state(self) -> str:
        """State of the Engine's update, empty while there is none."""
        return services.update_state(self.service or {})

    @property
    def update_message(self) -> str:
        """The Engine's sentence about its update."""
        return services.update_message(self.service or {})

    @property
    def _spec(self) -> Raw:
        return (self.service or {}).get("Spec") or {}

    @property
    def monitor(self) -> float:
        """Seconds that new tasks have to stay up."""
        return ((self._spec.get("UpdateConfig") or {}).get("Monitor") or 5_000_000_000) / 1e9

    @property
    def rolling_config(self) -> tuple[str, Raw]:
        """The option that says how tasks are replaced now, and what it says."""
        return services.rolling_config(self._spec, self.update_state)

    def first_check(self, task: Task) -> str:
        """When the health of a task is checked first, in words; empty where that is not known."""
        versions = {node["id"]: node["engine_version"] for node in self.nodes}
        return str(services.first_check(self._spec, versions.get(task["node_id"], "")))

    @property
    def attempts(self) -> int:
        """How often a task may fail by the service's restart policy, 0 for always."""
        policy = (self._spec.get("TaskTemplate") or {}).get("RestartPolicy") or {}
        if policy.get("Condition") == "none":
            return 1
        retries = t.cast("int", policy.get("MaxAttempts") or 0)
        return retries + 1 if retries else 0

    @property
    def has_health_check(self) -> bool:
        """Whether the service brings a health check of its own."""
        return services.has_health_check(self._spec)

    @property
    def constraints(self) -> list[str]:
        """The service's placement constraints."""
        return services.constraints_of(self._spec)

    @property
    def written_at(self) -> float:
        """When the service was last written, in the Engine's time.

        The orchestrator writes the progress of an update into the service too, which moves ``UpdatedAt``, so the beginning
        of the update counts where it is earlier.
        """
        service = self.service or {}
        moments = [service.get("UpdatedAt"), (service.get("UpdateStatus") or {}).get("StartedAt")]
        return min((seconds(moment) for moment in moments if moment), default=0.0)

    @functools.cached_property
    def _alive(self) -> set[str]:
        return {node["id"] for node in self.nodes if not is_gone(node)}

    @property
    def lost_nodes(self) -> set[str]:
        """IDs of the nodes that are gone."""
        return {node["id"] for node in self.nodes if is_gone(node)}

    def is_lost(self, task: Task) -> bool:
        """Whether a task's node is gone, or not in the swarm any longer: what it reported last may not hold now."""
        return bool(task["node_id"]) and task["node_id"] not in self._alive

    def has_failed(self, task: Task) -> bool:
        """Whether a task came to an end that it should not have come to."""
        return has_failed(task, self.is_job)

    def reason_of(self, task: Task) -> str:
        """The kind of a task's failure, in a word."""
        return reason_of(task, self.has_health_check)

    def ending_of(self, task: Task) -> str:
        """How a task ended, in words."""
        return ending_of(task, self.has_health_check)

    def slot_of(self, task: Task) -> str:
        """The slot that a task fills; of a global service, its node."""
        return task["node_id"] if self.by_node else str(task["slot"])

    def slot_name(self, task: Task) -> str:
        """The slot of a task, as a user calls it."""
        if self.by_node:
            return f"the task on {task['node'] or 'no node'}"
        return f"slot {task['slot']}" + (f" on {task['node']}" if task["node"] else "")

    def done(self) -> list[Task]:
        """The current tasks that are as they should be, one for each slot: running, or complete where it is a job."""
        return self._done

    @functools.cached_property
    def _done(self) -> list[Task]:
        # With start-first a slot has two tasks for a while, and counts once.
        return list({self.slot_of(task): task for task in self.current if self._is_done(task)}.values())

    def _is_done(self, task: Task) -> bool:
        if self.is_job:
            return task["state"] == "complete"
        return task["state"] == "running" and tasks.wanted(task) and not self.is_lost(task)

    def wanted(self) -> int:
        """How many of them there should be."""
        declared = services.declared_tasks(self._spec)
        return len(self.wanted_slots()) if declared is None else declared

    def wanted_slots(self) -> list[Task]:
        """The newest task of each slot that should have one.

        No client can ask which nodes a global service fits, so its tasks have to show it: a node should have one while the
        swarm wants one there, and where one came to an end by itself and is not restarted.
        """
        newest = tasks.newest(self.current if self.is_job else self.tasks, self.by_node)
        known = {task["id"] for task in self.current}
        return [
            task
            for task in newest
            if (tasks.wanted(task) or (task["id"] in known and task["state"] in _ENDED))
            and not (self.is_lost(task) and task["state"] != "complete")
        ]

    @property
    def level(self) -> str:
        """How far the tasks are, for services that wait for this one.

        Returns:
            ``running`` where all are as they should be, ``started`` where the container of each is being started, which lasts
            until its first health check has passed, and else the empty text.
        """
        wanted = self.wanted()
        if self.by_node and not wanted:
            return ""
        if len(self.done()) == wanted:
            return "running"
        started = {
            self.slot_of(task)
            for task in self.current
            if task["state"] in _STARTED and not self.is_lost(task)
        }
        # Not all tasks of a job run at the same time.
        return "started" if len(started) >= (1 if self.is_job else wanted) else ""

    def stopping(self) -> list[Task]:
        """Tasks that the swarm gave up and whose containers are still there."""
        return [
            task
            for task in self.tasks
            if not tasks.wanted(task)
            and task["node_id"]
            and tasks.rank(task["state"]) <= tasks.RUNNING
            and not self.is_lost(task)
        ]


def snapshot_of(
    name: str,
    service: Raw | None,
    raws: t.Iterable[Raw],
    up_to_date: t.Container[str],
    all_nodes: list[Node],
    nodes_changed: dict[str, str] | None = None,
) -> Snapshot:
    """The snapshot of a service, from the Engine's answers.

    Args:
        name: the service's name.
        service: from ``/services``.
        raws: all its tasks, from ``/tasks``.
        up_to_date: IDs of those that ``_up-to-date`` lets through.
        all_nodes: every node.
        nodes_changed: when the swarm last wrote each node, by its ID.
    """
    hostnames = {node["id"]: node["hostname"] for node in all_nodes}
    present = service or {}
    is_job = services.run_of(present.get("JobStatus")) is not None
    seen, current = [], []
    for raw in raws:
        task = tasks.view(raw, {raw.get("ServiceID", ""): name}, hostnames)
        seen.append(task)
        # An earlier run of a job may have had the same spec.
        if services.is_of_present_run(present, raw) if is_job else raw["ID"] in up_to_date:
            current.append(task)
    return Snapshot(name, service, seen, current, all_nodes, nodes_changed or {})


def seconds(timestamp: str) -> float:
    """An Engine's timestamp as Unix time."""
    # A fraction has up to nine digits; Python parses six.
    whole, _dot, fraction = timestamp.rstrip("Z").partition(".")
    moment = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S")
    return calendar.timegm(moment.timetuple()) + float(f"0.{fraction or 0}")
