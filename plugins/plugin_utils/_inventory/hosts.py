# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes of a swarm as hosts of an inventory: their names, groups and variables. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._options.labels import visible
from ...module_utils._swarm.nodes import Node, is_gone, view

Raw = dict[str, t.Any]

#: The groups that there are, whatever the nodes: those of this collection's playbooks, and those of community.docker.
ALWAYS = ("swarm", "swarm_managers", "swarm_workers", "manager", "worker", "leader", "nonleaders")
# What a node can be called, by the choices of the option.
_NAMES: dict[str, t.Callable[[Node], str]] = {
    "hostname": lambda node: node["hostname"],
    "address": lambda node: node["address"],
    "id": lambda node: node["id"],
}


class InventoryHost(t.NamedTuple):
    """A node as a host.

    Attributes:
        name: its name in the inventory.
        groups: their names, not yet made safe.
        variables: of the host.
        raw: the node as the Engine reports it.
    """

    name: str
    groups: list[str]
    variables: Raw
    raw: Raw


class Uri(t.NamedTuple):
    """How the Engine of a node is reached over the network.

    Attributes:
        port: the port of each.
    """

    port: int

    def of(self, address: str) -> str:
        """The address of an Engine."""
        return f"tcp://[{address}]:{self.port}" if ":" in address else f"tcp://{address}:{self.port}"


def hosts(
    raws: list[Raw], names: t.Sequence[str], verbose: bool = True, uri: Uri | None = None
) -> list[InventoryHost]:
    """The nodes as hosts, sorted by name.

    Args:
        raws: ``/nodes`` of the Engine.
        names: what a node is called, by preference: ``hostname``, ``address``, ``id``.
        verbose: whether a host has the node as the Engine reports it, too.
        uri: whether a host has the address of its Engine.
    """
    nodes = {raw["ID"]: view(raw) for raw in raws}
    alive = {node["hostname"] for node in nodes.values() if not is_gone(node)}
    found: dict[str, InventoryHost] = {}
    for raw in sorted(raws, key=lambda raw: str(raw["ID"])):
        node = nodes[raw["ID"]]
        if is_gone(node) and node["hostname"] in alive:
            # The old entry of a host that has joined again: by its address, the same host would be there twice.
            continue
        name = next(one for one in _called(node, names) if one not in found)
        found[name] = InventoryHost(name, groups(node), _variables(raw, node, verbose, uri), raw)
    return [found[name] for name in sorted(found)]


def groups(node: Node) -> list[str]:
    """The groups of a node; none of them depends on other nodes."""
    leads = bool(node["manager"] and node["manager"]["leader"])
    return [
        "swarm",
        f"swarm_{node['role']}s",
        node["role"],
        "leader" if leads else "nonleaders",
        f"swarm_availability_{node['availability']}",
        f"swarm_status_{node['state']}",
        *([f"swarm_engine_{node['engine_version']}"] if node["engine_version"] else []),
        *(
            f"swarm_label_{label}_{text}" if text else f"swarm_label_{label}"
            for label, text in sorted(visible(node["labels"]).items())
        ),
    ]


def _called(node: Node, names: t.Sequence[str]) -> t.Iterator[str]:
    """What a node may be called, by preference; the ID is nobody else's."""
    yield from (text for text in (_NAMES[name](node) for name in names) if text)
    yield node["id"]


def _variables(raw: Raw, node: Node, verbose: bool, uri: Uri | None) -> Raw:
    found: Raw = {
        "ansible_host": node["address"],
        "swarm_node": {**node, "labels": visible(node["labels"])},
    }
    if uri:
        found["ansible_host_uri"] = uri.of(node["address"])
    if verbose:
        found["docker_swarm_node_attributes"] = raw
    return found
