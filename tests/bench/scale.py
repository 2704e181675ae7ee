# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time and memory of whole runs on clusters of 30, 100 and 300 hosts with 1,000 services and 5,000 tasks.

The clusters are made of recorded answers behind a local connection: what an Engine and a network take is not measured, what
Ansible and this collection make of the answers is. For what Ansible takes for nothing, a play that only runs ``true`` on one
of the hosts stands beside.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import typing as t

from bench import CACHE, ROOT
from engine import serving
from large import Cluster

sys.path[:0] = [str(ROOT / ".cache" / "tree")]
from ansible_collections.flotilla.swarm.plugins.module_utils._export import entries  # noqa: E402
from ansible_collections.flotilla.swarm.plugins.module_utils._service.references import Catalogue  # noqa: E402
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import info, nodes  # noqa: E402

SERVICES, REPLICAS = 1000, 5
FOLDER = CACHE / "scale"
TRUE, PLAN, STATUS = "a play that only runs `true`", "the plan of `site`", "`status`"
REBALANCE = "the plan of `rebalance`"
DRIFT = "`drift` of all services, from these answers"
ANSWERS = "the same, and reads what hosts have answered"


class Figure(t.NamedTuple):
    """What a run took: seconds, and the most memory of one of its processes in MiB."""

    seconds: float
    memory: float


def seen(cluster: Cluster, number: int) -> dict[str, t.Any]:
    """A host as ``swarm_host_info`` returns it."""
    node, address = cluster.nodes[number], cluster.address(number)
    manager = "ManagerStatus" in node
    swarm: dict[str, t.Any] = {
        "state": "manager" if manager else "worker",
        "why": f"{cluster.names[number]} is a member.",
        "node_id": node["ID"],
        "address": address,
        "error": None,
        "remote_managers": [
            {"id": one["ID"], "address": one["ManagerStatus"]["Addr"]}
            for one in cluster.nodes
            if "ManagerStatus" in one
        ],
    }
    if manager:
        swarm |= {
            "swarm_id": "z8mc1pjl0anxc2yq7v7kza2s7",
            "nodes": nodes.views(cluster.nodes),
            "unfinished": [],
            "settings": {},
            "labels": {},
            "data_path_port": 4789,
            "default_addr_pool": ["10.0.0.0/8"],
            "subnet_size": 24,
        }
    return {
        "hostname": cluster.names[number],
        "os": {"id": "debian", "version_id": "13", "id_like": [], "codename": "trixie", "pretty_name": ""},
        "python": "3.13.5",
        "addresses": [{"interface": "eth0", "address": address, "prefix": 16, "family": "inet"}],
        "default_address": address,
        "engine": {
            "state": "running",
            "version": "26.1.5",
            "api_version": "1.45",
            "package": "docker.io",
            "daemon": {},
            "daemon_error": None,
            "held": True,
            "error": None,
        },
        "swarm": swarm,
        "listeners": [],
        "firewall": {"backend": "none", "openings": [], "guarded": [], "note": None},
    }


def _summed_up(swarm: dict[str, t.Any]) -> dict[str, t.Any]:
    """A host's swarm as ``swarm_info`` returns it."""
    return {**swarm, "summary": info.lines(swarm)} if swarm["state"] == "manager" else swarm


def inventory(cluster: Cluster, docker_host: str, answers: bool) -> dict[str, t.Any]:
    """The hosts with their labels, and the Engine that answers for all of them.

    Args:
        cluster: what is simulated.
        docker_host: the address of its Engine.
        answers: add what was read on each host, which Ansible has in its memory in a real run, and reads from here.
    """
    hosts: dict[str, dict[str, t.Any]] = {
        name: {"ansible_host": cluster.address(number), "swarm_labels_node": {"zone": cluster.zone(number)}}
        for number, name in enumerate(cluster.names)
    }
    for number, host in enumerate(hosts.values() if answers else ()):
        host["__swarm_plan_info"] = {"host": seen(cluster, number)}
        host["__swarm_status"] = _summed_up(seen(cluster, number)["swarm"])
    groups = {
        f"swarm_{role}s": {"hosts": {name: host for name, host in hosts.items() if name[0] == role[0]}}
        for role in ("manager", "worker")
    }
    local = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "__bench_engine": docker_host,
    }
    return {"all": {"vars": local, "children": {"swarm": {"children": groups}}}}


