# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Swarms as the info modules return them, for the report: a small one that has seen something, and one of any size."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes as swarm_nodes
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import Node
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.document import Sources

Raw = dict[str, t.Any]

MADE = "2026-11-28T10:00:00Z"
_NOW = datetime.datetime(2026, 11, 28, 10, 0, 0)
_DAY = 86400.0
_NOWHERE = "no suitable node (scheduling constraints not satisfied on 5 nodes)"


def ago(seconds: float) -> str:
    """A timestamp as an Engine writes it, so many seconds before the report is made."""
    return (_NOW - datetime.timedelta(seconds=seconds)).isoformat(timespec="microseconds") + "Z"


def node(name: str, **over: t.Any) -> Node:
    """A node as ``swarm_info`` returns it."""
    state, availability = over.pop("state", "ready"), over.pop("availability", "active")
    manager = over.pop("manager", None)
    raw: Raw = {
        "ID": f"id-{name}",
        "Description": {"Hostname": name, "Engine": {"EngineVersion": over.pop("engine_version", "26.1.5")}},
        "Spec": {
            "Role": "manager" if manager else "worker",
            "Availability": availability,
            "Labels": over.pop("labels", {}),
        },
        "Status": {
            "State": state,
            "Addr": over.pop("address", "10.0.0.11"),
            "Message": over.pop("message", ""),
        },
    }
    if manager:
        raw["ManagerStatus"] = {
            "Leader": manager == "leader",
            "Reachability": "unreachable" if state == "down" else "reachable",
            "Addr": "10.0.0.11:2377",
        }
    assert not over
    return swarm_nodes.view(raw)


def host(nodes: list[Node], own: Node, days_left: int = 61, **over: t.Any) -> Raw:
    """What ``swarm_info`` returns on the host of a node."""
    expires = (_NOW + datetime.timedelta(days=days_left)).isoformat() + "Z"
    found: Raw = {
        "state": "manager" if own["manager"] else "worker",
        "why": f"{own['hostname']} is a worker; ask a manager about the swarm.",
        "node_id": own["id"],
        "certificate": {"expires": expires, "days_left": days_left, "overdue": days_left < 10},
    }
    if own["manager"]:
        found |= {
            "swarm_id": "k3ub1dbbd26swlpmgl2f3kfqs",
            "nodes": nodes,
            "quorum": swarm_nodes.quorum_summary(nodes),
            "why": swarm_nodes.quorum_sentence(nodes),
        }
    return {**found, **over}


def disk(used_percent: int, problem: str | None = None) -> Raw:
    """What ``swarm_disk_info`` returns."""
    free = 40_000_000_000 * (100 - used_percent) // 100
    system = {"path": "/var/lib/docker", "size": 40_000_000_000, "free": free, "used_percent": used_percent}
    return {"filesystem": system, "problem": problem}


def service(name: str, image: str, **over: t.Any) -> Raw:
    """A service as ``swarm_service_info`` returns it."""
    return {
        "id": f"id-{name}",
        "name": name,
        "mode": "replicated",
        "image": image,
        "wanted": 1,
        "running": 1,
        "completed": None,
        "ports": [],
        "update": None,
        "problems": [],
        "options": {"env": {"PASSWORD": "canary-value"}, "labels": {"auth": "canary-value"}},
        **over,
    }


def update(state: str, started: float, completed: float | None) -> Raw:
    """The last update of a service."""
    done = None if completed is None else ago(completed)
    return {"state": state, "message": "", "started": ago(started), "completed": done}


def task(of: Raw, slot: int, on: Node | None, **over: t.Any) -> Raw:
    """A task as ``swarm_task_info`` returns it; it runs for three days."""
    return {
        "id": f"task-{of['name']}-{slot}-{on['id'] if on else ''}-{over.get('created', '')}",
        "service": of["name"],
        "service_id": of["id"],
        "slot": slot,
        "node": on["hostname"] if on else "",
        "node_id": on["id"] if on else "",
        "state": "running",
        "desired_state": "running",
        "image": of["image"],
        "error": "",
        "message": "started",
        "exit_code": None,
        "container_id": "c1",
        "created": ago(3 * _DAY),
        "updated": ago(3 * _DAY - 4),
        **over,
    }


