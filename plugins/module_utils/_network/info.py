# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at networks. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.plan import MEMORY, remembered
from .._run.table import table
from .._swarm.nodes import Node
from .addresses import Space, problem, spaces
from .attachments import uses, waits
from .networks import is_of_swarm
from .options import ASSIGNED, ENCRYPTED, MTU

Raw = t.Dict[str, t.Any]

_HEAD = ("NETWORK", "DRIVER", "SUBNETS", "TAKEN", "SERVICES", "KIND")
# So many characters of an ID are what the command line shows.
_SHORT = 12
_KINDS = ("ingress", "attachable", "internal", "encrypted")
_ALIVE = ["accepted", "ready", "running", "complete"]


def look(client: Client, nodes: list[Node], names: list[str] | None, raw: bool = False) -> dict[str, t.Any]:
    """See the networks of the swarm.

    Args:
        client: a manager's Engine.
        nodes: all nodes.
        names: which ones, by name or ID; ``None`` for all.
        raw: add what the Engine itself says.

    Returns:
        ``networks``, in the order of ``names`` or sorted by name, and the ``missing`` names.
    """
    there = [one for one in client.get("/networks") if is_of_swarm(one)]
    there.sort(key=lambda one: str(one["Name"]))
    found = {name: find(there, name) for name in names or []}
    chosen = there if names is None else list({one["Id"]: one for one in found.values() if one}.values())
    missing = [name for name, one in found.items() if one is None]
    if not chosen:
        return {"networks": [], "missing": missing}
    services = client.get("/services")
    tasks = client.get("/tasks", filters={"desired-state": _ALIVE, "runtime": ["container", "attachment"]})
    ids = [node["id"] for node in nodes]
    seen = [
        {**view(one, services, spaces(one, services, tasks, ids)), **({"raw": one} if raw else {})}
        for one in chosen
    ]
    return {"networks": seen, "missing": missing}


def find(there: list[Raw], name: str) -> Raw | None:
    """The network of a name, an ID or the beginning of an ID."""
    for fits in (
        lambda one: one["Name"] == name,
        lambda one: len(name) >= _SHORT and one["Id"].startswith(name),
    ):
        for one in there:
            if fits(one):
                return one
    return None


def view(network: Raw, services: list[Raw], addresses: list[Space]) -> dict[str, t.Any]:
    """A network as a user thinks of it."""
    options, labels = network.get("Options") or {}, network.get("Labels") or {}
    entries = (network.get("IPAM") or {}).get("Config") or []
    name = network["Name"]
    return {
        "id": network["Id"],
        "name": name,
        "driver": network.get("Driver", ""),
        "scope": network.get("Scope", ""),
        "subnets": [entry["Subnet"] for entry in entries if entry.get("Subnet")],
        "gateways": [entry["Gateway"] for entry in entries if entry.get("Gateway")],
        "attachable": bool(network.get("Attachable")),
        "internal": bool(network.get("Internal")),
        "ingress": bool(network.get("Ingress")),
        "encrypted": ENCRYPTED in options,
        "mtu": int(options[MTU]) if str(options.get(MTU)).isdigit() else None,
        "enable_ipv6": bool(network.get("EnableIPv6")),
        "driver_options": {
            key: text for key, text in options.items() if key not in (ASSIGNED, ENCRYPTED, MTU)
        },
        "labels": {key: text for key, text in labels.items() if key != MEMORY},
        "declared": sorted(remembered(labels)),
        "created": network.get("Created", ""),
        "services": sorted(raw["Spec"]["Name"] for raw in services if uses(raw["Spec"], network)),
        "addresses": addresses,
        "problems": _problems(network, services, addresses),
    }


def _problems(network: Raw, services: list[Raw], addresses: list[Space]) -> list[str]:
    told = [sentence for sentence in map(problem, addresses) if sentence]
    if not network.get("Driver"):
        told.append(
            "the swarm never gave it an address space, most likely since its subnet overlaps with another network's: remove it"
        )
    waiting = sorted(raw["Spec"]["Name"] for raw in services if waits(raw["Spec"], network["Name"]))
    if waiting:
        told.append(
            f"a run that did not end took {', '.join(waiting)} off it: run swarm_network for it again to put them back"
        )
    return told


def lines(found: dict[str, t.Any]) -> list[str]:
    """The look at networks as lines of text: a table, and what is not fine."""
    seen = found["networks"]
    if not seen:
        return ["No network." if found["state"] == "manager" else found["why"]]
    problems = [f"{one['name']}: {sentence}." for one in seen for sentence in one["problems"]]
    told = table(_HEAD, [_row(one) for one in seen])
    return told + (["Not fine:", *problems] if problems else ["Every network is fine."])


def _row(one: dict[str, t.Any]) -> tuple[str, ...]:
    return (
        one["name"],
        one["driver"],
        ", ".join(one["subnets"]),
        ", ".join(f"{space['taken']}/{space['total']}" for space in one["addresses"]),
        str(len(one["services"])),
        ", ".join(kind for kind in _KINDS if one[kind]),
    )
