# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P10 and P11 on real hosts with Engines of both ages. The tests go on from each other in this order."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.playing import Lab, Played, play

NAMES = ("m1", "w1", "w2")
PORTS = [
    {"protocol": "tcp", "port": 7946},
    {"protocol": "udp", "port": 7946},
    {"protocol": "udp", "port": 4789},
]
MODULE = "flotilla.swarm.swarm_reach"


class Hosts:
    """Three hosts that prove each other."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.addresses = {name: lab.host(name).address for name in NAMES}

    def run(self, name: str, command: str) -> str:
        """Run a command on a host and return its output."""
        return self.lab.host(name).run(command).stdout.strip()

    def prove(self) -> Played:
        """Listen everywhere, ask from everywhere, end the listeners: what the role swarm_quorum does."""
        common = {"host": "{{ inventory_hostname }}", "run": "test"}
        peers = [
            {"host": name, "address": address, "ports": PORTS} for name, address in self.addresses.items()
        ]
        others = "{{ peers | rejectattr('host', 'eq', inventory_hostname) | list }}"
        tasks = [
            {"name": "Listen", MODULE: {**common, "state": "listening", "ports": PORTS}},
            {"name": "Prove", MODULE: {**common, "state": "proven", "peers": others, "required": False}},
            {"name": "End", MODULE: {**common, "state": "absent"}},
        ]
        return play(self.lab, [{"hosts": "swarm", "gather_facts": False, "tasks": tasks}], {"peers": peers})

    def wait_ready(self, nodes: int) -> None:
        """Wait until so many nodes are ready."""
        for _second in range(30):
            if self.run("m1", "docker node ls --format '{{.Status}}'").split() == ["Ready"] * nodes:
                return
            time.sleep(1)
        raise AssertionError(self.run("m1", "docker node ls"))


def unreached(played: Played) -> set[tuple[str, str, str, int]]:
    """Which host did not reach which port of which peer."""
    return {
        (name, row["host"], row["protocol"], row["port"])
        for name, result in played.tasks["Prove"].items()
        for row in result["reached"]
        if not row["reached"]
    }


def sentences(played: Played) -> list[str]:
    return [sentence for result in played.tasks["Prove"].values() for sentence in result["failures"]]


@pytest.fixture(scope="module")
def hosts() -> t.Iterator[Hosts]:
    with own_lab("reach", managers=1, workers=2, engine="m1=20.10,w1=26.1,w2=26.1") as lab:
        yield Hosts(lab)


@pytest.fixture(scope="module")
def swarm(hosts: Hosts) -> None:
    """m1 and w1 are a swarm with a network in use, so that gossip and VXLAN hold their ports; w2 is new."""
    hosts.run("m1", f"docker swarm init --advertise-addr {hosts.addresses['m1']}")
    hosts.lab.host("w1").join(hosts.lab.host("m1"))
    hosts.wait_ready(2)


def drop(hosts: Hosts, name: str, protocol: str, port: int) -> t.Callable[[], None]:
    """Let a host's firewall drop a port; returns how to undo it."""
    rule = f"INPUT -p {protocol} --dport {port} -j DROP"
    hosts.run(name, f"iptables -I {rule}")
    return lambda: hosts.run(name, f"iptables -D {rule}") and None


def test_hosts_in_no_swarm_reach_each_other_on_every_port(hosts: Hosts) -> None:
    played = hosts.prove()
    assert played.status == 0, played.text
    assert (unreached(played), sentences(played)) == (set(), [])
    rows = [row for result in played.tasks["Prove"].values() for row in result["reached"]]
    assert len(rows) == 3 * 2 * len(PORTS)
    assert {row["answered_by"] for row in rows} == {"listener"}
    assert {port["held"] for result in played.tasks["Listen"].values() for port in result["ports"]} == {False}


def test_a_port_that_a_firewall_drops_is_the_one_that_fails(hosts: Hosts) -> None:
    undo = drop(hosts, "w1", "udp", 4789)
    try:
        played = hosts.prove()
    finally:
        undo()
    assert unreached(played) == {("m1", "w1", "udp", 4789), ("w2", "w1", "udp", 4789)}
    assert sorted(sentences(played)) == [
        f"{name} gets no answer from w1 ({hosts.addresses['w1']}) on 4789/udp (overlay networks): "
        f"let w1, and any firewall between the two, admit 4789/udp from {name}."
        for name in ("m1", "w2")
    ]


def test_nothing_of_a_proof_stays_behind(hosts: Hosts) -> None:
    hosts.prove()
    for name in NAMES:
        assert hosts.run(name, "pgrep -c flotilla-reach || true") == "0"
        assert hosts.run(name, "ss -Hlntu 'sport = :7946 or sport = :4789'") == ""


def test_nodes_of_a_live_swarm_and_a_new_host_reach_each_other(hosts: Hosts, swarm: None) -> None:
    played = hosts.prove()
    assert (unreached(played), sentences(played)) == (set(), [])
    for name in ("m1", "w1"):
        held = {(row["protocol"], row["port"]): row for row in played.tasks["Listen"][name]["ports"]}
        assert held["tcp", 7946]["held_by"] == held["udp", 7946]["held_by"] == "dockerd"
    hosts.wait_ready(2)
    assert (
        hosts.run(
            "w1", "journalctl -u docker --output=cat | grep -ci 'suspect\\|marking .* as failed' || true"
        )
        == "0"
    )


def test_a_dropped_port_of_a_live_node_is_noticed(hosts: Hosts, swarm: None) -> None:
    undo = drop(hosts, "m1", "udp", 7946)
    try:
        played = hosts.prove()
    finally:
        undo()
    assert unreached(played) == {("w1", "m1", "udp", 7946), ("w2", "m1", "udp", 7946)}


def test_a_host_that_is_off_is_one_sentence_for_each_of_the_others(hosts: Hosts, swarm: None) -> None:
    hosts.lab.host("w2").cut()
    try:
        played = hosts.prove()
    finally:
        hosts.lab.host("w2").heal()
    assert {name for name, peer, _protocol, _port in unreached(played) if peer == "w2"} == {"m1", "w1"}
    for sentence in sentences(played):
        assert f"w2 ({hosts.addresses['w2']}) on 7946/tcp, 7946/udp, 4789/udp: " in sentence


def test_a_port_that_something_else_holds_is_reported_before_the_join(hosts: Hosts, swarm: None) -> None:
    hosts.run("w2", "systemd-run --unit=squatter python3 -m http.server 7946")
    time.sleep(1)
    try:
        book = [{"hosts": "swarm", "gather_facts": False, "roles": ["flotilla.swarm.swarm_quorum"]}]
        played = play(hosts.lab, book)
    finally:
        hosts.run("w2", "systemctl stop squatter")
    (message,) = set(played.failures.values())
    assert "w2: port 7946/tcp" in message
    assert "is held by python3 (process " in message
    assert hosts.run("m1", "docker node ls -q | wc -l") == "2", "nobody joined"
