# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes and hosts as the Engine and ``swarm_host_info`` report them, built from what a test is about."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._node import deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._node.options import ARGUMENTS, MODULE
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import Node, view, views
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.variables import values
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeSwarm

SWARM_ID = "z8mc1pjl0anxc2yq7v7kza2s7"


def raw_node(
    node_id: str,
    hostname: str = "",
    role: str = "worker",
    availability: str = "active",
    state: str = "ready",
    address: str = "10.0.0.1",
    labels: dict[str, str] | None = None,
    reachability: str | None = "",
    leader: bool = False,
    index: int = 1,
) -> dict[str, t.Any]:
    """A node of ``/nodes``. ``reachability`` is that of its role unless given; ``None``: no part in the quorum."""
    if reachability == "":
        reachability = "reachable" if role == "manager" else None
    raw: dict[str, t.Any] = {
        "ID": node_id,
        "Version": {"Index": index},
        "Spec": {"Labels": dict(labels or {}), "Role": role, "Availability": availability},
        "Description": {"Hostname": hostname or node_id, "Engine": {"EngineVersion": "26.1.5"}},
        "Status": {"State": state, "Addr": address},
    }
    if reachability:
        raw["ManagerStatus"] = {"Reachability": reachability, "Addr": f"{address}:2377", "Leader": leader}
    return raw


def node(*args: t.Any, **kwargs: t.Any) -> Node:
    """A node as the collection sees it."""
    return view(raw_node(*args, **kwargs))


def fake_swarm(*more: dict[str, t.Any], lag: int = 0, managers: int = 3) -> FakeSwarm:
    """A swarm of three managers and the worker ``w1``, and what a test adds; ``m1`` is asked."""
    raws = [raw_node(f"m{number}", role="manager", leader=number == 1) for number in range(1, managers + 1)]
    return FakeSwarm([*raws, raw_node("w1"), *more], "m1", lag)


def change_nodes(
    engine: FakeSwarm,
    *wanted: dict[str, t.Any],
    check_mode: bool = False,
    wait: float | None = 60,
    force: bool = False,
    **beside: t.Any,
) -> dict[str, t.Any]:
    """The result of ``swarm_node`` with these entries of ``nodes``, and what a test has beside the list."""
    options = {
        **{name: argument.get("default") for name, argument in ARGUMENTS.items()},
        "nodes": [{**dict.fromkeys(MODULE.one), **one} for one in wanted],
        "wait": wait is not None,
        "wait_timeout": wait,
        "force": force,
        **beside,
    }
    return deploy.work(options, check_mode, engine)


def written(engine: FakeSwarm) -> list[str]:
    """Method and path of each request that changes something."""
    return [request for request, _body, _query in engine.writes]


def address_of(name: str) -> str:
    """Every host name of the tests has its address: ``m1`` is 10.0.0.11, ``w1`` 10.0.0.101."""
    return f"10.0.0.{int(name[1:]) + (10 if name[0] == 'm' else 100)}"


def host_info(name: str, swarm: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    """A host as ``swarm_host_info`` returns it."""
    absent = swarm["state"] == "no_engine"
    return {
        "hostname": name,
        "os": {
            "id": "debian",
            "version_id": "13",
            "id_like": [],
            "codename": "trixie",
            "pretty_name": "Debian 13",
        },
        "python": "3.13.5",
        "addresses": [{"interface": "eth0", "address": address_of(name), "prefix": 24, "family": "inet"}],
        "default_address": address_of(name),
        "engine": {
            "state": "absent" if absent else "running",
            "version": None if absent else "26.1.5+dfsg1",
            "api_version": None if absent else "1.45",
            "package": None if absent else "docker.io",
            "daemon": {},
            "daemon_error": None,
            "held": True,
            "error": None,
        },
        "swarm": swarm,
        "listeners": [],
        "firewall": {"backend": "none", "openings": [], "guarded": [], "note": None},
        **more,
    }


def swarm_info(state: str, node_id: str | None = None, name: str = "m1", **more: t.Any) -> dict[str, t.Any]:
    """The swarm as one host sees it, as ``swarm_info`` returns it."""
    found: dict[str, t.Any] = {"state": state, "why": f"{name} is {state}."}
    if state != "no_engine":
        found.update(node_id=node_id, address=None, error=None, remote_managers=[])
    if node_id:
        found["address"] = address_of(name)
    return {**found, **more}


def manager_info(raws: list[dict[str, t.Any]], name: str, **more: t.Any) -> dict[str, t.Any]:
    """The swarm as the manager of that host name sees it."""
    seen = views(raws)
    own = next(raw for raw in raws if raw["Description"]["Hostname"] == name and raw["Spec"]["Role"])
    return swarm_info(
        "manager",
        own["ID"],
        name,
        swarm_id=SWARM_ID,
        nodes=seen,
        unfinished=[],
        remote_managers=remote_managers(raws),
        settings={"task_history_retention_limit": 5, "autolock_managers": False, "node_cert_expiry": "2160h"},
        labels={},
        data_path_port=4789,
        default_addr_pool=["10.0.0.0/8"],
        subnet_size=24,
        **more,
    )


def remote_managers(raws: list[dict[str, t.Any]]) -> list[dict[str, str]]:
    """The managers that every node of a swarm knows."""
    return [
        {"id": raw["ID"], "address": raw["ManagerStatus"]["Addr"]} for raw in raws if raw.get("ManagerStatus")
    ]


@functools.lru_cache(maxsize=1)
def _defaults() -> dict[str, t.Any]:
    return values("", {})


def member(
    name: str,
    role: str = "",
    swarm: dict[str, t.Any] | None = None,
    labels: dict[str, str] | None = None,
    info: dict[str, t.Any] | None = None,
    **variables: t.Any,
) -> Member:
    """A host of the inventory; without ``swarm`` it was not reached. ``m…`` is a manager unless ``role`` says otherwise."""
    return Member(
        name=name,
        role=role or ("manager" if name.startswith("m") else "worker"),
        variables=values(name, variables) if variables else dict(_defaults()),
        declared=frozenset(variables),
        labels=labels or {},
        ansible_host=address_of(name),
        host=None if swarm is None else host_info(name, swarm, **(info or {})),
    )
