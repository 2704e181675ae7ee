# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many addresses of a network are taken. PRIVATE to the collection. Pure.

A swarm that has no address left says so in the log of the leader's Engine only: tasks stay in the state ``new``.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .._rollout.tasks import HOLDING
from .subnets import subnet

Raw = t.Dict[str, t.Any]

# The allocator gives a task its addresses before the scheduler gives it a node.
_HAVE = ("pending", *HOLDING)
_NEARLY_FULL = 0.8


class Space(t.TypedDict):
    """One IPv4 subnet: how many addresses there are to give, and how many are taken."""

    subnet: str
    total: int
    taken: int


def spaces(network: Raw, services: list[Raw], tasks: list[Raw], node_ids: t.Iterable[str]) -> list[Space]:
    """The IPv4 subnets of a network.

    Args:
        network: as the Engine reports it.
        services: all services.
        tasks: all tasks that are not over.
        node_ids: all nodes; each takes an address of the ingress network.
    """
    identity = network["Id"]
    held: list[str] = []
    balancers = set(node_ids) if network.get("Ingress") else set()
    for task in tasks:
        if (task.get("Status") or {}).get("State") not in _HAVE:
            continue
        for one in task.get("NetworksAttachments") or []:
            if (one.get("Network") or {}).get("ID") == identity:
                held += one.get("Addresses") or []
                balancers.add(task.get("NodeID", ""))
    for service in services:
        virtual = (service.get("Endpoint") or {}).get("VirtualIPs") or []
        held += [one.get("Addr", "") for one in virtual if one.get("NetworkID") == identity]
    return [_space(entry, held, len(balancers - {""})) for entry in _entries(network)]


def problem(space: Space) -> str | None:
    """A sentence where a subnet is nearly full."""
    if space["taken"] < _NEARLY_FULL * space["total"]:
        return None
    return (
        f"{space['taken']} of the {space['total']} addresses of {space['subnet']} are taken; tasks that get none stay in the "
        "state new without an error, so recreate the network with a larger subnet"
    )


def _entries(network: Raw) -> list[Raw]:
    entries = (network.get("IPAM") or {}).get("Config") or []
    return [entry for entry in entries if entry.get("Subnet") and subnet(entry["Subnet"]).version == 4]


def _space(entry: Raw, held: list[str], balancers: int) -> Space:
    whole = subnet(entry["Subnet"])
    part = subnet(entry["IPRange"]) if entry.get("IPRange") else whole
    taken = sum(_within(address, whole) for address in held) + balancers
    if entry.get("Gateway") and ipaddress.ip_address(entry["Gateway"].partition("/")[0]) in part:
        taken += 1
    # The first and the last address of the subnet are never given.
    reserved = sum(address in part for address in (whole.network_address, whole.broadcast_address))
    return {"subnet": str(whole), "total": part.num_addresses - reserved, "taken": taken}


def _within(address: str, whole: t.Any) -> bool:
    text = address.partition("/")[0]
    return bool(text) and ipaddress.ip_address(text) in whole
