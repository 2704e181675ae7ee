# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks of a swarm: what ``swarm_network_info`` returns. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._engine.find import find
from .._options.hidden import hide_spec
from .._options.labels import remembered, visible
from .._options.value_types import NAMES
from .._rollout.references import is_of_swarm
from .._run.interface import Interface
from .._run.table import table_with_problems
from .._run.verb import Options, Result, Verb
from .._swarm.nodes import Node
from .._swarm.state import on_manager
from .addresses import Space, problem, spaces
from .attachments import Raw, awaits_network, uses
from .options import ASSIGNED, ENCRYPTED, MTU, NETWORK

_HEAD = ("NETWORK", "DRIVER", "SUBNETS", "TAKEN", "SERVICES", "KIND")
_KINDS = ("ingress", "attachable", "internal", "encrypted")
# The desired states of tasks that are not over.
_ALIVE = ["accepted", "ready", "running", "complete"]


def read(client: Client, nodes: list[Node], names: list[str] | None, raw: bool = False) -> Result:
    """The networks of the swarm.

    Args:
        client: a manager's Engine.
        nodes: all nodes.
        names: which ones, by name or ID; ``None`` for all.
        raw: add what the Engine itself reports.

    Returns:
        ``networks``, in the order of ``names`` or sorted by name, and the ``missing`` names.
    """
    existing = [one for one in client.get("/networks") if is_of_swarm(one)]
    existing.sort(key=lambda one: str(one["Name"]))
    found = {
        name: find(existing, name, lambda one: str(one["Id"]), lambda one: one["Name"])
        for name in names or []
    }
    chosen = existing if names is None else list({one["Id"]: one for one in found.values() if one}.values())
    missing = [name for name, one in found.items() if one is None]
    if not chosen:
        return {"networks": [], "missing": missing}
    services = client.get("/services")
    tasks = client.get("/tasks", filters={"desired-state": _ALIVE, "runtime": ["container", "attachment"]})
    ids = [node["id"] for node in nodes]
    views = []
    for one in chosen:
        seen = view(one, services, spaces(one, services, tasks, ids))
        views.append({**seen, "raw": hide_spec(NETWORK, one)} if raw else seen)
    return {"networks": views, "missing": missing}


def view(network: Raw, services: list[Raw], addresses: list[Space]) -> Result:
    """A network in the user's words: every option by its row, and what else there is to know."""
    labels = network.get("Labels") or {}
    entries = (network.get("IPAM") or {}).get("Config") or []
    options = {option.name: option.shown(network) for option in NETWORK}
    of_driver = options["driver_options"] or {}
    return {
        **options,
        "id": network["Id"],
        "name": network["Name"],
        # A network that has none was never given an address space.
        "driver": network.get("Driver", ""),
        "scope": network.get("Scope", ""),
        "subnets": [entry["Subnet"] for entry in entries if entry.get("Subnet")],
        "gateways": [entry["Gateway"] for entry in entries if entry.get("Gateway")],
        "driver_options": {
            key: text for key, text in of_driver.items() if key not in (ASSIGNED, ENCRYPTED, MTU)
        },
        "labels": visible(labels),
        "declared": sorted(remembered(labels)),
        "created": network.get("Created", ""),
        "services": sorted(raw["Spec"]["Name"] for raw in services if uses(raw["Spec"], network)),
        "addresses": addresses,
        "problems": _problems(network, services, addresses),
    }


def _problems(network: Raw, services: list[Raw], addresses: list[Space]) -> list[str]:
    sentences = [sentence for sentence in map(problem, addresses) if sentence]
    if not network.get("Driver"):
        sentences.append(
            "the swarm never gave it an address space, most likely because its subnet overlaps with another network's: remove it"
        )
    detached = sorted(raw["Spec"]["Name"] for raw in services if awaits_network(raw["Spec"], network["Name"]))
    if detached:
        sentences.append(
            f"a run that did not end detached {', '.join(detached)} from it: run swarm_network for it again to reattach them"
        )
    return sentences


def lines(found: Result) -> list[str]:
    """Networks as lines of text: a table, and what is not fine."""
    seen = found["networks"]
    if not seen:
        return ["No network." if found["state"] == "manager" else found["why"]]
    problems = [f"{one['name']}: {sentence}." for one in seen for sentence in one["problems"]]
    return table_with_problems(_HEAD, [_row(one) for one in seen], problems, "Every network is fine.")


def _row(one: Result) -> tuple[str, ...]:
    return (
        one["name"],
        one["driver"],
        ", ".join(one["subnets"]),
        ", ".join(f"{space['taken']}/{space['total']}" for space in one["addresses"]),
        str(len(one["services"])),
        ", ".join(kind for kind in _KINDS if one[kind]),
    )


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read the networks."""
    names, raw = options["name"], options["raw"]
    one = len(names or []) == 1
    found = on_manager(client, lambda nodes, _own: read(client, nodes, names, raw or one), {"networks": []})
    result: Result = {"changed": False, **found, "summary": lines(found)}
    if one and "missing" in found:
        seen = found["networks"][0] if found["networks"] else None
        result.update(exists=seen is not None, network=seen["raw"] if seen else None)
        if seen and not raw:
            del seen["raw"]
    return result


VERB = Verb(
    Interface({"name": NAMES, "raw": {"type": "bool", "default": False}}),
    work,
)
