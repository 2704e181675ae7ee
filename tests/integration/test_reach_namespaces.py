# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P11 with real packets between network namespaces of this machine: three hosts on one bridge, in seconds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE = "ansible_collections.flotilla.swarm.plugins.modules.swarm_reach"
PORTS = [
    {"protocol": "tcp", "port": 7946},
    {"protocol": "udp", "port": 7946},
    {"protocol": "udp", "port": 4789},
]
V4 = {"m1": "10.213.77.1", "m2": "10.213.77.2", "m3": "10.213.77.3"}
V6 = {"m1": "fd00:77::1", "m2": "fd00:77::2", "m3": "fd00:77::3"}
# Holds 7946 as the Engine does.
HOLDER = """
import socket, time
stream, datagram = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
stream.bind(("0.0.0.0", 7946)), stream.listen(), datagram.bind(("0.0.0.0", 7946))
print("ready", flush=True), time.sleep(60)
"""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nft"),
    reason="network namespaces need root, ip and nft",
)


def sh(command: str, check: bool = True) -> str:
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert not check or result.returncode == 0, f"{command}: {result.stderr}"
    return result.stdout


class Hosts:
    """Network namespaces flotilla-m1 to m3 on a bridge."""

    def __enter__(self) -> Hosts:
        self.__exit__()
        sh(
            "ip netns add flotilla-net; ip -n flotilla-net link add hub type bridge; ip -n flotilla-net link set hub up"
        )
        for name in V4:
            sh(
                f"ip netns add flotilla-{name}; ip -n flotilla-{name} link set lo up;"
                f"ip -n flotilla-{name} link add eth0 type veth peer name {name} netns flotilla-net;"
                f"ip -n flotilla-net link set {name} master hub up;"
                f"ip -n flotilla-{name} address add {V4[name]}/24 dev eth0;"
                f"ip -n flotilla-{name} address add {V6[name]}/64 dev eth0 nodad;"
                f"ip -n flotilla-{name} link set eth0 up"
            )
        return self

    def __exit__(self, *_exc: object) -> None:
        for name in V4:
            module(name, {"state": "absent", "host": name, "run": "test"}, check=False)
        for name in [*V4, "net"]:
            sh(f"ip netns delete flotilla-{name}", check=False)


def module(
    host: str, options: dict[str, t.Any], check: bool = True, check_mode: bool = False
) -> dict[str, t.Any]:
    """Run swarm_reach in a host's namespace, as Ansible does: options on standard input, result on its output."""
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check_mode}})
    result = subprocess.run(
        ["ip", "netns", "exec", f"flotilla-{host}", sys.executable, "-m", MODULE],
        input=arguments,
        capture_output=True,
        text=True,
        check=False,
        # Reading to the end of its output proves that the listener does not keep it open.
        timeout=30,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".cache/tree")},
    )
    assert result.stdout or not check, result.stderr
    return t.cast("dict[str, t.Any]", json.loads(result.stdout)) if result.stdout else {}


def listen(host: str, **options: t.Any) -> dict[str, t.Any]:
    return module(host, {"state": "listening", "host": host, "run": "test", "ports": PORTS, **options})


def prove(host: str, addresses: dict[str, str] | None = None, **options: t.Any) -> dict[str, t.Any]:
    peers = [{"host": p, "address": a, "ports": PORTS} for p, a in (addresses or V4).items() if p != host]
    return module(host, {"state": "proven", "host": host, "run": "test", "peers": peers, **options})


def nft(host: str, rules: str, hook: str = "input") -> None:
    """Give a host a stateful firewall with these rules."""
    table = (
        f"flush ruleset\ntable inet f {{ chain c {{ type filter hook {hook} priority 0;"
        f" ct state established,related accept; {rules} }}; }}\n"
    )
    command = ["ip", "netns", "exec", f"flotilla-{host}", "nft", "-f", "-"]
    subprocess.run(command, input=table, text=True, check=True)


@pytest.fixture(scope="module")
def _namespaces() -> t.Iterator[Hosts]:
    with Hosts() as hosts:
        yield hosts


@pytest.fixture
def three(_namespaces: Hosts) -> t.Iterator[None]:
    for host in V4:
        listen(host)
    yield
    for host in V4:
        module(host, {"state": "absent", "host": host, "run": "test"})
        sh(f"ip netns exec flotilla-{host} nft flush ruleset")


@pytest.mark.parametrize("addresses", [V4, V6], ids=["ipv4", "ipv6"])
def test_every_port_of_every_peer_is_reached(three: None, addresses: dict[str, str]) -> None:
    for host in addresses:
        result = prove(host, addresses)
        assert result["failures"] == []
        assert [(r["host"], r["protocol"], r["port"]) for r in result["reached"] if r["reached"]] == [
            (peer, port["protocol"], port["port"]) for peer in addresses if peer != host for port in PORTS
        ]
        assert {r["answered_by"] for r in result["reached"]} == {"listener"}
        assert {r["answered_as"] for r in result["reached"]} == set(addresses) - {host}


