# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How services are reached, from outside and by each other, over networks of several hosts with both Engines."""

from __future__ import annotations

import json
import shlex
import socket
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call

# Answers on TCP and UDP with the port that was asked; the hosts' own Python, since the image has none.
_ANSWER = """
import socket, threading
def serve(kind, port):
    s = socket.socket(socket.AF_INET, kind)
    s.bind(("", port))
    if kind == socket.SOCK_DGRAM:
        while True:
            s.sendto(b"udp %d" % port, s.recvfrom(99)[1])
    s.listen()
    while True:
        c = s.accept()[0]
        c.sendall(b"tcp %d" % port)
        c.close()
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for port in (90, 91, 92, 93):
        threading.Thread(target=serve, args=(kind, port)).start()
"""
NETWORKS = [
    {"name": "disc"},
    {
        "name": "inner",
        "internal": True,
        "mtu": 1400,
        "ipam_config": [{"subnet": "10.78.0.0/24"}],
    },
    {
        "name": "six",
        "enable_ipv6": True,
        "ipam_config": [{"subnet": "10.79.0.0/24"}, {"subnet": "fd00:0:0:79::/64"}],
    },
]
PUBLISHED = [
    {"target_port": "90", "published_port": "8190", "mode": "host"},
    {"target_port": "90", "published_port": "8190", "mode": "host", "protocol": "udp"},
    {"target_port": "91-92", "published_port": "8191-8192", "mode": "host"},
    {"target_port": "90", "published_port": "8290"},
    {"target_port": "90", "published_port": "8290", "protocol": "udp"},
    {"target_port": "91-93", "published_port": "8291-8293", "mode": "ingress"},
    {"target_port": "93"},
]


@pytest.fixture(scope="module")
def reach(stage: Stage) -> t.Iterator[None]:
    """What the tests made goes away again."""
    yield
    gone = [{"name": network["name"], "state": "absent"} for network in NETWORKS]
    # One that takes its time is asked again: an emulated machine has slow managers.
    stage.until(
        lambda: stage.sh("m1", "docker service ls -q | xargs -r docker service rm >/dev/null && echo gone")
    )
    [removed] = stage.run(call("m1", "swarm_network", networks=gone))
    assert not removed["failed"], removed


@pytest.fixture
def deployed(cluster: Stage, reach: None) -> Stage:
    """A server behind a virtual IP, one without, clients everywhere, and a service that publishes everything."""
    image, quick = f"{cluster.lab.registry}/tiny:1", {"update_config": {"monitor": "500ms"}}
    serve = {
        "image": image,
        "replicas": 2,
        "command": "httpd -f -h /www",
        "networks": ["disc"],
        **quick,
        "stop_signal": "SIGKILL",
    }
    services = [
        {"name": "web", **serve, "placement": {"replicas_max_per_node": 1}},
        {"name": "rr", **serve, "endpoint_mode": "dnsrr", "placement": {"replicas_max_per_node": 1}},
        {"name": "client", "image": image, "mode": "global", "networks": ["disc"], **quick},
        {"name": "closed", "image": image, "mode": "global", "networks": ["inner"], **quick},
        {
            "name": "open",
            "image": image,
            "mode": "global",
            "command": ["chroot", "/host", "python3", "-c", _ANSWER],
            "mounts": [{"source": "/", "target": "/host", "readonly": True}],
            "publish": PUBLISHED,
            "stop_signal": "SIGKILL",
            **quick,
        },
    ]
    made = cluster.run(
        call("m2", "swarm_network", networks=NETWORKS), call("m1", "swarm_service", services=services)
    )
    # Past the module: some of its tasks are rejected, until one is given an IPv4 address.
    cluster.sh(
        "m1",
        f"docker service create -d -q --name six --restart-delay 2s --mode global --network six {image}",
    )
    assert [result.get("msg") for result in made if result["failed"]] == []
    return cluster


def inside(stage: Stage, host: str, service: str, command: str) -> str:
    """A shell command in a service's container on a host."""
    found = f"$(docker ps -q -f label=com.docker.swarm.service.name={service} | head -n 1)"
    return stage.sh(host, f"docker exec {found} sh -c {shlex.quote(command)}")


def has_ipvs(stage: Stage) -> bool:
    """Whether the kernel can balance virtual IPs."""
    return stage.sh("m1", "cat /proc/net/ip_vs 2>/dev/null | head -n 1", check=False) != ""


