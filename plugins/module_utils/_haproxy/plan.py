# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which nodes stand behind a frontend: declared + live → frontends with their servers. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused
from .._maintenance import marks
from .._service.view import PublishedPort
from .._swarm.nodes import Node, called
from . import declared as declare

Raw = t.Dict[str, t.Any]
Frontend = declare.Frontend


class Balanced(t.NamedTuple):
    """The swarm.

    Attributes:
        nodes: all nodes.
        ports: the published ports of services by name.
        labels: the labels of services by name.
        running: the IDs of the nodes that run tasks, by the service's name.
    """

    nodes: list[Node]
    ports: dict[str, list[PublishedPort]]
    labels: dict[str, dict[str, str]]
    running: dict[str, set[str]]


def plan(
    listed: list[Frontend], with_labels: bool, certificates: t.Collection[str], live: Balanced
) -> list[Frontend]:
    """The frontends with their servers, sorted by port.

    Args:
        listed: those of the inventory.
        with_labels: whether labels of services may ask for frontends, too.
        certificates: the names of the certificates that there are.
        live: the swarm.

    Raises:
        Refused: a frontend that cannot be carried out.
    """
    asked = list(listed)
    if with_labels:
        for service in sorted(live.labels):
            asked += declare.in_labels(service, live.labels[service])
    made = [_with_servers(one, live) for one in declare.checked(asked, certificates)]
    declare.check_ports(made)
    return sorted(made, key=lambda one: t.cast(int, one["port"]))


def _with_servers(one: Frontend, live: Balanced) -> Frontend:
    port = _published(one, live)
    published = t.cast(int, port["published_port"])
    running = live.running.get(one["service"], set())
    servers = [
        _server(node)
        for node in sorted(live.nodes, key=lambda node: node["id"])
        if _serves(node, port["mode"] == "host", node["id"] in running, one["only_running"])
    ]
    found = {name: value for name, value in one.items() if name != "only_running"}
    return {
        **found,
        "port": one["port"] or published,
        "published_port": published,
        "publish_mode": port["mode"],
        "servers": servers,
    }


def _published(one: Frontend, live: Balanced) -> PublishedPort:
    """The port of the service that a frontend is for."""
    service = one["service"]
    if service not in live.ports:
        raise Refused(f"A frontend names the service {service}, and there is none. Nothing was changed.")
    fixed = [port for port in live.ports[service] if port["protocol"] == "tcp" and port["published_port"]]
    if not fixed:
        raise Refused(
            f"The service {service} publishes no TCP port that it chose itself: no frontend can lead to it. Nothing was changed."
        )
    numbers = ", ".join(str(port["published_port"]) for port in fixed)
    wanted = [port for port in fixed if one["published_port"] in (None, port["published_port"])]
    if not wanted:
        raise Refused(
            f"The service {service} does not publish the port {one['published_port']}, but {numbers}. Nothing was changed."
        )
    if len(wanted) > 1:
        raise Refused(
            f"The service {service} publishes several ports ({numbers}): name one as published_port. Nothing was changed."
        )
    return wanted[0]


def _serves(node: Node, on_host: bool, runs: bool, only_running: bool) -> bool:
    """Whether a node is a server.

    One in maintenance stays, or each turn of a maintenance would change the configuration. Without the mesh, one without a
    task stays, since its task may come at any time: health checks find where tasks run, within seconds.
    """
    if not node["address"]:
        return False
    if on_host and only_running:
        return runs
    if marks.has_begun(node["labels"]):
        return True
    return node["state"] == "ready" and (node["availability"] == "active" or (on_host and runs))


def _server(node: Node) -> Raw:
    return {
        "node": called(node),
        "node_id": node["id"],
        "address": node["address"],
        "drained": marks.stage_in(node["labels"]) == marks.AWAY,
    }
