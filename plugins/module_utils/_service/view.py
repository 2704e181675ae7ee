# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services as a user thinks of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import typing as t

from .._options.plan import MEMORY, remembered
from .._rollout import tasks
from .._rollout.tasks import Task
from .._swarm.nodes import Node
from .mode import is_job, mode_of
from .problems import problems

Raw = t.Dict[str, t.Any]


class Port(t.TypedDict):
    """A published port, in the words of ``swarm_service``."""

    published_port: int | None
    target_port: int
    protocol: str
    mode: str


class Update(t.TypedDict):
    """How the last update or rollback went, as the Engine tells it."""

    state: str
    message: str
    started: str | None
    completed: str | None


class Service(t.TypedDict):
    """One service.

    ``wanted`` is how many tasks it should have; of a job, how many have to be completed. ``running`` counts no task of a
    node that is down. ``completed`` is ``None`` unless it is a job. ``problems`` are sentences, empty when it is fine.
    """

    id: str
    name: str
    mode: str
    image: str
    wanted: int
    running: int
    completed: int | None
    last_execution: str | None
    ports: list[Port]
    update: Update | None
    labels: dict[str, str]
    declared: list[str]
    created: str
    updated: str
    problems: list[str]


def views(raws: list[Raw], raw_tasks: list[Raw], nodes: list[Node], trusted: str) -> list[Service]:
    """All services, sorted by name.

    Args:
        raws: the Engine's ``/services``.
        raw_tasks: the tasks of these services, as much of their history as is known.
        nodes: all nodes.
        trusted: see ``problems``.
    """
    by_service: dict[str, list[Raw]] = collections.defaultdict(list)
    for raw_task in raw_tasks:
        by_service[raw_task.get("ServiceID", "")].append(raw_task)
    hostnames = {node["id"]: node["hostname"] for node in nodes}
    down = frozenset(node["id"] for node in nodes if node["state"] == "down")
    seen = []
    for raw in raws:
        names = {raw["ID"]: raw["Spec"]["Name"]}
        its = [tasks.view(one, names, hostnames) for one in _of_this_run(raw, by_service[raw["ID"]])]
        seen.append(view(raw, its, down, trusted))
    return sorted(seen, key=lambda service: service["name"])


def view(raw: Raw, its: list[Task], down: t.AbstractSet[str], trusted: str) -> Service:
    """A service from the Engine's ``/services``.

    Args:
        raw: the Engine's JSON.
        its: its tasks; of a job, those of the present run.
        down: the IDs of nodes that are down.
        trusted: see ``problems``.
    """
    spec = raw.get("Spec") or {}
    mode = mode_of(spec)
    labels = spec.get("Labels") or {}
    alive = [task for task in its if tasks.wanted(task)]
    service: Service = {
        "id": raw["ID"],
        "name": spec.get("Name", ""),
        "mode": mode,
        "image": ((spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Image", ""),
        "wanted": _wanted(spec, mode, its, alive),
        "running": sum(task["state"] == "running" and task["node_id"] not in down for task in alive),
        "completed": sum(task["state"] == "complete" for task in its) if is_job(mode) else None,
        "last_execution": (raw.get("JobStatus") or {}).get("LastExecution"),
        "ports": [_port(port) for port in (raw.get("Endpoint") or {}).get("Ports") or []],
        "update": _update(raw.get("UpdateStatus") or {}),
        "labels": {name: value for name, value in labels.items() if name != MEMORY},
        "declared": sorted(remembered(labels)),
        "created": raw.get("CreatedAt", ""),
        "updated": raw.get("UpdatedAt", ""),
        "problems": [],
    }
    service["problems"] = problems(raw, mode, service["wanted"], its, down, trusted)
    return service


def unsure(raws: list[Raw], raw_tasks: list[Raw], seen: list[Service], trusted: str) -> list[str]:
    """The IDs of services whose problems only the history of their tasks can tell.

    Args:
        raws: the Engine's ``/services``.
        raw_tasks: the tasks that are wanted.
        seen: what these look like.
        trusted: see ``problems``.
    """
    found = {service["id"] for service in seen if _lacks(service)}
    found |= {
        raw_task.get("ServiceID", "")
        for raw_task in raw_tasks
        if tasks.moment(raw_task.get("CreatedAt", "")) > tasks.moment(trusted)
    }
    return sorted(raw["ID"] for raw in raws if raw["ID"] in found or _may_give_up(raw))


def _lacks(service: Service) -> bool:
    have = service["running"] if service["completed"] is None else service["completed"]
    # A global service of which nothing is wanted may have given up everywhere.
    return have < service["wanted"] or (service["mode"].startswith("global") and not service["wanted"])


def _may_give_up(raw: Raw) -> bool:
    """Whether a global service may have a node where it is not started again, which then is not counted as wanted."""
    policy = ((raw.get("Spec") or {}).get("TaskTemplate") or {}).get("RestartPolicy") or {}
    limited = policy.get("Condition", "any") != "any" or policy.get("MaxAttempts")
    return bool(limited) and mode_of(raw["Spec"]) == "global"


def find(raws: t.Iterable[Raw], name: str) -> Raw | None:
    """The raw service of a name, an ID, or the twelve characters and more of an ID that command lines show.

    The Engine itself takes any beginning of a name or an ID for it.
    """
    listed = list(raws)
    for matches in (
        [raw for raw in listed if raw["Spec"]["Name"] == name],
        [raw for raw in listed if raw["ID"] == name],
        [raw for raw in listed if len(name) >= 12 and raw["ID"].startswith(name)],
    ):
        if matches:
            return matches[0]
    return None


def _of_this_run(raw: Raw, raw_tasks: list[Raw]) -> list[Raw]:
    """A job's tasks without those of earlier runs, which the Engine keeps for a while."""
    if not raw.get("JobStatus"):
        return raw_tasks
    run = _iteration(raw["JobStatus"])
    return [raw_task for raw_task in raw_tasks if _iteration(raw_task) == run]


def _iteration(holder: Raw) -> int:
    return int((holder.get("JobIteration") or {}).get("Index", 0))


def _wanted(spec: Raw, mode: str, its: list[Task], alive: list[Task]) -> int:
    told = spec.get("Mode") or {}
    if mode == "replicated":
        return int((told.get("Replicated") or {}).get("Replicas", 0))
    if mode == "replicated-job":
        return int((told.get("ReplicatedJob") or {}).get("TotalCompletions", 0))
    # The swarm gives these a task on each node that is fit, and no more.
    return len({task["node_id"] for task in (its if is_job(mode) else alive)})


def _port(raw: Raw) -> Port:
    return {
        "published_port": raw.get("PublishedPort") or None,
        "target_port": raw.get("TargetPort", 0),
        "protocol": raw.get("Protocol", "tcp"),
        "mode": raw.get("PublishMode", "ingress"),
    }


def _update(raw: Raw) -> Update | None:
    if not raw.get("State"):
        return None
    return {
        "state": raw["State"],
        "message": raw.get("Message", ""),
        "started": raw.get("StartedAt"),
        "completed": raw.get("CompletedAt"),
    }
