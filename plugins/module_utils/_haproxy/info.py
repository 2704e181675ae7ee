# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module swarm_load_balancer_info returns: frontends with their servers, from one manager. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import Refused
from .._options.labels import visible
from .._run.table import table
from .._run.verb import Options, Result, Verb
from .._service.view import published_ports
from .._swarm.nodes import Node
from .._swarm.state import on_manager
from .options import INFO
from .plan import Balanced, plan

_HEAD = ("PORT", "SERVICE", "PUBLISHED", "MODE", "CHECK", "SERVERS")


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read the swarm.

    Raises:
        Refused: a frontend that cannot be carried out, or a host that cannot tell.
    """

    def read_more(nodes: list[Node], _own: str | None) -> Result:
        live = read(client, nodes)
        return {"frontends": plan(options["frontends"], options["labels"], options["certificates"], live)}

    found = on_manager(client, read_more, {"frontends": []})
    if found["state"] != "manager":
        # Never an empty list: whoever configures load balancers with it would take all frontends down.
        raise Refused(found["why"])
    return {"changed": False, **found, "summary": lines(found["frontends"])}


VERB = Verb(INFO, work)


def read(client: Client, nodes: list[Node]) -> Balanced:
    """What a frontend can depend on, with two requests."""
    services = client.get("/services")
    names = {raw["ID"]: str(raw["Spec"]["Name"]) for raw in services}
    running: dict[str, set[str]] = {name: set() for name in names.values()}
    for task in client.get("/tasks", filters={"desired-state": ["running"]}):
        if task.get("ServiceID") in names and (task.get("Status") or {}).get("State") == "running":
            running[names[task["ServiceID"]]].add(task.get("NodeID", ""))
    return Balanced(
        nodes,
        {names[raw["ID"]]: published_ports(raw) for raw in services},
        {names[raw["ID"]]: visible(raw["Spec"].get("Labels")) for raw in services},
        running,
    )


def lines(frontends: t.Sequence[Result]) -> list[str]:
    """Frontends as a table."""
    return table(_HEAD, [_row(one) for one in frontends]) if frontends else ["No frontend."]


def _row(one: Result) -> tuple[str, ...]:
    names = [server["node"] + (" (drained)" if server["drained"] else "") for server in one["servers"]]
    mode = one["mode"] + (f", TLS {one['certificate']}" if one["certificate"] else "")
    published = f"{one['published_port']} ({'mesh' if one['publish_mode'] == 'ingress' else 'host'})"
    return (str(one["port"]), one["service"], published, mode, one["check"], ", ".join(names) or "none")
