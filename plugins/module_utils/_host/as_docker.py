# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services and tasks in the words of the Engine, as community.docker's modules return them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._service.options import hide_service

Raw = t.Dict[str, t.Any]


def service(raw: Raw) -> Raw:
    """A service as ``docker service ls`` shows it.

    Args:
        raw: with ``ServiceStatus``, which counts the tasks that a service on every node wants.
    """
    spec = raw["Spec"]
    mode, details = next(iter((spec.get("Mode") or {"Replicated": {}}).items()))
    wanted = (raw.get("ServiceStatus") or {}).get("DesiredTasks")
    replicas = (details or {}).get("Replicas", (details or {}).get("TotalCompletions", wanted))
    return {
        "ID": raw["ID"],
        "Name": spec["Name"],
        "Mode": mode,
        "Replicas": replicas,
        "Image": _container(spec.get("TaskTemplate")).get("Image", ""),
        "Ports": (spec.get("EndpointSpec") or {}).get("Ports") or [],
    }


def task(raw: Raw, hostnames: dict[str, str]) -> Raw:
    """A task as ``docker service ps`` shows it; one that no node has yet has neither node nor container.

    Args:
        raw: the task.
        hostnames: the host names of all nodes, by their IDs.
    """
    status = raw.get("Status") or {}
    node = raw.get("NodeID", "")
    return {
        "ID": raw["ID"],
        "ContainerID": (status.get("ContainerStatus") or {}).get("ContainerID") or None,
        "Image": _container(raw.get("Spec")).get("Image", ""),
        "Node": hostnames.get(node, node),
        "DesiredState": raw.get("DesiredState"),
        "CurrentState": status.get("State"),
        "Error": status.get("Err"),
    }


def hidden_task(raw: Raw) -> Raw:
    """A task as the Engine reports it, without the values that are hidden in its service."""
    within = hide_service({"Spec": {"TaskTemplate": raw.get("Spec") or {}}})
    return {**raw, "Spec": within["Spec"]["TaskTemplate"]}


def _container(template: Raw | None) -> Raw:
    return (template or {}).get("ContainerSpec") or {}
