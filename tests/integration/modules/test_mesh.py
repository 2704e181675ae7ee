# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traffic that only a kernel with IPVS and xfrm carries: ``make mesh`` runs this in a virtual machine with Debian's kernel."""

from __future__ import annotations

import collections
import re
import socket
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call
from ansible_collections.flotilla.swarm.tests.integration.modules.test_publish import asked, has_ipvs, inside

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
        "wait_timeout": 300,
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
    [made] = cluster.run(call("m1", "swarm_service", **alone))
    assert not made["failed"], made
    [home] = cluster.sh("m1", "docker service ps -f desired-state=running --format '{{.Node}}' one").split()
    cluster.until(lambda: all(answer(host, cluster) for host in HOSTS))
    assert {host: answer(host, cluster) for host in HOSTS} == dict.fromkeys(HOSTS, home)

    [scaled] = cluster.run(call("m1", "swarm_service", **{**alone, "replicas": 3}))
    assert not scaled["failed"], scaled
    for host in HOSTS:
        cluster.until(lambda host=host: all(answer(host, cluster) for _count in range(3)))
        answers = collections.Counter(answer(host, cluster) for _count in range(9))
        assert sorted(answers.values()) == [3, 3, 3], (host, answers)


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
    [made] = cluster.run(call("m1", "swarm_service", services=services))
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
    [made] = cluster.run(call("m1", "swarm_service", **client))
    assert not network["failed"] and not made["failed"], (network, made)
    there = inside(cluster, "w1", "client", "ip -4 addr show eth0 | sed -n 's,.*inet \\([0-9.]*\\)/.*,\\1,p'")
    before = _encrypted(cluster, "m1")
    assert "20 packets received" in inside(cluster, "m1", "client", f"ping -c 20 -i 0.2 {there}")
    assert _encrypted(cluster, "m1") - before >= 40


def _encrypted(stage: Stage, host: str) -> int:
    """How many packets a host's security associations have carried."""
    return sum(int(found) for found in re.findall(r"(\d+)\(packets\)", stage.sh(host, "ip -s xfrm state")))
