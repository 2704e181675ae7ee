# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two load balancers outside of a swarm, and what a client sees that asks all the time through their virtual address.

The test hosts' kernel has no mesh, so the ports are published by the nodes that run tasks; the mesh has its test
in ``modules/test_mesh.py``.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import re
import socket
import ssl
import subprocess
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Lab, own_lab
from ansible_collections.flotilla.swarm.tests.integration.conftest import lab_name
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.modules.watching import Watch
from ansible_collections.flotilla.swarm.tests.integration.running import Run, site

# The first has HAProxy 3.0 (Debian 13), the second 2.6 (Debian 12).
BALANCERS = ("w3", "w4")
INVENTORY: dict[str, t.Any] = {
    "swarm": {
        "children": {
            "swarm_managers": {"hosts": {"m1": {}}},
            "swarm_workers": {"hosts": {"w1": {}, "w2": {}}},
        }
    },
    "swarm_load_balancers": {"hosts": {name: {} for name in BALANCERS}},
}
_SOCKET = (
    "import socket,sys;s=socket.socket(1);s.connect('/run/haproxy/admin.sock');s.sendall(sys.argv[1].encode()+b'\\n');\
print(b''.join(iter(lambda:s.recv(65536),b'')).decode())"
)

# The hosts' own Python, since the image has none: answers by TLS on 91, and on 92 with the address of the client that the PROXY
# protocol tells (its specification, 2.2: 12 bytes, version and command, family, length, addresses).
_PEER = """
import os, socket, ssl, threading
pem = os.memfd_create("pem")
os.write(pem, os.environ["PEM"].encode())
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("/proc/self/fd/%d" % pem)
def answer(c, told):
    if c.recv(9999):
        c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + told.encode())
    c.close()
def secure(c):
    answer(tls.wrap_socket(c, server_side=True), "secure")
def told(c):
    head = c.recv(16, socket.MSG_WAITALL)
    assert head[:12] == bytes([13, 10, 13, 10, 0, 13, 10]) + b"QUIT" + bytes([10]), head
    rest = c.recv(int.from_bytes(head[14:], "big"), socket.MSG_WAITALL)
    answer(c, ".".join(map(str, rest[:4])))
def serve(port, meet):
    s = socket.create_server(("", port))
    while True:
        threading.Thread(target=meet, args=(s.accept()[0],)).start()
threading.Thread(target=serve, args=(91, secure)).start()
serve(92, told)
"""


