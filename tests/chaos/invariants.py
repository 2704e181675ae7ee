# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to hold after every kill and two further runs. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from .flows import Expected
from .look import Cluster, Raw

_NAME = "flotilla.name"


def violations(cluster: Cluster, hosts: t.Sequence[str], expected: t.Sequence[Expected]) -> list[str]:
    """What does not hold, in sentences; nothing where all is well.

    Args:
        cluster: as it stands.
        hosts: all hosts, each of which is to be a manager.
        expected: what every flow left there.
    """
    return [
        *_membership(cluster, hosts, expected),
        *_services(cluster, expected),
        *_contents(cluster, expected),
        *_networks(cluster, expected),
        *(f"{host}: left over: {one}" for host, found in cluster.left.items() for one in found),
    ]


def _membership(cluster: Cluster, hosts: t.Sequence[str], expected: t.Sequence[Expected]) -> t.Iterator[str]:
    swarms = {(local.get("Cluster") or {}).get("ID") for local in cluster.local.values()}
    if len(swarms) != 1 or None in swarms:
        yield f"hosts are in {len(swarms)} swarms: {swarms}"
    listed = Counter(node["Description"].get("Hostname") or "(no host name)" for node in cluster.nodes)
    if listed != Counter(hosts):
        yield f"the swarm lists {dict(listed)}, the inventory has {', '.join(hosts)}"
    own = {local["NodeID"] for local in cluster.local.values()}
    if own != {node["ID"] for node in cluster.nodes}:
        yield "an entry is not the node of any host"
    managers = [node for node in cluster.nodes if node["Spec"]["Role"] == "manager"]
    if len(managers) % 2 == 0:
        yield f"{len(managers)} managers vote"
    labels = {name: text for one in expected for name, text in one.labels.items()}
    for node in cluster.nodes:
        yield from _node(node, labels)


def _node(node: Raw, labels: dict[str, str]) -> t.Iterator[str]:
    name, spec = node["Description"].get("Hostname"), node["Spec"]
    found = (
        node["Status"]["State"],
        spec["Availability"],
        spec["Role"],
        (node.get("ManagerStatus") or {}).get("Reachability"),
    )
    if found != ("ready", "active", "manager", "reachable"):
        yield f"{name} is {', '.join(map(str, found))}"
    missing = {key: text for key, text in labels.items() if spec.get("Labels", {}).get(key) != text}
    if missing:
        yield f"{name} lacks the labels {missing}"


def _services(cluster: Cluster, expected: t.Sequence[Expected]) -> t.Iterator[str]:
    wanted = {name: one for each in expected for name, one in each.services.items()}
    found = {service["Spec"]["Name"]: service for service in cluster.services}
    if found.keys() != wanted.keys() or len(found) != len(cluster.services):
        yield f"services are {sorted(found)}, declared are {sorted(wanted)}"
    for name in found.keys() & wanted.keys():
        image, replicas = wanted[name]
        yield from _service(
            found[name],
            image,
            len(cluster.nodes) if replicas is None else replicas,
            [task for task in cluster.tasks if task["Name"].rpartition(".")[0] == name],
        )


def _service(service: Raw, image: str, replicas: int, tasks: list[Raw]) -> t.Iterator[str]:
    name, spec = service["Spec"]["Name"], service["Spec"]
    if spec["TaskTemplate"]["ContainerSpec"]["Image"].split("@")[0] != image:
        yield f"{name} has another image than {image}"
    moving = [label for label in spec.get("Labels", {}) if label == "flotilla.moving"]
    if moving:
        yield f"{name} is still marked as being moved"
    state = (service.get("UpdateStatus") or {}).get("State", "completed")
    if state != "completed":
        yield f"{name}: its update is {state}"
    run = [task for task in tasks if task["CurrentState"].startswith("Running")]
    if len(run) != replicas or len(tasks) != replicas:
        yield f"{name}: {len(run)} of {replicas} tasks run ({[task['CurrentState'] for task in tasks]})"
    if any(task["Image"].split("@")[0] != image for task in run):
        yield f"{name}: a task runs another image"


def _contents(cluster: Cluster, expected: t.Sequence[Expected]) -> t.Iterator[str]:
    wanted = Counter(name for each in expected for name in each.contents)
    found = Counter(_declared(one["Spec"]) for one in cluster.secrets + cluster.configs)
    if found != wanted:
        yield f"secrets and configs have these versions: {dict(found)}, declared are {sorted(wanted)}"


def _declared(spec: Raw) -> str:
    """The name as declared: every version of a secret or config has it."""
    return str((spec.get("Labels") or {}).get(_NAME) or spec["Name"])


def _networks(cluster: Cluster, expected: t.Sequence[Expected]) -> t.Iterator[str]:
    wanted = Counter({"ingress": 1, **{name: 1 for each in expected for name in each.networks}})
    found = Counter(network["Name"] for network in cluster.networks)
    if found != wanted:
        yield f"networks are {dict(found)}, declared are {sorted(wanted)}"
    subnets = {name: subnet for each in expected for name, subnet in each.subnets.items()}
    for network in cluster.networks:
        used = [one.get("Subnet") for one in network["IPAM"].get("Config") or []]
        if network["Name"] in subnets and used != [subnets[network["Name"]]]:
            yield f"{network['Name']} has the subnets {used}, declared is {subnets[network['Name']]}"
    attached = {
        one["Target"]
        for service in cluster.services
        for one in service["Spec"]["TaskTemplate"].get("Networks") or []
    }
    if attached - {network["Id"] for network in cluster.networks}:
        yield "a service is attached to a network that is gone"
