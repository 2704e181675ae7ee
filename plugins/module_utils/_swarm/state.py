# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine is to a swarm, whatever its state, and reading the swarm where it can be read. PRIVATE to the collection.

``/info`` is answered by the node itself, so it works where everything else needs a manager with a quorum
(moby ``daemon/cluster/cluster.go``).
"""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineAbsent, EngineTimeout, NoQuorum, NotAManager, saying
from .._options.labels import DECLARED_LABEL
from . import as_docker, nodes
from .options import SETTINGS

# A manager without a leader answers so within 10 raft ticks, or only after 20 s; an info module does not wait for the latter.
_PATIENCE = 8.0

Read = t.Callable[[t.List[nodes.Node], str], t.Dict[str, t.Any]]


def read(client: Client, facts: bool = False) -> dict[str, t.Any]:
    """The swarm as this Engine sees it.

    Args:
        client: any host's Engine.
        facts: add ``swarm_facts``, what the Engine itself reports, and ``clock``, the host's time.

    Returns:
        ``state`` is one of ``no_engine``, ``inactive``, ``pending``, ``error``, ``locked``, ``worker``,
        ``no_quorum``, ``manager``; ``why`` is a sentence about it. ``node_id``, ``address`` and ``remote_managers``
        (``[{id, address}]``) are there in a swarm; ``swarm_id``, ``nodes``, ``unfinished``, ``quorum``, ``settings``, ``labels``
        and what was chosen at init (``data_path_port``, ``default_addr_pool``, ``subnet_size``) on a manager with
        a quorum.
    """
    try:
        info = client.info()
    except EngineAbsent as error:
        return {"state": "no_engine", "why": str(error)}
    clock = {"clock": {"time": info["SystemTime"]}} if facts and info.get("SystemTime") else {}
    return {**local(info), **clock, **_cluster(client, info, facts)}


def local_state(info: dict[str, t.Any]) -> str:
    """``inactive``, ``pending``, ``error``, ``locked``, ``worker`` or ``manager`` from ``/info``."""
    swarm = info.get("Swarm") or {}
    state = swarm.get("LocalNodeState") or "inactive"
    # A manager that was restarted is pending, though a manager, until there is a leader.
    if state != "active" and not (state == "pending" and swarm.get("ControlAvailable")):
        return str(state)
    return "manager" if swarm.get("ControlAvailable") else "worker"


def local(info: dict[str, t.Any]) -> dict[str, t.Any]:
    """What the node itself knows of its swarm."""
    swarm = info.get("Swarm") or {}
    state = local_state(info)
    hostname = info.get("Name", "this host")
    reason = saying(swarm.get("Error") or "") or "no reason given"
    why = {
        "inactive": f"{hostname} is in no swarm.",
        "pending": f"{hostname} is trying to join a swarm: {reason}.",
        "error": f"{hostname} is in a swarm but cannot take part: {reason}.",
        "locked": f"{hostname} waits for the swarm's unlock key.",
        "worker": f"{hostname} is a worker; ask a manager about the swarm.",
        "manager": f"{hostname} is a manager.",
    }
    return {
        "state": state,
        "why": why.get(state, f"{hostname} reports the unknown state {state}."),
        "node_id": swarm.get("NodeID") or None,
        "address": swarm.get("NodeAddr") or None,
        "error": saying(swarm.get("Error") or "") or None,
        "remote_managers": [
            {"id": manager.get("NodeID", ""), "address": manager.get("Addr", "")}
            for manager in swarm.get("RemoteManagers") or []
        ],
    }


def on_manager(client: Client, read_more: Read, nothing: dict[str, t.Any]) -> dict[str, t.Any]:
    """Read what only a manager knows, if this host is one.

    Args:
        client: any host's Engine.
        read_more: gets the nodes and the ID of this host's own, and returns what it read.
        nothing: what is returned in its place where this host cannot read it.

    Returns:
        ``state`` and ``why`` as ``read`` has them, and what was read.
    """
    try:
        info = client.info()
    except EngineAbsent as error:
        return {"state": "no_engine", "why": str(error), **nothing}
    own = local(info)

    def more() -> dict[str, t.Any]:
        seen = nodes.views(client.get("/nodes", timeout=_PATIENCE))
        return {"state": "manager", "why": nodes.quorum_sentence(seen), **read_more(seen, own["node_id"])}

    return {"state": own["state"], "why": own["why"], **nothing, **_as_manager(info, more)}


def _as_manager(info: dict[str, t.Any], read_more: t.Callable[[], dict[str, t.Any]]) -> dict[str, t.Any]:
    """What a manager reads; where it cannot, the state and the reason."""
    if local_state(info) != "manager":
        return {}
    try:
        return read_more()
    except (NoQuorum, EngineTimeout) as error:
        why = f"{info.get('Name')} is a manager of a swarm that has lost its quorum: {error}"
        return {"state": "no_quorum", "why": why}
    except NotAManager as error:
        # It was demoted between two requests.
        return {"state": "worker", "why": str(error)}


def _cluster(client: Client, info: dict[str, t.Any], facts: bool) -> dict[str, t.Any]:
    def more() -> dict[str, t.Any]:
        swarm = client.get("/swarm", timeout=_PATIENCE)
        seen = nodes.views(client.get("/nodes", timeout=_PATIENCE))
        return {
            **cluster(swarm),
            **({"swarm_facts": as_docker.facts(swarm)} if facts else {}),
            "nodes": seen,
            "unfinished": _unfinished(client, seen),
            "quorum": nodes.quorum_summary(seen),
            "why": nodes.quorum_sentence(seen),
        }

    found = _as_manager(info, more)
    if found.get("state") == "no_quorum":
        found["swarm_id"] = ((info.get("Swarm") or {}).get("Cluster") or {}).get("ID") or None
    return found


def _unfinished(client: Client, seen: list[nodes.Node]) -> list[str]:
    """IDs of nodes whose join stopped before their labels were in force.

    They joined paused and were never declared. A node that was paused by hand differs in that it has run a task.
    """
    paused = [
        node["id"]
        for node in seen
        if node["availability"] == "pause" and DECLARED_LABEL not in node["labels"]
    ]
    tasks = client.get("/tasks", timeout=_PATIENCE, filters={"node": paused}) if paused else []
    return sorted(set(paused) - {task.get("NodeID") for task in tasks})


def cluster(swarm: dict[str, t.Any]) -> dict[str, t.Any]:
    """The swarm object of a manager in the user's words, without its join tokens."""
    spec = swarm.get("Spec") or {}
    return {
        "swarm_id": swarm.get("ID"),
        "settings": {option.name: option.shown(spec) for option in SETTINGS},
        "labels": spec.get("Labels") or {},
        "data_path_port": swarm.get("DataPathPort") or 4789,
        "default_addr_pool": swarm.get("DefaultAddrPool") or [],
        "subnet_size": swarm.get("SubnetSize"),
        "root_rotation_in_progress": bool(swarm.get("RootRotationInProgress")),
    }


def read_unlock_key(client: Client) -> str | None:
    """The unlock key, ``None`` where autolock is off."""
    return client.get("/swarm/unlockkey").get("UnlockKey") or None


def read_tokens(client: Client) -> dict[str, str]:
    """The join tokens: ``worker`` and ``manager``."""
    tokens = client.get("/swarm")["JoinTokens"]
    return {"worker": tokens["Worker"], "manager": tokens["Manager"]}