class Asking(threading.Thread):
    """A client that asks ten times a second, each time by a new connection, and remembers what it saw."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.asked = 0
        self.slowest = 0.0
        self.failed: list[tuple[float, str]] = []
        self._over = threading.Event()

    def __enter__(self) -> Asking:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        """Ask."""
        while not self._over.wait(0.1):
            begun = time.monotonic()
            try:
                assert ask(self.address) == 200
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.failed.append((time.time(), repr(error)))
            self.asked += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)

    @property
    def gap(self) -> float:
        """The seconds between the first and the last failure."""
        return self.failed[-1][0] - self.failed[0][0] if self.failed else 0.0


def ask(address: str, port: int = 80, timeout: float = 10, context: ssl.SSLContext | None = None) -> int:
    """The status of a request."""
    return answer(address, port, timeout, context)[0]


def answer(
    address: str, port: int, timeout: float = 10, context: ssl.SSLContext | None = None
) -> tuple[int, str]:
    """The status of a request, and what it answers."""
    kind = (
        http.client.HTTPSConnection(address, port, timeout=timeout, context=context)
        if context
        else http.client.HTTPConnection(address, port, timeout=timeout)
    )
    try:
        kind.request("GET", "/")
        answered = kind.getresponse()
        return answered.status, answered.read().decode()
    finally:
        kind.close()


class Balanced:
    """The hosts."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.stage = Stage(lab, folder)
        self.addresses = {name: lab.host(name).address for name in self.stage.names}
        [prefix] = {
            one["prefixlen"]
            for link in json.loads(self.sh("ip -j address"))
            for one in link["addr_info"]
            if one["local"] == self.addresses["m1"]
        }
        network = ipaddress.ip_interface(f"{self.addresses['m1']}/{prefix}").network
        self.virtual = f"{network[-6]}/{prefix}"
        self.address = self.virtual.partition("/")[0]
        self.certificate = certificate(folder, "site")

    def sh(self, command: str, host: str = "m1", check: bool = True) -> str:
        return self.stage.sh(host, command, check=check)

    def run(self, book: str, *arguments: str, **variables: t.Any) -> Run:
        return site(self.lab, INVENTORY, *arguments, book=book, **variables)

    def balance(self, *arguments: str, **more: t.Any) -> Run:
        """Run the playbook."""
        frontends = [
            {"service": "web", "port": 443, "mode": "http", "check": "/", "certificate": "site"},
            {"service": "web", "port": 8443},
        ]
        declared = {
            "swarm_load_balancer_virtual_ip": self.virtual,
            "swarm_load_balancer_certificates": [{"name": "site", "content": self.certificate}],
            "swarm_load_balancer_frontends": frontends,
        }
        # On the command line, the key would be in the process list by the test's own doing.
        given = self.stage.write("balancer.json", {**declared, **more})
        return self.run("load_balancer", "-e", f"@{given}", *arguments)

    def say(self, host: str, command: str) -> str:
        return self.sh(f'python3 -c "{_SOCKET}" "{command}"', host)

    def workers(self) -> dict[str, str]:
        """The process of each balancer's HAProxy that takes connections: a reload has another one."""
        return {
            host: next(line for line in self.say(host, "show info").splitlines() if line.startswith("Pid:"))
            for host in BALANCERS
        }

    def states(self, host: str, section: str = "web.80.8080") -> dict[str, str]:
        """The states of servers by the host name of their node."""
        rows = [
            line.split(",")
            for line in self.say(host, "show stat").splitlines()
            if line.startswith(f"{section},")
        ]
        return {row[1].partition(".")[0]: row[17] for row in rows if "." in row[1]}

    def until(self, holds: t.Callable[[], t.Any], seconds: float = 60) -> None:
        self.stage.until(holds, seconds)

    def until_up(self, section: str = "web.80.8080", **wanted: str) -> None:
        """Wait until every balancer has servers in these states."""
        self.until(lambda: all(wanted.items() <= self.states(host, section).items() for host in BALANCERS))

    def holder(self) -> list[str]:
        """Who has the virtual address."""
        return [host for host in BALANCERS if self.address in self.sh("ip -j address", host)]


def only(pem: str) -> ssl.SSLContext:
    """A client that trusts one certificate and no other."""
    made = ssl.create_default_context(cadata=pem)
    made.check_hostname = False
    return made


def certificate(folder: Path, name: str) -> str:
    """A certificate and its key."""
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            folder / f"{name}.key",
            "-out",
            folder / f"{name}.crt",
            "-days",
            "2",
            "-subj",
            f"/CN={name}",
        ],
        check=True,
        capture_output=True,
    )
    return (folder / f"{name}.crt").read_text() + (folder / f"{name}.key").read_text()


@pytest.fixture(scope="module")
def balanced(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Balanced]:
    # Both filter, so that a request is a proof that its port was opened, and one holder of the address that VRRP was.
    walls = "w3=nftables,w4=ufw"
    with own_lab(
        lab_name("balancer"), managers=1, workers=4, engine="mixed", bare="w3", firewall=walls
    ) as lab:
        made = Balanced(lab, tmp_path_factory.mktemp("balancer"))
        for host in BALANCERS:
            # The image of the test hosts does not have them.
            fetched = "apt-get install -y --download-only haproxy keepalived >/dev/null 2>&1 && echo fetched"
            if (
                made.sh(f"{{ {fetched}; }} || {{ apt-get update -q; {fetched}; }}", host, check=False)[-7:]
                != "fetched"
            ):
                pytest.skip(f"{host} reaches no package mirror for haproxy")
        made.run("site").succeeded()
        yield made


@pytest.fixture(scope="module")
def web(balanced: Balanced) -> Balanced:
    """A service on both workers that asks for a frontend by its label."""
    service = {
        "name": "web",
        "image": f"{balanced.lab.registry}/tiny:1",
        "mode": "global",
        "command": ["httpd", "-f", "-p", "80", "-h", "/www"],
        "stop_signal": "SIGKILL",
        "publish": [{"published_port": 8080, "target_port": 80, "mode": "host"}],
        "labels": {"load_balancer.80": "mode=http check=/"},
        "placement": {"constraints": ["node.role==worker"]},
    }
    balanced.run("deploy", swarm_services=[service]).succeeded()
    return balanced


@pytest.fixture
def up(web: Balanced) -> Balanced:
    """With both load balancers."""
    web.balance().succeeded()
    web.until_up(w1="UP", w2="UP")
    return web


