# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traffic that only a kernel with IPVS and xfrm carries: ``make mesh`` runs this in a virtual machine with Debian's kernel."""

from __future__ import annotations

import collections
import re
import shlex
import socket
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call
from ansible_collections.flotilla.swarm.tests.integration.modules.test_publish import asked, has_ipvs, inside
from ansible_collections.flotilla.swarm.tests.integration.running import site

pytestmark = pytest.mark.mesh

# Answers with the name of its node; the hosts' own Python, since the image has none.
_ANSWER = """
import socket
me = open("/etc/hostname").read().strip().encode()
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 90)); s.listen()
while True:
    c = s.accept()[0]; c.recv(9); c.sendall(me); c.close()
"""
HOSTS = ("m1", "m2", "m3", "w1")
# An emulated machine takes a minute to start some tasks.
PATIENT = {"wait_timeout": 280}
_STATISTICS = """
import socket
s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy/admin.sock"); s.sendall(b"show stat\\n")
print(b"".join(iter(lambda: s.recv(65536), b"")).decode())
"""


def answering(stage: Stage, name: str, **options: t.Any) -> dict[str, t.Any]:
    """A service whose tasks answer with the name of their node."""
    return {
        "name": name,
        "image": f"{stage.lab.registry}/tiny:1",
        "command": ["chroot", "/host", "python3", "-c", _ANSWER],
        "mounts": [{"source": "/", "target": "/host", "readonly": True}],
        "placement": {"replicas_max_per_node": 1},
        "update_config": {"monitor": "500ms", "parallelism": 0},
        "stop_signal": "SIGKILL",
        **options,
    }


def answer(host: str, stage: Stage) -> str:
    """What the mesh answers on a host; empty where nobody listens yet, as for a while after a task's start."""
    try:
        return asked(stage.address(host), 8400, socket.SOCK_STREAM)
    except OSError:
        return ""


@pytest.fixture(autouse=True)
def gone(cluster: Stage) -> t.Iterator[None]:
    """The tests' services and networks go away again."""
    assert has_ipvs(cluster), (
        "this kernel has no IPVS: make mesh runs these tests in a virtual machine that has it"
    )
    yield
    cluster.sh("m1", "docker service ls -q | xargs -r docker service rm >/dev/null")
    cluster.run(call("m1", "swarm_network", networks=[{"name": "secret", "state": "absent"}], timeout=120))


def test_the_mesh_answers_on_every_node_and_shares_among_the_tasks(cluster: Stage) -> None:
    """W2: one task behind four nodes; then three tasks, and each of the nodes asks all of them."""
    alone = answering(cluster, "one", replicas=1, publish=[{"target_port": 90, "published_port": 8400}])
    [made] = cluster.run(call("m1", "swarm_service", **alone, **PATIENT))
    assert not made["failed"], made
    [home] = cluster.sh("m1", "docker service ps -f desired-state=running --format '{{.Node}}' one").split()
    cluster.until(lambda: all(answer(host, cluster) for host in HOSTS))
    assert {host: answer(host, cluster) for host in HOSTS} == dict.fromkeys(HOSTS, home)

    [scaled] = cluster.run(call("m1", "swarm_service", **{**alone, "replicas": 3}, **PATIENT))
    assert not scaled["failed"], scaled
    for host in HOSTS:
        cluster.until(lambda host=host: all(answer(host, cluster) for _count in range(3)))
        answers = collections.Counter(answer(host, cluster) for _count in range(9))
        assert sorted(answers.values()) == [3, 3, 3], (host, answers)


def test_a_load_balancer_asks_the_mesh(cluster: Stage) -> None:
    """W4: on a host of the swarm, with one task behind four nodes; one of them leaves the rotation for a maintenance."""
    publish = [{"target_port": 90, "published_port": 8400}]
    wanted = answering(cluster, "one", replicas=1, publish=publish, labels={"load_balancer.80": "mode=tcp"})
    [made] = cluster.run(call("m1", "swarm_service", **wanted, **PATIENT))
    assert not made["failed"], made
    inventory = {
        "swarm": {
            "children": {
                "swarm_managers": {"hosts": {"m1": {}, "m2": {}, "m3": {}}},
                "swarm_workers": {"hosts": {"w1": {}}},
            }
        },
        "swarm_load_balancers": {"hosts": {"w1": {}}},
    }
    run = site(cluster.lab, inventory, book="load_balancer", swarm_load_balancer_firewall=False).succeeded()
    assert "8400 (mesh)" in run.text
    cluster.until(lambda: _usable(cluster) == dict.fromkeys(HOSTS, "UP"))
    home = cluster.sh("m1", "docker service ps -f desired-state=running --format '{{.Node}}' one")
    assert {asked(cluster.address("w1"), 80, socket.SOCK_STREAM) for _count in range(8)} == {home}
    node = cluster.node("m2")["ID"]
    drained = cluster.one("w1", "swarm_load_balancer", state="drain", node=node, timeout=5)
    assert drained["changed"], drained
    assert _usable(cluster) == {**dict.fromkeys(HOSTS, "UP"), "m2": "DRAIN"}
    assert {asked(cluster.address("w1"), 80, socket.SOCK_STREAM) for _count in range(8)} == {home}


def _usable(stage: Stage) -> dict[str, str]:
    """The states of the balancer's servers by their nodes."""
    shown = stage.sh("w1", f"python3 -c {shlex.quote(_STATISTICS)}")
    rows = [line.split(",") for line in shown.splitlines() if line.startswith("one.80.8400,")]
    return {row[1].partition(".")[0]: row[17] for row in rows if "." in row[1]}


def test_a_virtual_ip_shares_among_the_tasks(cluster: Stage) -> None:
    """W3: nine requests by name, three for each task."""
    [network] = cluster.run(call("m1", "swarm_network", name="secret"))
    services = [
        answering(cluster, "behind", replicas=3, networks=["secret"]),
        {
            "name": "client",
            "image": f"{cluster.lab.registry}/tiny:1",
            "mode": "global",
            "networks": ["secret"],
        },
    ]
    [made] = cluster.run(call("m1", "swarm_service", services=services, **PATIENT))
    assert not network["failed"] and not made["failed"], (network, made)
    for host in HOSTS:
        nine = inside(
            cluster, host, "client", "for n in 1 2 3 4 5 6 7 8 9; do nc -w 5 behind 90 </dev/null; echo; done"
        )
        assert sorted(collections.Counter(nine.split()).values()) == [3, 3, 3], (host, nine)


def test_an_encrypted_network_carries_only_what_is_encrypted(cluster: Stage) -> None:
    """W1: a ping between hosts passes, and every packet of it left and came as ESP."""
    [network] = cluster.run(call("m1", "swarm_network", name="secret", encrypted=True))
    client = {
        "name": "client",
        "image": f"{cluster.lab.registry}/tiny:1",
        "mode": "global",
        "networks": ["secret"],
    }
    [made] = cluster.run(call("m1", "swarm_service", **client, **PATIENT))
    assert not network["failed"] and not made["failed"], (network, made)
    there = inside(cluster, "w1", "client", "ip -4 addr show eth0 | sed -n 's,.*inet \\([0-9.]*\\)/.*,\\1,p'")
    before = _encrypted(cluster, "m1")
    assert "20 packets received" in inside(cluster, "m1", "client", f"ping -c 20 -i 0.2 {there}")
    assert _encrypted(cluster, "m1") - before >= 40


def _encrypted(stage: Stage, host: str) -> int:
    """How many packets a host's security associations have carried."""
    return sum(int(found) for found in re.findall(r"(\d+)\(packets\)", stage.sh(host, "ip -s xfrm state")))
