# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm, and the lists of its objects that a task asks for: the verb of ``swarm_info``. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._node.options import hide_node
from .._run.verb import Options, Result, Verb
from .._service.options import hide_service
from .._swarm import as_docker as swarm
from .._swarm import info
from .._swarm.nodes import Node
from .._swarm.options import INFO_INTERFACE
from . import as_docker
from .back import wait_until_back
from .certificate import read_certificate

Raw = t.Dict[str, t.Any]


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read the swarm, and what else was asked for.

    Raises:
        WaitTimeout: the node is not back in time.
    """
    if options["wait_for"]:
        wait_until_back(client, options["wait_for"], options["wait_for_managers"], options["wait_timeout"])
    found = info.read(options, client)
    if options["certificate"] and found.get("node_id"):
        found["certificate"] = read_certificate(client)
    return {**found, **_lists(options, client, found["nodes"])} if found["state"] == "manager" else found


VERB = Verb(INFO_INTERFACE, work)


def _lists(options: Options, client: Client, nodes: list[Node]) -> Result:
    """The lists that were asked for: raw with ``verbose_output``, else short rows."""
    verbose = options["verbose_output"]
    found: Result = {}
    if options["nodes"]:
        raws = {raw["ID"]: raw for raw in _read(client, options, "nodes")}
        rows = {name: hide_node(raw) if verbose else swarm.node(raw) for name, raw in raws.items()}
        found["nodes"] = [{**node, **rows[node["id"]]} for node in nodes if node["id"] in rows]
    if options["services"]:
        raws_ = _read(client, options, "services", status=True)
        found["services"] = [hide_service(raw) if verbose else as_docker.service(raw) for raw in raws_]
    if options["tasks"]:
        names = {node["id"]: node["hostname"] for node in nodes}
        raws_ = _read(client, options, "tasks")
        found["tasks"] = [
            as_docker.hidden_task(raw) if verbose else as_docker.task(raw, names) for raw in raws_
        ]
    return found


def _read(client: Client, options: Options, kind: str, **query: t.Any) -> list[Raw]:
    """The raw objects of a kind that pass its filters."""
    filters = swarm.filters(options[f"{kind}_filters"])
    return t.cast("t.List[Raw]", client.get(f"/{kind}", filters=filters, **query))