def asked(address: str, port: int, kind: socket.SocketKind) -> str:
    """What a port answers."""
    with socket.socket(socket.AF_INET, kind) as one:
        one.settimeout(5)
        one.connect((address, port))
        one.send(b"?")
        return one.recv(99).decode()


def test_published_ports_and_names_work_between_hosts(deployed: Stage) -> None:
    """W2, W3, W1: ports of both protocols, modes and ranges; names of vip and dnsrr services; IPv6, MTU and no way out."""
    _published(deployed)
    _found_by_name(deployed)
    _closed(deployed)
    _has_ipv6(deployed)


def _published(stage: Stage) -> None:
    [raw] = json.loads(stage.sh("m1", "docker service inspect open"))
    shape = ("PublishedPort", "TargetPort", "Protocol", "PublishMode")
    wanted = sorted(
        [
            (8190, 90, "tcp", "host"),
            (8190, 90, "udp", "host"),
            (8191, 91, "tcp", "host"),
            (8192, 92, "tcp", "host"),
        ]
        + [(8290, 90, "tcp", "ingress"), (8290, 90, "udp", "ingress")]
        + [(8200 + port, port, "tcp", "ingress") for port in (91, 92, 93)]
    )
    named = [port for port in raw["Spec"]["EndpointSpec"]["Ports"] if "PublishedPort" in port]
    assert sorted(tuple(port[key] for key in shape) for port in named) == wanted
    given = [tuple(port[key] for key in shape) for port in raw["Endpoint"]["Ports"]]
    [chosen] = set(given) - set(wanted)
    assert sorted(set(given) - {chosen}) == wanted
    assert 30000 <= chosen[0] <= 32767 and chosen[1:] == (93, "tcp", "ingress")
    for host in stage.names:
        address = stage.address(host)
        assert asked(address, 8190, socket.SOCK_STREAM) == "tcp 90"
        assert asked(address, 8190, socket.SOCK_DGRAM) == "udp 90"
        assert asked(address, 8191, socket.SOCK_STREAM) == "tcp 91"
        assert asked(address, 8192, socket.SOCK_STREAM) == "tcp 92"
        if has_ipvs(stage):
            assert asked(address, 8290, socket.SOCK_STREAM) == "tcp 90"
            assert asked(address, 8290, socket.SOCK_DGRAM) == "udp 90"
            assert asked(address, 8293, socket.SOCK_STREAM) == "tcp 93"


def _found_by_name(stage: Stage) -> None:
    look = "{ nslookup %s 127.0.0.11 || true; } 2>/dev/null | awk '/^Name/{f=1} f&&/^Address/{print $NF}' | sort -u"
    [raw] = json.loads(stage.sh("m1", "docker service inspect web"))
    [virtual] = [one["Addr"].partition("/")[0] for one in raw["Endpoint"]["VirtualIPs"]]
    assert "VirtualIPs" not in json.loads(stage.sh("m1", "docker service inspect rr"))[0]["Endpoint"]
    seen = {}
    for host in stage.names:
        assert inside(stage, host, "client", look % "web") == virtual
        tasks = inside(stage, host, "client", look % "tasks.web").split()
        assert len(tasks) == 2
        seen[host] = inside(stage, host, "client", look % "rr").split()
        assert len(seen[host]) == 2
        assert virtual not in seen[host]
        for address in (*seen[host], *tasks, *([virtual] if has_ipvs(stage) else [])):
            # The image's wget dies of a missing library.
            page = f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {address} 80 | tail -n 1"
            assert inside(stage, host, "client", page) == "1", (host, address)
    assert len({tuple(found) for found in seen.values()}) == 1, seen


def _closed(stage: Stage) -> None:
    for host in ("m1", "m2"):
        shown = inside(stage, host, "closed", "ip addr show eth0; ip route")
        # 50 bytes of each packet are for the one that it is wrapped into.
        assert "mtu 1350" in shown
        assert "default" not in shown
        other = stage.address("m2" if host == "m1" else "m1")
        ping = f"ping -c 1 -W 2 {other} >/dev/null 2>&1 && echo out || echo no way out"
        assert inside(stage, host, "closed", ping) == "no way out"
        assert inside(stage, host, "client", ping) == "out"


def _has_ipv6(stage: Stage) -> None:
    for host in ("m1", "m2"):
        stage.until(
            lambda host=host: stage.sh(host, "docker ps -q -f label=com.docker.swarm.service.name=six")
        )
        assert "inet6 fd00:0:0:79:" in inside(stage, host, "six", "ip -6 addr show eth0")