def test_check_mode_a_first_run_and_a_second(web: Balanced) -> None:
    for host in BALANCERS:
        web.sh(
            "apt-get purge -qq -y haproxy keepalived >/dev/null 2>&1; rm -rf /etc/haproxy /etc/keepalived",
            host,
        )
    shown = web.balance("--check", "--diff").succeeded()
    assert "+listen web.80.8080" in shown.text
    assert "PRIVATE" not in shown.text
    assert not any("haproxy" in web.sh("ls /etc /usr/sbin", host) for host in BALANCERS)
    key = web.certificate.splitlines()[-3]
    with contextlib.ExitStack() as stack:
        watches = {host: stack.enter_context(Watch(web.stage, host, (re.escape(key),))) for host in BALANCERS}
        first = web.balance("-vvv").succeeded()
    assert key not in first.text
    for host, watch in watches.items():
        assert [place for place, text in watch.places.items() if key in text] == [], host
        assert [text for place, text in watch.places.items() if place.startswith("files") and text] == [], (
            host
        )
    assert [web.sh("stat -c '%a %U' /etc/haproxy/flotilla/*.pem", host) for host in BALANCERS] == [
        "600 root"
    ] * 2
    web.until_up(w1="UP", w2="UP", m1="DOWN")
    # Whichever was ready first.
    web.until(lambda: len(web.holder()) == 1)
    assert ask(web.address) == 200
    assert ask(web.address, 443, context=only(web.certificate)) == 200
    # What is in a connection is not looked into.
    assert ask(web.address, 8443) == 200

    before = web.workers()
    again = web.balance("--diff").succeeded()
    assert set(again.changed.values()) == {0}, again.text
    assert web.workers() == before


def test_what_cannot_be_leaves_what_runs(up: Balanced) -> None:
    before = up.workers()
    files = {host: up.sh("sha256sum /etc/haproxy/haproxy.cfg", host) for host in BALANCERS}
    lost = up.balance(swarm_load_balancer_frontends=[{"service": "wbe"}])
    assert "A frontend names the service wbe, and there is none. Nothing was changed." in lost.text
    twice = up.balance(swarm_load_balancer_frontends=[{"service": "web", "port": 80}])
    assert "Two frontends want the port 80" in twice.text
    broken = (
        "-----BEGIN CERTIFICATE-----\ncanary3f9a\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nx\n"
    )
    refused = up.balance("-vvv", swarm_load_balancer_certificates=[{"name": "site", "content": broken}])
    assert "HAProxy refuses the new configuration" in refused.text
    assert "unable to load certificate" in refused.text
    assert "canary3f9a" not in refused.text
    assert up.workers() == before
    # Another program has the port, which no reading of the file can tell.
    taken = up.balance(swarm_load_balancer_frontends=[{"service": "web", "port": 22}])
    assert "The configuration of before is back" in taken.text
    assert all(run.status != 0 for run in (lost, twice, refused, taken))
    assert {host: up.sh("sha256sum /etc/haproxy/haproxy.cfg", host) for host in BALANCERS} == files
    assert ask(up.address) == 200
    assert set(up.balance().succeeded().changed.values()) == {0}


def test_tls_that_ends_in_the_service_and_the_address_of_the_client(up: Balanced, tmp_path: Path) -> None:
    """The service's own certificate passes through; with the PROXY protocol it learns the client's address, and checks pass."""
    own = certificate(tmp_path, "peer")
    service = {
        "name": "peer",
        "image": f"{up.lab.registry}/tiny:1",
        "mode": "global",
        "command": ["chroot", "/host", "python3", "-c", _PEER],
        "env": {"PEM": own},
        "mounts": [{"source": "/", "target": "/host", "readonly": True}],
        "stop_signal": "SIGKILL",
        "publish": [
            {"published_port": 8400 + port, "target_port": port, "mode": "host"} for port in (91, 92)
        ],
        "placement": {"constraints": ["node.role==worker"]},
    }
    up.run("deploy", swarm_services=[service]).succeeded()
    frontends = [
        {"service": "peer", "published_port": 8491, "port": 8444},
        {"service": "peer", "published_port": 8492, "port": 8445, "proxy_protocol": True},
    ]
    up.balance(swarm_load_balancer_frontends=frontends).succeeded()
    for section in ("peer.8444.8491", "peer.8445.8492"):
        up.until_up(section, w1="UP", w2="UP", m1="DOWN")
    assert answer(up.address, 8444, context=only(own)) == (200, "secure")
    with socket.create_connection((up.address, 8445)) as line:
        ours = line.getsockname()[0]
    assert answer(up.address, 8445) == (200, ours)
    with pytest.raises(ssl.SSLError):
        ask(up.address, 8444, context=only(up.certificate))
    up.run("deploy", swarm_services=[{"name": "peer", "state": "absent"}]).succeeded()


