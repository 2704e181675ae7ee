# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services as a user thinks of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import collections
import typing as t

from .._options.labels import remembered, visible
from .._rollout import tasks
from .._rollout.problems import problems
from .._rollout.references import container_of
from .._rollout.service import declared_tasks, is_job, is_of_present_run, is_per_node, mode_of
from .._rollout.tasks import Task
from .._swarm.nodes import Node, is_gone

Raw = t.Dict[str, t.Any]


class PublishedPort(t.TypedDict):
    """A published port, in the words of ``swarm_service``."""

    published_port: int | None
    target_port: int
    protocol: str
    mode: str


class UpdateView(t.TypedDict):
    """The last update or rollback, in the Engine's words."""

    state: str
    message: str
    started: str | None
    completed: str | None


class ServiceView(t.TypedDict):
    """One service.

    ``wanted`` is how many tasks it should have; of a job, how many have to be completed. ``running`` counts no task of a
    node that is gone. ``completed`` is ``None`` unless it is a job. ``problems`` are sentences, empty when it is fine.
    """

    id: str
    name: str
    mode: str
    image: str
    wanted: int
    running: int
    completed: int | None
    last_execution: str | None
    ports: list[PublishedPort]
    update: UpdateView | None
    labels: dict[str, str]
    declared: list[str]
    created: str
    updated: str
    problems: list[str]


def views(raws: list[Raw], raw_tasks: list[Raw], nodes: list[Node], trusted: str) -> list[ServiceView]:
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
    gone = frozenset(node["id"] for node in nodes if is_gone(node))
    services = []
    for raw in raws:
        names = {raw["ID"]: raw["Spec"]["Name"]}
        present = (one for one in by_service[raw["ID"]] if is_of_present_run(raw, one))
        services.append(view(raw, [tasks.view(one, names, hostnames) for one in present], gone, trusted))
    return sorted(services, key=lambda service: service["name"])


def view(raw: Raw, its: list[Task], gone: t.AbstractSet[str], trusted: str) -> ServiceView:
    """A service from the Engine's ``/services``.

    Args:
        raw: the Engine's JSON.
        its: its tasks; of a job, those of the present run.
        gone: the IDs of nodes that are gone.
        trusted: see ``problems``.
    """
    spec = raw.get("Spec") or {}
    mode = mode_of(spec)
    labels = spec.get("Labels") or {}
    alive = [task for task in its if tasks.wanted(task)]
    service: ServiceView = {
        "id": raw["ID"],
        "name": spec.get("Name", ""),
        "mode": mode,
        "image": container_of(spec).get("Image", ""),
        "wanted": _wanted(spec, mode, its, alive),
        "running": sum(task["state"] == "running" and task["node_id"] not in gone for task in alive),
        "completed": sum(task["state"] == "complete" for task in its) if is_job(mode) else None,
        "last_execution": (raw.get("JobStatus") or {}).get("LastExecution"),
        "ports": published_ports(raw),
        "update": _update(raw.get("UpdateStatus") or {}),
        "labels": visible(labels),
        "declared": sorted(remembered(labels)),
        "created": raw.get("CreatedAt", ""),
        "updated": raw.get("UpdatedAt", ""),
        "problems": [],
    }
    service["problems"] = problems(raw, mode, service["wanted"], its, gone, trusted)
    return service


def needing_history(
    raws: list[Raw], raw_tasks: list[Raw], services: list[ServiceView], trusted: str
) -> list[str]:
    """The IDs of services whose problems show only in the history of their tasks.

    Args:
        raws: the Engine's ``/services``.
        raw_tasks: the tasks that are wanted.
        services: the services, as far as these tasks show them.
        trusted: see ``problems``.
    """
    found = {service["id"] for service in services if _lacks(service)}
    found |= {
        raw_task.get("ServiceID", "")
        for raw_task in raw_tasks
        if tasks.moment(raw_task.get("CreatedAt", "")) > tasks.moment(trusted)
    }
    return sorted(raw["ID"] for raw in raws if raw["ID"] in found or _may_give_up(raw))


def _lacks(service: ServiceView) -> bool:
    have = service["running"] if service["completed"] is None else service["completed"]
    # A global service of which nothing is wanted may have given up everywhere.
    return have < service["wanted"] or (is_per_node(service["mode"]) and not service["wanted"])


def _may_give_up(raw: Raw) -> bool:
    """Whether a global service may have a node where it is not started again, which then is not counted as wanted."""
    policy = ((raw.get("Spec") or {}).get("TaskTemplate") or {}).get("RestartPolicy") or {}
    limited = policy.get("Condition", "any") != "any" or policy.get("MaxAttempts")
    return bool(limited) and mode_of(raw["Spec"]) == "global"


def _wanted(spec: Raw, mode: str, its: list[Task], alive: list[Task]) -> int:
    declared = declared_tasks(spec)
    if declared is not None:
        return declared
    # The swarm gives these a task on each node that is fit, and no more.
    return len({task["node_id"] for task in (its if is_job(mode) else alive)})


def published_ports(raw: Raw) -> list[PublishedPort]:
    """The ports that a service of ``/services`` publishes, those that the Engine chose too."""
    return [_port(port) for port in (raw.get("Endpoint") or {}).get("Ports") or []]


def _port(raw: Raw) -> PublishedPort:
    return {
        "published_port": raw.get("PublishedPort") or None,
        "target_port": raw.get("TargetPort", 0),
        "protocol": raw.get("Protocol", "tcp"),
        "mode": raw.get("PublishMode", "ingress"),
    }


def _update(raw: Raw) -> UpdateView | None:
    if not raw.get("State"):
        return None
    return {
        "state": raw["State"],
        "message": raw.get("Message", ""),
        "started": raw.get("StartedAt"),
        "completed": raw.get("CompletedAt"),
    }


def runs(service: ServiceView) -> str:
    """How many tasks run of those that should, or are completed."""
    if service["completed"] is None:
        return f"{service['running']}/{service['wanted']}"
    running = f", {service['running']} running" if service["running"] else ""
    return f"{service['completed']}/{service['wanted']} completed{running}"


def port_shown(port: PublishedPort) -> str:
    """A published port as users write one."""
    host = " (host)" if port["mode"] == "host" else ""
    return f"{port['published_port'] or '*'}->{port['target_port']}/{port['protocol']}{host}"
