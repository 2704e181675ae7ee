# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._ports.conflicts import (
    NeededPort,
    port_conflicts,
)

CONTROL = NeededPort("tcp", 2377, "joining and managing the swarm")
DATA_PATH = NeededPort("udp", 4789, "overlay networks", "swarm_quorum_data_path_port")
REDIS = NeededPort("tcp", 6379, "the service cache")


def row(protocol: str, port: int, process: str | None, address: str = "0.0.0.0") -> dict[str, object]:
    return {
        "protocol": protocol,
        "port": port,
        "address": address,
        "process": process,
        "pid": 812 if process else None,
    }


def test_a_native_redis_on_a_published_port_is_reported_with_its_process() -> None:
    listeners = [row("tcp", 6379, "redis-server", "127.0.0.1"), row("tcp", 22, "sshd")]
    assert port_conflicts("w1", listeners, [CONTROL, REDIS]) == [
        (
            "w1: port 6379/tcp, needed for the service cache, is held by redis-server (process 812) on 127.0.0.1: "
            "stop it, or move it."
        )
    ]


def test_the_way_out_names_the_variable_that_moves_the_port() -> None:
    (sentence,) = port_conflicts("w1", [row("udp", 4789, "openvswitch")], [DATA_PATH])
    assert sentence.endswith("stop it, or set swarm_quorum_data_path_port to a free port.")


def test_a_port_is_reported_once_though_ipv4_and_ipv6_hold_it() -> None:
    listeners = [row("tcp", 6379, "redis-server"), row("tcp", 6379, "redis-server", "::")]
    assert len(port_conflicts("w1", listeners, [REDIS])) == 1


def test_the_same_number_of_another_protocol_is_free() -> None:
    assert port_conflicts("w1", [row("udp", 6379, "x")], [REDIS]) == []


def test_vxlan_of_the_kernel_shares_its_port_but_a_kernel_tcp_server_does_not() -> None:
    assert port_conflicts("w1", [row("udp", 4789, None)], [DATA_PATH]) == []
    (sentence,) = port_conflicts("w1", [row("tcp", 2377, None)], [CONTROL])
    assert "held by the kernel" in sentence


def test_an_engine_that_kept_its_gossip_port_after_leaving_is_no_conflict() -> None:
    left = [row("tcp", 7946, "dockerd", "::"), row("udp", 7946, "dockerd", "::")]
    gossip = [NeededPort("tcp", 7946, "the swarm's gossip"), NeededPort("udp", 7946, "the swarm's gossip")]
    assert port_conflicts("m1", left, gossip) == []


def test_our_own_listener_is_no_conflict_but_does_not_hide_another() -> None:
    assert port_conflicts("w1", [row("tcp", 2377, "flotilla-reach")], [CONTROL]) == []
    assert port_conflicts("w1", [row("tcp", 2377, "flotilla-reach"), row("tcp", 2377, "nc", "::")], [CONTROL])
