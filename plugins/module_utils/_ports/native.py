# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports that this host's own programs hold, those that its swarm holds left out. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .listeners import Listener, listeners

# The label of containers that are tasks (moby daemon/cluster/executor/container/container.go).
_TASK_LABEL = "com.docker.swarm.service.id"
# Passes a port of the host on to a container.
_PROXY = "docker-proxy"
_Port = t.Tuple[str, int]


def read_native(client: Client, ports: t.AbstractSet[int] | None = None) -> list[Listener]:
    """Read what this host's own programs hold.

    Args:
        client: this host's Engine.
        ports: report these only.
    """
    rows = listeners(ports)
    proxied = any(row["process"] == _PROXY for row in rows)
    return native(rows, _ports_of_tasks(client) if proxied else frozenset(), os.geteuid() == 0)


def native(rows: t.Iterable[Listener], of_tasks: t.AbstractSet[_Port], root: bool) -> list[Listener]:
    """What of the held ports belongs to neither the Engine nor the swarm's tasks. Pure.

    Args:
        rows: the held ports.
        of_tasks: protocol and port of what tasks publish in mode host.
        root: whether the rows were read as root. Where they were not, a row without a process may be anybody's, the
            Engine's too; else it is the kernel's, and in UDP a VXLAN device, which shares its port.
    """

    def is_native(row: Listener) -> bool:
        if row["process"] is None:
            return root and row["protocol"] == "tcp"
        if row["process"] == _PROXY:
            return (row["protocol"], row["port"]) not in of_tasks
        # The Engine listens on the ports that services publish in mode ingress, and the listener of a port proof ends soon.
        return row["process"] not in ("dockerd", "flotilla-reach")

    return [row for row in rows if is_native(row)]


def _ports_of_tasks(client: Client) -> frozenset[_Port]:
    try:
        containers = client.get("/containers/json", filters={"label": [_TASK_LABEL]})
    except FlotillaError:
        return frozenset()
    return frozenset(
        (port.get("Type", "tcp"), port["PublicPort"])
        for container in containers
        for port in container.get("Ports") or []
        if port.get("PublicPort")
    )