def network(name: str, services: list[str], taken: int = 12, **over: t.Any) -> Raw:
    """A network as ``swarm_network_info`` returns it."""
    kinds = dict.fromkeys(("ingress", "attachable", "internal", "encrypted"), False)
    return {
        "id": f"id-{name}",
        "name": name,
        "driver": "overlay",
        "subnets": ["10.0.1.0/24"],
        "addresses": [{"subnet": "10.0.1.0/24", "total": 254, "taken": taken}],
        "services": services,
        "problems": [],
        **kinds,
        **over,
    }


def rolled(of: Raw, on: list[Node], old: str, begun: float, each: float, gap: float) -> list[Raw]:
    """The tasks of a service that was updated slot by slot: each old one stopped, a new one runs after the gap."""
    found = []
    for number, where in enumerate(on):
        stopped = begun - number * each
        slot = {"slot": number + 1, "on": where}
        found += [
            task(
                of,
                image=old,
                state="shutdown",
                desired_state="shutdown",
                created=ago(6 * _DAY),
                updated=ago(stopped),
                **slot,
            ),
            task(of, created=ago(stopped + 0.4), updated=ago(stopped - gap - number * 0.3), **slot),
        ]
    return found


def demo() -> Sources:
    """Five nodes in three zones: one is down, a service finds no node, one fails, and two were rolled out."""
    site = {"site": "fra1"}
    m1 = node("m1", manager="leader", address="10.0.0.11", labels={"zone": "a", **site})
    m2 = node("m2", manager="yes", address="10.0.0.12", labels={"zone": "b", **site})
    m3 = node("m3", manager="yes", address="10.0.0.13", labels={"zone": "c", **site}, availability="drain")
    w1 = node("w1", address="10.0.0.21", labels={"zone": "a", "disk": "ssd", "tier": "work", **site})
    w2 = node("w2", address="10.0.0.22", labels={"zone": "b", "disk": "hdd", "tier": "work", **site})
    w3 = node(
        "w3",
        address="10.0.0.23",
        labels={"zone": "c", "disk": "ssd", "tier": "work", **site},
        engine_version="20.10.24",
        state="down",
        message="heartbeat failure",
    )
    nodes = [m1, m2, m3, w1, w2, w3]
    web = service(
        "web",
        "registry.example.com/shop/web:2.4.1",
        wanted=4,
        running=4,
        ports=[{"published_port": 443, "target_port": 8443, "protocol": "tcp", "mode": "ingress"}],
        update=update("completed", 5400, 5352),
        options={"healthcheck": {"test": ["CMD", "true"]}},
    )
    api = service(
        "api",
        "registry.example.com/shop/api:7.1",
        wanted=3,
        running=2,
        update=update("paused", 620, None),
        problems=[
            "its update is paused: due to failure or early termination of task 4xk2",
            "slot 3 (w2) failed at least 3 times, the last time: non-zero exit (7)",
        ],
    )
    cache = service("cache", "redis:7.4-alpine", wanted=2, running=2)
    db = service(
        "db",
        "postgres:17.2",
        wanted=1,
        running=0,
        problems=[f"slot 1 is pending: {_NOWHERE} (constraints: node.labels.disk==nvme)"],
    )
    agent = service("agent", "prom/node-exporter:v1.8.2", mode="global", wanted=4, running=4)
    batch = service(
        "reports", "registry.example.com/shop/reports:31", mode="replicated-job", wanted=3, completed=2
    )
    queue = service(
        "queue",
        "rabbitmq:4.0-management",
        wanted=3,
        running=3,
        update=update("completed", 2 * _DAY, 2 * _DAY - 70),
    )
    services = [agent, api, batch, cache, db, queue, web]
    failed = {
        "state": "failed",
        "desired_state": "shutdown",
        "error": "task: non-zero exit (7)",
        "exit_code": 7,
    }
    old_api = "registry.example.com/shop/api:7.0"
    tasks = [
        *rolled(web, [w1, w2, w1, m2], "registry.example.com/shop/web:2.4.0", 5400, 11, 4.2),
        *rolled(api, [m1, w1], old_api, 620, 14, 5.1),
        task(
            api,
            3,
            w2,
            image=old_api,
            state="shutdown",
            desired_state="shutdown",
            created=ago(9 * _DAY),
            updated=ago(590),
        ),
        task(api, 3, w2, created=ago(589.6), updated=ago(583), **failed),
        task(api, 3, w2, created=ago(577.6), updated=ago(571), **failed),
        task(api, 3, w2, created=ago(565.6), updated=ago(559), **failed),
        task(cache, 1, m1),
        task(cache, 2, w2, created=ago(_DAY), updated=ago(_DAY - 3)),
        task(
            db,
            1,
            None,
            state="pending",
            created=ago(7200),
            updated=ago(7190),
            error=_NOWHERE,
        ),
        *(
            task(agent, 0, one, created=ago(20 * _DAY), updated=ago(20 * _DAY - 9))
            for one in (m1, m2, w1, w2)
        ),
        task(agent, 0, w3, created=ago(20 * _DAY), updated=ago(20 * _DAY - 9)),
        *(
            task(
                batch,
                slot,
                one,
                state="complete",
                desired_state="complete",
                created=ago(4000),
                updated=ago(3700),
            )
            for slot, one in ((1, w1), (2, m2))
        ),
        task(batch, 3, w2, state="preparing", desired_state="complete", created=ago(20), updated=ago(18)),
        *rolled(queue, [m2, w1, w2], "rabbitmq:3.13-management", 2 * _DAY, 21, 9.4),
    ]
    hosts = {one["hostname"]: host(nodes, one) for one in nodes if one is not w3}
    hosts["w2"] = host(nodes, w2, days_left=9)
    hosts["w3"] = {"unreachable": True}
    full = "the file system of /var/lib/docker is 91 % full, 3.6 GB are free; flotilla.swarm.prune removes what no service uses."
    return Sources(
        hosts=hosts,
        disks={"m1": disk(31), "m2": disk(28), "m3": disk(12), "w1": disk(54), "w2": disk(91, full)},
        services=services,
        tasks=t.cast("t.Any", tasks),
        networks=[
            network(
                "backend",
                ["api", "cache", "db", "queue"],
                14,
                subnets=["10.0.2.0/24"],
                encrypted=True,
                internal=True,
            ),
            network("frontend", ["api", "web"], 11, attachable=True),
            network("ingress", ["web"], 9, ingress=True, subnets=["10.0.0.0/24"]),
        ],
    )


