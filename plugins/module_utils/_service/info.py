# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module swarm_service_info returns, read with few requests. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t

from .._engine.client import Client, filter_by
from .._engine.errors import NotFound
from .._engine.find import find
from .._options.value_types import NAMES
from .._run.interface import Interface
from .._run.table import table_with_problems
from .._run.verb import Options, Result, Verb
from .._swarm.nodes import Node
from .._swarm.state import on_manager
from .options import hide_service, options_of
from .view import Raw, ServiceView, needing_history, port_shown, runs, views

Answer = t.TypeVar("Answer")

# The desired states of tasks that are wanted; all others are history.
_WANTED = {"desired-state": ["accepted", "ready", "running", "complete"]}
_HISTORY = {"desired-state": ["shutdown"]}
# A task that is younger than this, in a slot that failed before, is not trusted to go on.
_TRUSTED_AFTER = 60.0
_ATTEMPTS = 3
_HEAD = ("SERVICE", "MODE", "RUNS", "IMAGE", "PORTS")
_FLAG: dict[str, t.Any] = {"type": "bool", "default": False}


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read services."""
    names, raw, show_values = (options[option] for option in ("name", "raw", "show_values"))
    one = len(names or []) == 1
    found = on_manager(
        client, lambda nodes, _own: read(client, nodes, names, raw or one, show_values), {"services": []}
    )
    result: Result = {"changed": False, **found, "summary": lines(found)}
    if one and "missing" in found:
        service = found["services"][0] if found["services"] else None
        result.update(exists=service is not None, service=service["raw"] if service else None)
        if service and not raw:
            del service["raw"]
    return result


VERB = Verb(Interface({"name": NAMES, "show_values": _FLAG, "raw": _FLAG}), work)


def read(
    client: Client, nodes: list[Node], names: list[str] | None, raw: bool = False, show_values: bool = False
) -> Result:
    """Read services, however many there are, with a handful of requests.

    Args:
        client: a manager's Engine.
        nodes: all nodes.
        names: which services, by name or ID; ``None`` for all.
        raw: add what the Engine itself reports.
        show_values: show values that may be secrets.

    Returns:
        ``services`` in the order of ``names``, and the ``missing`` names.
    """
    raws, missing, services = while_services_go(lambda: _read_once(client, nodes, names))
    networks = _networks(client, raws)
    found = []
    for one in raws:
        previous = one.get("PreviousSpec")
        found.append(
            {
                **services[one["ID"]],
                "options": _options(one["Spec"], networks, show_values),
                "previous": _options(previous, networks, show_values) if previous else None,
                **({"raw": one if show_values else hide_service(one)} if raw else {}),
            }
        )
    return {"services": found, "missing": missing}


def named(client: Client, names: list[str] | None) -> tuple[list[Raw], list[str]]:
    """The raw services of names or IDs, each once (all, sorted by name, for ``None``), and the names that none has."""
    if names is None:
        return sorted(client.get("/services"), key=lambda one: str(one["Spec"]["Name"])), []
    # The Engine takes any beginning of a name, so what it returns has still to be sorted out.
    near = client.get("/services", filters=filter_by("name", names) or None) if names else []
    others = [name for name in names if find_service(near, name) is None]
    if others:
        near += client.get("/services", filters=filter_by("id", others) or None)
    found = {name: find_service(near, name) for name in names}
    chosen = {one["ID"]: one for one in found.values() if one}
    return list(chosen.values()), [name for name, one in found.items() if one is None]


def find_service(raws: list[Raw], name: str) -> Raw | None:
    """The raw service of a name or an ID."""
    return find(raws, name, lambda raw: str(raw["ID"]), lambda raw: raw["Spec"]["Name"])


def tasks_of(client: Client, raws: list[Raw], filters: dict[str, list[str]]) -> list[Raw]:
    """The raw tasks of services that pass further filters; with them may come tasks of others.

    Raises:
        NotFound: one of the services was removed meanwhile.
    """
    if not raws:
        return []
    filters = {**filters, **filter_by("service", [one["ID"] for one in raws])}
    return t.cast("t.List[Raw]", client.get("/tasks", filters=filters or None))


def while_services_go(read_once: t.Callable[[], Answer]) -> Answer:
    """Read again while other clients remove services between two requests."""
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return read_once()
        except NotFound:
            pass
    return read_once()


def lines(found: Result) -> list[str]:
    """Services as lines of text: a table, and what is not fine."""
    services: list[ServiceView] = found["services"]
    if not services:
        return ["No service." if found["state"] == "manager" else found["why"]]
    problems = [f"{service['name']}: {problem}." for service in services for problem in service["problems"]]
    return table_with_problems(
        _HEAD, [_row(service) for service in services], problems, "Every service is fine."
    )


def _read_once(
    client: Client, nodes: list[Node], names: list[str] | None
) -> tuple[list[Raw], list[str], dict[str, ServiceView]]:
    raws, missing = named(client, names)
    trusted = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - _TRUSTED_AFTER))
    tasks = tasks_of(client, raws, _WANTED)
    services = views(raws, tasks, nodes, trusted)
    incomplete = set(needing_history(raws, tasks, services, trusted))
    if incomplete:
        history = tasks_of(client, [one for one in raws if one["ID"] in incomplete], _HISTORY)
        # A task may have ended between the two requests.
        both = {task["ID"]: task for task in (*tasks, *history)}
        services = views(raws, list(both.values()), nodes, trusted)
    return raws, missing, {service["id"]: service for service in services}


def _networks(client: Client, raws: list[Raw]) -> dict[str, str]:
    """The names of networks by their IDs, read only where a service is on one."""
    if not any((one["Spec"].get("TaskTemplate") or {}).get("Networks") for one in raws):
        return {}
    return {one["Id"]: one["Name"] for one in client.get("/networks", filters={"scope": ["swarm"]})}


def _options(spec: Raw, networks: dict[str, str], show_values: bool) -> Result:
    """A spec in the words of the options of ``swarm_service``, with the names of networks."""
    options = options_of(spec, show_values)
    for network in options.get("networks") or []:
        network["name"] = networks.get(network["name"], network["name"])
    return options


def _row(service: ServiceView) -> tuple[str, ...]:
    return (
        service["name"],
        service["mode"],
        runs(service),
        service["image"].partition("@")[0],
        ", ".join(port_shown(port) for port in service["ports"]),
    )