def plays(cluster: Cluster) -> dict[str, list[dict[str, t.Any]]]:
    """What is timed: its name in the table, and its tasks on the first manager."""
    engine = {"docker_host": "{{ __bench_engine }}"}
    changed = [{"hostname": name, "labels": {"zone": "{{ 999999 | random }}"}} for name in cluster.names]
    same = [
        {"hostname": name, "labels": {"zone": cluster.zone(number)}}
        for number, name in enumerate(cluster.names)
    ]
    return {
        TRUE: [{"ansible.builtin.command": "true"}],
        ANSWERS: [{"ansible.builtin.command": "true"}],
        PLAN: [{"flotilla.swarm.swarm_plan": {"stage": "hosts"}}],
        "all labels, unchanged": [{"flotilla.swarm.swarm_node": {"nodes": same, **engine}}],
        "all labels, all of them written": [{"flotilla.swarm.swarm_node": {"nodes": changed, **engine}}],
        REBALANCE: [{"flotilla.swarm.swarm_rebalance": engine, "check_mode": True}],
        DRIFT: drift(cluster),
        STATUS: [
            {"flotilla.swarm.swarm_service_info": engine, "register": "__swarm_services"},
            {
                "flotilla.swarm.swarm_show": {
                    "lines": "{{ groups['swarm'] | flotilla.swarm.swarm_status(hostvars, '__swarm_status')"
                    " + groups['swarm'] | flotilla.swarm.swarm_service_status(hostvars, '__swarm_services') }}"
                }
            },
        ],
    }


def drift(cluster: Cluster) -> list[dict[str, t.Any]]:
    """The tasks of the playbook: the plan of a deployment that declares all services, and what is declared nowhere."""
    engine = {"docker_host": "{{ __bench_engine }}"}
    declared = [
        {**entries.service(raw, Catalogue({}, {}, {})), "resolve_image": "never"} for raw in cluster.services
    ]
    infos = "dict(groups['swarm'] | zip(groups['swarm'] | map('extract', hostvars) | map(attribute='__swarm_status')))"
    compared = (
        "{{ groups['swarm'] | flotilla.swarm.swarm_drift(" + infos + ", {'services': __bench_declared}, "
        "{'deploy': __bench_deploy, 'services': __bench_services.services}) }}"
    )
    plan = {"services": "{{ __bench_declared }}", **engine}
    return [
        {"ansible.builtin.set_fact": {"__bench_declared": declared}},
        {"flotilla.swarm.swarm_deploy": plan, "check_mode": True, "register": "__bench_deploy"},
        {"flotilla.swarm.swarm_service_info": engine, "register": "__bench_services"},
        {"ansible.builtin.set_fact": {"__bench_drift": compared}},
        {"ansible.builtin.assert": {"that": "not __bench_drift.drift", "quiet": True}},
    ]


def run(book: str, where: str) -> Figure:
    """Run a playbook.

    Raises:
        SystemExit: it failed.
    """
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "tree"),
        "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
        "ANSIBLE_PIPELINING": "true",
    }
    command = [str(ROOT / ".venv" / "bin" / "ansible-playbook"), book, "-i", where]
    printed = FOLDER / "output.txt"
    start = time.monotonic()
    with printed.open("wb") as output:
        child = os.posix_spawn(
            command[0],
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
            ],
        )
        _pid, status, usage = os.wait4(child, 0)
    seconds = time.monotonic() - start
    if status != 0:
        sys.exit(f"{book} failed:\n{printed.read_text(encoding='utf-8')[-4000:]}")
    return Figure(seconds, usage.ru_maxrss / 1024)


def measure(size: int, rounds: int) -> dict[str, Figure]:
    """The figures of a size: the median of the rounds' seconds, and the most memory."""
    cluster = Cluster(size, SERVICES, REPLICAS)
    taken: dict[str, list[Figure]] = {}
    with serving(cluster, FOLDER / "engine.sock") as docker_host:
        where = {answers: FOLDER / f"inventory-{answers}.json" for answers in (False, True)}
        for answers, path in where.items():
            path.write_text(json.dumps(inventory(cluster, docker_host, answers)), encoding="utf-8")
        books = {}
        for number, (name, tasks) in enumerate(plays(cluster).items()):
            books[name] = FOLDER / f"{number}.yml"
            books[name].write_text(
                json.dumps([{"hosts": "m1", "gather_facts": False, "tasks": tasks}]), encoding="utf-8"
            )
        # The labels that were written are those of the cluster again in the next round.
        labels = [dict(node["Spec"]["Labels"]) for node in cluster.nodes]
        for _round in range(rounds):
            for name, book in books.items():
                taken.setdefault(name, []).append(
                    run(str(book), str(where[name in (ANSWERS, PLAN, DRIFT, STATUS)]))
                )
                for node, before in zip(cluster.nodes, labels, strict=True):
                    node["Spec"]["Labels"] = dict(before)
                print(f"  {size:4} hosts  {name:<34} {taken[name][-1].seconds:6.2f} s", flush=True)
    return {
        name: Figure(statistics.median(one.seconds for one in figures), max(one.memory for one in figures))
        for name, figures in taken.items()
    }


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--sizes", default="30,100,300", help="numbers of hosts (default: 30,100,300)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default: 3)")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = {size: measure(size, options.rounds) for size in sizes}
    print(
        f"\n{SERVICES:,} services, {SERVICES * REPLICAS:,} tasks; median of {options.rounds} rounds, most memory\n"
    )
    print(f"| run | {' | '.join(f'{size} hosts' for size in sizes)} |")
    print("|---|" + "---|" * len(sizes))
    for name in found[sizes[0]]:
        cells = [f"{found[size][name].seconds:.2f} s, {found[size][name].memory:.0f} MiB" for size in sizes]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