@pytest.mark.parametrize("addresses", [V4, V6], ids=["ipv4", "ipv6"])
def test_a_dropped_udp_port_is_the_one_row_that_fails(three: None, addresses: dict[str, str]) -> None:
    nft("m2", "udp dport 4789 drop;")
    result = prove("m1", addresses)
    assert result["failed"] is True
    assert result["failures"] == [
        (
            f"m1 gets no answer from m2 ({addresses['m2']}) on 4789/udp (overlay networks): "
            "let m2, and any firewall between the two, admit 4789/udp from m1."
        )
    ]
    assert result["msg"] == result["failures"][0]
    assert [(r["host"], r["protocol"], r["port"]) for r in result["reached"] if not r["reached"]] == [
        ("m2", "udp", 4789)
    ]
    assert prove("m2", addresses)["failures"] == [], "a firewall that drops what comes in lets the answers in"
    assert prove("m3", addresses, required=False)["failures"][0].startswith("m3 gets no answer from m2")


def test_a_strict_firewall_on_every_host_lets_the_answers_back(three: None) -> None:
    for host in V4:
        nft(host, "tcp dport 7946 accept; udp dport { 4789, 7946 } accept; meta l4proto { tcp, udp } drop;")
    for host in V4:
        assert prove(host)["failures"] == []


def test_the_firewall_of_the_asking_host_is_named(three: None) -> None:
    nft("m1", "udp dport 4789 drop;", hook="output")
    result = prove("m1", {"m2": V4["m2"]}, required=False)
    assert result["failures"] == [
        (
            f"m1 may not send to m2 ({V4['m2']}) on 4789/udp (overlay networks): "
            f"let the firewall of m1 itself pass 4789/udp to {V4['m2']}."
        )
    ]


def test_rejected_refused_and_absent_peers_are_distinguished(three: None) -> None:
    nft("m2", "tcp dport 7946 reject with tcp reset;")
    nft("m3", "tcp dport 7946 reject with icmpx admin-prohibited;")
    gone = {"host": "m4", "address": "10.213.77.4", "ports": PORTS}
    nameless = {"host": "m5", "address": "nobody.invalid", "ports": PORTS[:1]}
    peers = [{"host": p, "address": V4[p], "ports": PORTS[:1]} for p in ("m2", "m3")]
    began = time.monotonic()
    result = module("m1", {"state": "proven", "host": "m1", "run": "test", "peers": [*peers, gone, nameless]})
    assert time.monotonic() - began < 5
    assert [r["problem"] for r in result["reached"]] == [
        "refused",
        "unreachable",
        *["silent"] * 3,
        "unresolved",
    ]
    assert len(result["failures"]) == 4
    assert result["failures"][2].startswith(
        "m1 gets no answer from m4 (10.213.77.4) on 7946/tcp, 7946/udp, 4789/udp:"
    )


def test_an_address_of_another_host_is_noticed(three: None) -> None:
    result = prove("m1", {"m2": V4["m3"]}, required=False)
    assert result["failures"] == [
        (
            f"m1 asked m2 ({V4['m3']}) on 7946/tcp, 7946/udp, 4789/udp, but m3 answered: "
            "give each host an address of its own."
        )
    ]


def test_runs_at_the_same_time_answer_their_own_peers_and_end_no_listener_but_their_own(three: None) -> None:
    """Each run may begin and end its proof while the others are at theirs; one that was killed ends nothing."""
    for host in ("m1", "m2"):
        listen(host, run="other")
    assert prove("m1", {"m2": V4["m2"]}, run="other")["failures"] == []
    assert prove("m1", {"m2": V4["m2"]})["failures"] == []
    for host in ("m1", "m2"):
        module(host, {"state": "absent", "host": host, "run": "other"})
    # In two ways the kernel could have given the port to the one that ended.
    for _attempt in range(5):
        rows = prove("m1", {"m2": V4["m2"], "m3": V4["m3"]})["reached"]
        assert {(row["answered_by"], row["host"] == row["answered_as"]) for row in rows} == {
            ("listener", True)
        }
    rows = prove("m1", {"m2": V4["m2"]}, run="killed, and its listener with it")["reached"]
    assert all(row["reached"] for row in rows)


