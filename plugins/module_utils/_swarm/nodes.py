# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes as a user thinks of them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused
from .._engine.find import matching
from .._options.labels import MAINTENANCE
from . import quorum


class Manager(t.TypedDict):
    """A node's part in the raft group."""

    leader: bool
    reachability: str
    address: str


class Node(t.TypedDict):
    """One node.

    ``role`` is the desired role; the node really is a manager when ``manager`` is not ``None``. ``problems`` are
    sentences, empty when the node is fine.
    """

    id: str
    hostname: str
    role: str
    availability: str
    state: str
    address: str
    manager: Manager | None
    engine_version: str
    labels: dict[str, str]
    problems: list[str]


# States of a node that the managers have lost contact with (swarmkit api/types.proto): no task of it reports its end, and
# the node can be removed.
_GONE = ("down", "disconnected")


def is_gone(node: Node) -> bool:
    """Whether the swarm has lost the node."""
    return node["state"] in _GONE


def never_reported(node: Node) -> bool:
    """Whether a node got its ID and has not reported yet what it is.

    Its join is at work, or broke off; the managers count it as ``unknown`` until another one leads, and as ``down`` then.
    """
    return node["state"] != "ready" and not node["hostname"] and not node["engine_version"]


def is_nobody(node: Node) -> bool:
    """Whether a node's join broke off for good, so that its entry is no host's and will be none's."""
    return never_reported(node) and is_gone(node)


def called(node: Node) -> str:
    """What a node is called in a sentence: its host name, its ID where it never reported one."""
    return node["hostname"] or node["id"]


def part_of(node: Node) -> str:
    """What a node is to the quorum: ``leader``, ``manager``, or its role."""
    manager = node["manager"]
    return node["role"] if not manager else "leader" if manager["leader"] else "manager"


def without_port(address: str) -> str:
    """The host in a manager's address."""
    return address.rsplit(":", 1)[0].strip("[]")


def view(raw: dict[str, t.Any]) -> Node:
    """A node from the Engine's ``/nodes``."""
    spec, status = raw.get("Spec") or {}, raw.get("Status") or {}
    description = raw.get("Description") or {}
    raft = raw.get("ManagerStatus")
    manager: Manager | None = None
    if raft:
        manager = {
            "leader": bool(raft.get("Leader")),
            "reachability": raft.get("Reachability", "unknown"),
            "address": raft.get("Addr", ""),
        }
    node: Node = {
        "id": raw["ID"],
        "hostname": description.get("Hostname", ""),
        "role": spec.get("Role", "worker"),
        "availability": spec.get("Availability", "active"),
        "state": status.get("State", "unknown"),
        "address": _address(status.get("Addr", ""), manager),
        "manager": manager,
        "engine_version": (description.get("Engine") or {}).get("EngineVersion", ""),
        "labels": spec.get("Labels") or {},
        "problems": [],
    }
    node["problems"] = _problems(node, status.get("Message", ""))
    return node


def views(raws: list[dict[str, t.Any]]) -> list[Node]:
    """All nodes, sorted by host name; an entry that is gone while its host has another one says that it is stale."""
    nodes = sorted(
        (view(raw) for raw in raws), key=lambda node: (node["hostname"], node["state"], node["id"])
    )
    for node in nodes:
        twins = [other for other in nodes if other["hostname"] == node["hostname"] and not is_gone(other)]
        if never_reported(node):
            node["problems"].append(
                "it never reported its host name; unless it is joining now, flotilla.swarm.remove_nodes removes it by its ID"
            )
        elif is_gone(node) and twins:
            node["problems"].append(f"it is a stale entry: {node['hostname']} is now {twins[0]['id']}")
    return nodes


def _address(status_address: str, manager: Manager | None) -> str:
    # A manager that has just become leader reports itself as 0.0.0.0 or 127.0.0.1 (moby#25657).
    if manager and status_address in ("", "0.0.0.0", "127.0.0.1", "::"):
        return without_port(manager["address"])
    return status_address


def _problems(node: Node, message: str) -> list[str]:
    found = []
    if node["state"] != "ready":
        found.append(f"its state is {node['state']}" + (f" ({message})" if message else ""))
    if node["manager"] and node["manager"]["reachability"] != "reachable":
        found.append(f"as a manager it is {node['manager']['reachability']}")
    if node["role"] == "manager" and not node["manager"]:
        found.append("its promotion is not finished")
    if node["role"] == "worker" and node["manager"]:
        found.append("its demotion is not finished")
    if node["availability"] != "active":
        words = {"drain": "drained: it runs no service task", "pause": "paused: it takes no new task"}
        found.append(words.get(node["availability"], node["availability"]))
    return found


def reachable(nodes: t.Iterable[Node]) -> list[Node]:
    """The managers that take part in the quorum now."""
    return [node for node in nodes if node["manager"] and node["manager"]["reachability"] == "reachable"]


def managers(nodes: t.Iterable[Node]) -> list[Node]:
    """The members of the raft group, reachable or not."""
    return [node for node in nodes if node["manager"]]


def quorum_summary(nodes: list[Node]) -> quorum.Summary:
    """The quorum in numbers."""
    return quorum.summary(len(managers(nodes)), len(reachable(nodes)))


def quorum_sentence(nodes: list[Node]) -> str:
    """The quorum in one sentence."""
    return quorum.sentence(len(managers(nodes)), len(reachable(nodes)))


def problems(swarm: dict[str, t.Any]) -> list[tuple[str, str]]:
    """What is wrong with a swarm that ``state.read`` returned: a node, empty for the swarm itself, and a sentence."""
    nodes: list[Node] = swarm["nodes"]
    told = [(called(node), f"{problem}.") for node in nodes for problem in node["problems"]]
    told += [
        (called(node), "its maintenance is not over; run the same playbook again, which goes on there.")
        for node in nodes
        if node["labels"].get(MAINTENANCE) in ("away", "back")
    ]
    even = quorum.even(len(managers(nodes)))
    if even:
        told.append(("", f"The swarm has {even}: promote a worker or demote one of them."))
    if swarm.get("root_rotation_in_progress"):
        told.append(("", "A CA rotation is in progress and waits for every node."))
    return told


def find(nodes: list[Node], name: str, own_id: str | None = None) -> Node | None:
    """The node of an ID, a host name or an ID's beginning; ``self`` is the node that is asked.

    Host names are not unique: of several nodes with the same name, the one that is not gone is meant.

    Returns:
        The node, or ``None`` when there is none.

    Raises:
        Refused: several nodes could be meant.
    """
    wanted = own_id if name == "self" and own_id else name
    found = matching(nodes, wanted, lambda node: node["id"], lambda node: node["hostname"])
    alive = [node for node in found if not is_gone(node)] or found
    if len(alive) > 1:
        known = ", ".join(f"{node['id']} ({node['address']}, {node['state']})" for node in alive)
        raise Refused(f"{len(alive)} nodes are called {name}: {known}; name the node by its ID.")
    return alive[0] if alive else None