def calm() -> Sources:
    """Three managers and one service: nothing is wrong."""
    nodes = [node(name, manager="leader" if name == "m1" else "yes") for name in ("m1", "m2", "m3")]
    web = service("web", "nginx:1.27", wanted=3, running=3)
    return Sources(
        hosts={one["hostname"]: host(nodes, one) for one in nodes},
        services=[web],
        tasks=t.cast("t.Any", [task(web, number + 1, one) for number, one in enumerate(nodes)]),
        networks=[network("ingress", ["web"], ingress=True)],
    )


def large(node_count: int = 100, service_count: int = 200, replicas: int = 12) -> Sources:
    """A swarm of any size: most services with replicas, every twentieth on each node, some not well."""
    nodes = [
        node(
            f"node-{number:03}",
            manager=("leader" if number == 0 else "yes") if number < 5 else None,
            address=f"10.0.{number // 250}.{number % 250 + 1}",
            labels={"zone": "abcd"[number % 4], "rack": f"r{number % 12}", "disk": "ssd"},
            state="down" if number % 41 == 40 else "ready",
        )
        for number in range(node_count)
    ]
    services, tasks = [], []
    for number in range(service_count):
        image = f"registry.example.com/team-{number % 9}/service-{number}:1.{number}"
        if number % 20 == 0:
            one = service(f"agent-{number:03}", image, mode="global", wanted=node_count, running=node_count)
            tasks += [task(one, 0, where) for where in nodes]
        else:
            one = service(f"team-{number % 9}_service-{number:03}", image, wanted=replicas, running=replicas)
            on = [nodes[(number * 7 + slot * 13) % node_count] for slot in range(replicas)]
            if number % 10 == 3:
                one["update"] = update("completed", 86400.0, 86000.0)
                tasks += rolled(one, on, f"{image}-old", 86400.0, 30, 3)
            else:
                tasks += [task(one, slot + 1, where) for slot, where in enumerate(on)]
            if number % 31 == 5:
                tasks[-1].update(state="pending", node="", node_id="", error="no suitable node")
                one["problems"] = [f"slot {replicas} is pending: no suitable node"]
        services.append(one)
    names = [one["name"] for one in services]
    return Sources(
        hosts={one["hostname"]: host(nodes, one) for one in nodes},
        disks={one["hostname"]: disk(number % 84) for number, one in enumerate(nodes)},
        services=services,
        tasks=t.cast("t.Any", tasks),
        networks=[network(f"net-{number}", names[number * 5 : number * 5 + 5]) for number in range(40)],
    )