def test_an_engine_gets_its_ports_from_every_listener_and_these_go_on_answering(three: None) -> None:
    listen("m2", run="other")
    free = "from ansible_collections.flotilla.swarm.plugins.module_utils._ports.control import free_ports; free_ports()"
    engine = subprocess.Popen(
        [
            "ip",
            "netns",
            "exec",
            "flotilla-m2",
            sys.executable,
            "-c",
            f"{free}; import time; time.sleep(0.7)\n{HOLDER}",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".cache/tree")},
    )
    try:
        # The proof begins while the port has no holder at all.
        time.sleep(0.4)
        rows = prove("m1", {"m2": V4["m2"]}, run="other")["reached"]
        assert [row["answered_by"] for row in rows] == ["holder", "listener", "listener"]
        assert engine.stdout is not None
        assert engine.stdout.readline() == "ready\n", "both ports were free"
        assert prove("m1", {"m2": V4["m2"]})["failures"] == []
    finally:
        engine.kill()
        engine.wait()
        module("m2", {"state": "absent", "host": "m2", "run": "other"})


def test_held_ports_are_proven_and_their_holders_named(_namespaces: Hosts) -> None:
    """As on a node of a live swarm: gossip is a process, VXLAN is the kernel."""
    holder = subprocess.Popen(
        [
            *("ip", "netns", "exec", "flotilla-m2", sys.executable, "-c"),
            HOLDER,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    vxlan = subprocess.run(
        "ip -n flotilla-m2 link add vx type vxlan id 4097 dstport 4789 local 10.213.77.2"
        " && ip -n flotilla-m2 link set vx up",
        shell=True,
        capture_output=True,
        check=False,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        states = {(row["protocol"], row["port"]): row for row in listen("m2")["ports"]}
        assert [states[key]["held"] for key in (("tcp", 7946), ("udp", 7946))] == [True, True]
        assert states["tcp", 7946]["pid"] == states["udp", 7946]["pid"] == holder.pid
        if vxlan.returncode == 0:
            assert states["udp", 4789]["held"] is True
        result = prove("m1", {"m2": V4["m2"]})
        assert result["failures"] == []
        assert [r["answered_by"] for r in result["reached"]] == ["holder", "listener", "listener"]
        nft("m2", "udp dport 4789 drop;")
        assert [r["reached"] for r in prove("m1", {"m2": V4["m2"]}, required=False)["reached"]] == [
            True,
            True,
            False,
        ]
    finally:
        holder.kill()
        holder.wait()
        sh("ip -n flotilla-m2 link delete vx", check=False)
        sh("ip netns exec flotilla-m2 nft flush ruleset")
        module("m2", {"state": "absent", "host": "m2", "run": "test"})


def test_the_listener_ends_by_itself_and_when_stopped(_namespaces: Hosts) -> None:
    listen("m1", seconds=1)
    assert prove("m2", {"m1": V4["m1"]})["failures"] == []
    time.sleep(1.5)
    assert "flotilla-reach" not in sh("ip netns pids flotilla-m1 | xargs -r ps -o comm= -p", check=False)
    listen("m1")
    first = sh("ip netns pids flotilla-m1").split()
    listen("m1")
    second = sh("ip netns pids flotilla-m1").split()
    assert len(first) == len(second) == 1, "a second listener takes the place of the first"
    assert first != second
    module("m1", {"state": "absent", "host": "m1", "run": "test"})
    assert sh("ip netns pids flotilla-m1") == ""
    module("m1", {"state": "absent", "host": "m1", "run": "test"})


def test_check_mode_starts_and_asks_nothing(_namespaces: Hosts) -> None:
    options = {"host": "m1", "run": "test", "ports": PORTS}
    assert module("m1", {**options, "state": "listening"}, check_mode=True)["changed"] is False
    assert sh("ip netns pids flotilla-m1") == ""
    peers = [{"host": "m2", "address": V4["m2"], "ports": PORTS}]
    result = module("m1", {**options, "state": "proven", "peers": peers}, check_mode=True)
    assert (result["changed"], result["reached"], result["failures"]) == (False, [], [])


def test_options_out_of_range_are_refused(_namespaces: Hosts) -> None:
    assert (
        module("m1", {"state": "listening", "host": "m1", "seconds": 601})["msg"]
        == "seconds is 601: give 1 to 600."
    )
    assert "Port 70000" in listen("m1", ports=[{"protocol": "tcp", "port": 70000}])["msg"]
    assert "timeout is 60" in prove("m1", timeout=60)["msg"]


# Another user, who may read what this one may: this Python can live in a home that is closed to others.
NOBODY = [
    "setpriv",
    "--reuid=65534",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
]


def test_without_root_one_sentence_says_so(_namespaces: Hosts) -> None:
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {"state": "listening", "host": "m1", "ports": PORTS}})
    result = subprocess.run(
        [*NOBODY, sys.executable, "-m", MODULE],
        input=arguments,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / ".cache/tree"), "PATH": os.environ["PATH"], "HOME": "/tmp"},
    )
    assert json.loads(result.stdout)["msg"] == "Listening for peers on m1 needs root: set become to true."