def test_a_balancer_that_is_not_reached_holds_no_maintenance_up(up: Balanced, tmp_path: Path) -> None:
    """The one that is reached drains the node; the other one, which goes on to balance, finds out by its checks."""
    lost = up.lab.host("w4")
    lost.run("systemctl stop ssh.socket ssh; pkill -x sshd; pkill sshd-session; true", over="exec")
    try:
        with Asking(up.address) as client:
            run = up.run(
                "maintenance", swarm_nodes="w1", swarm_maintenance_tasks=str(_work(tmp_path))
            ).succeeded()
    finally:
        lost.run("systemctl start ssh", over="exec")
    assert "UNREACHABLE" in run.text and "Send the node no new connections" in run.text
    assert run.changed["w1"] > 0
    up.until_up(w1="UP", w2="UP")
    print(f"{client.asked} requests, slowest {client.slowest:.1f} s")
    assert client.failed == []


def _work(folder: Path) -> Path:
    """What a maintenance does, for a second."""
    work = folder / "work.yml"
    work.write_text(json.dumps([{"ansible.builtin.shell": "sleep 1"}]))
    return work


def test_a_client_sees_no_error_while_nodes_go_and_come_back(up: Balanced, tmp_path: Path) -> None:
    with Asking(up.address) as client:
        # Drained by an operator.
        run = up.run(
            "maintenance", swarm_nodes="w1", swarm_maintenance_tasks=str(_work(tmp_path))
        ).succeeded()
        assert "Send the node no new connections" in run.text
        up.until_up(w1="UP", w2="UP")
        assert client.failed == []
        # An Engine that dies with its containers.
        up.sh(
            "systemctl mask --runtime docker.service docker.socket; systemctl kill -s KILL docker; "
            "systemctl stop docker.socket; systemctl kill -s KILL containerd; pkill -KILL httpd; pkill -KILL docker-proxy; "
            "iptables -t nat -F DOCKER || true",
            "w1",
            check=False,
        )
        up.until_up(w1="DOWN", w2="UP")
        up.sh(
            "systemctl unmask --runtime docker.service docker.socket; systemctl restart containerd; "
            "systemctl reset-failed docker; systemctl restart docker.socket docker",
            "w1",
        )
        up.until_up(w1="UP", w2="UP")
        assert client.failed == []
        # A host that dies: no one says that its connections are over.
        up.lab.host("w2").kill()
        up.until(lambda: all(up.states(host)["w2"] == "DOWN" for host in BALANCERS))
        up.lab.host("w2").start()
        up.until_up(w1="UP", w2="UP")
    print(f"{client.asked} requests, slowest {client.slowest:.1f} s")
    assert client.failed == []
    assert client.asked > 100


def test_a_maintenance_that_was_killed_is_put_right(up: Balanced) -> None:
    node = up.stage.node("w1")["ID"]
    for host in BALANCERS:
        drained = up.stage.one(host, "swarm_load_balancer", state="drain", node=node, timeout=5)
        assert drained["changed"], drained
    assert {up.states(host)["w1"] for host in BALANCERS} == {"DRAIN"}
    before = up.workers()
    run = up.balance().succeeded()
    assert {run.changed[host] for host in BALANCERS} == {1}
    assert up.workers() == before
    up.until_up(w1="UP")


def test_the_virtual_address_passes_on(up: Balanced) -> None:
    up.until(lambda: len(up.holder()) == 1)
    [first] = up.holder()
    [second] = set(BALANCERS) - {first}
    with Asking(up.address) as client:
        time.sleep(1)
        # It cannot come back by itself.
        up.sh("chmod -x /usr/sbin/haproxy; systemctl kill -s KILL haproxy", first)
        up.until(lambda: up.holder() == [second])
        time.sleep(3)
        asked = client.asked
        up.sh("chmod +x /usr/sbin/haproxy; systemctl reset-failed haproxy; systemctl restart haproxy", first)
        time.sleep(5)
        # Who has it keeps it.
        assert up.holder() == [second]
    print(f"{len(client.failed)} of {asked} requests failed within {client.gap:.1f} s")
    assert client.failed
    assert client.gap < 6, client.failed
