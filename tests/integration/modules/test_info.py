# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The info modules on real Engines in every state but those that test_ca_and_lock makes: locked and no quorum."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call, shell


def test_no_engine_and_no_swarm(alone: Stage) -> None:
    """V1: a host whose Engine is stopped, and one that is in no swarm."""
    alone.lab.host("w1").stop_engine()
    try:
        stopped, nodes, look, inactive, fresh = alone.run(
            call("w1", "swarm_info"),
            call("w1", "swarm_node_info"),
            call("w1", "swarm_host_info"),
            call("m1", "swarm_info"),
            call("m1", "swarm_host_info"),
        )
    finally:
        alone.lab.host("w1").start_engine()
    for seen in (stopped, nodes, look["host"]["swarm"]):
        assert seen["state"] == "no_engine"
        assert "No Engine answers at unix:///var/run/docker.sock" in seen["why"]
        assert "start it or set docker_host" in seen["why"]
    assert (stopped["can_talk_to_docker"], stopped["docker_swarm_active"]) == (False, False)
    assert nodes["nodes"] == []
    engine = look["host"]["engine"]
    assert (engine["state"], engine["version"], engine["package"]) == ("stopped", None, "docker.io")
    assert (inactive["state"], inactive["why"]) == ("inactive", "m1 is in no swarm.")
    assert (inactive["can_talk_to_docker"], inactive["docker_swarm_active"]) == (True, False)

    host = fresh["host"]
    assert (host["hostname"], host["os"]["id"], host["os"]["version_id"]) == ("m1", "debian", "12")
    assert (host["engine"]["state"], host["engine"]["api_version"]) == ("running", "1.41")
    assert host["engine"]["version"].startswith("20.10")
    assert host["engine"]["daemon"]["debug"] is True
    assert host["default_address"] == alone.address("m1")
    assert [row["address"] for row in host["addresses"]] == [alone.address("m1")]
    assert (22, "sshd") in {(row["port"], row["process"]) for row in host["listeners"]}
    assert host["swarm"]["state"] == "inactive"
    assert host["firewall"]["backend"] == "none"


def test_pending_and_the_way_out(alone: Stage) -> None:
    """V1, P4: an Engine that goes on trying to join is told as such, not joined again, and can be freed."""
    nobody = f"{alone.address('m1').rsplit('.', 1)[0]}.250"
    token = f"SWMTKN-1-{'0' * 49}1-{'a' * 25}"
    alone.sh("w1", f"timeout 3 docker swarm join --token {token} {nobody}:2377", check=False)
    alone.until(lambda: alone.local("w1")["LocalNodeState"] == "pending")
    info, join, leave, forced, after = alone.run(
        call("w1", "swarm_info"),
        call("w1", "swarm_join", check=True, remote_addrs=[nobody], join_token=token),
        call("w1", "swarm_join", state="absent"),
        call("w1", "swarm_join", state="absent", force=True),
        shell("w1", "docker info --format '{{.Swarm.LocalNodeState}}'"),
    )
    assert info["state"] == "pending"
    assert info["why"].startswith("w1 is trying to join a swarm: ")
    assert join["failed"]
    assert join["msg"].endswith("Make it leave first: swarm_join with state=absent and force=true.")
    assert leave["failed"]
    assert "It can only leave with force=true" in leave["msg"]
    assert (forced["changed"], after["stdout"]) == (True, "inactive")


def test_managers_and_workers(cluster: Stage) -> None:
    """V1: settings, quorum, nodes with what is wrong with them; secrets only when asked for."""
    cluster.sh("m1", "docker node update --availability drain --label-add disk=ssd w1")
    worker, nodes, info, asked, one, own, look = cluster.run(
        call("w1", "swarm_info", tokens=True, certificate=True),
        call("w1", "swarm_node_info"),
        call("m2", "swarm_info", certificate=True),
        call("m2", "swarm_info", tokens=True, unlock_key=True, published_ports=True),
        call("m3", "swarm_node_info", name=["w1", "m9", cluster.node("m2")["ID"][:10]]),
        call("m3", "swarm_node_info", self=True),
        call("w1", "swarm_host_info"),
    )
    cluster.sh("m1", "docker node update --availability active w1")
    assert (worker["state"], worker["why"]) == ("worker", "w1 is a worker; ask a manager about the swarm.")
    assert (worker["docker_swarm_active"], worker["docker_swarm_manager"]) == (True, False)
    assert worker["node_id"] == cluster.local("w1")["NodeID"]
    assert {manager["address"] for manager in worker["remote_managers"]} == {
        f"{cluster.address(name)}:2377" for name in ("m1", "m2", "m3")
    }
    for found in (worker, info):
        assert 85 < found["certificate"]["days_left"] < 91
        assert not found["certificate"]["overdue"]
    assert "join_tokens" not in worker
    assert (nodes["state"], nodes["nodes"]) == ("worker", [])

    assert (info["state"], info["docker_swarm_manager"]) == ("manager", True)
    assert info["why"] == "Quorum holds: 3 of 3 managers reachable, 2 needed, 1 more may fail."
    assert info["quorum"] == {"managers": 3, "reachable": 3, "majority": 2, "may_fail": 1}
    assert info["settings"]["node_cert_expiry"] == "2160h"
    assert info["swarm_id"] == cluster.cluster()["ID"]
    assert [node["hostname"] for node in info["nodes"]] == ["m1", "m2", "m3", "w1"]
    assert "w1: drained: it runs no service task." in info["summary"]
    assert not {"join_tokens", "unlock_key", "published_ports"} & set(info)
    assert asked["join_tokens"] == {role: cluster.token(role) for role in ("worker", "manager")}
    assert (asked["unlock_key"], asked["published_ports"]) == (None, [])

    assert [node["hostname"] for node in one["nodes"]] == ["w1", "m2"]
    assert one["missing"] == ["m9"]
    w1 = one["nodes"][0]
    assert (w1["labels"], w1["availability"], w1["manager"]) == ({"disk": "ssd"}, "drain", None)
    assert w1["address"] == cluster.address("w1")
    assert [node["hostname"] for node in own["nodes"]] == ["m3"]
    assert own["nodes"][0]["manager"]["address"] == f"{cluster.address('m3')}:2377"
    assert look["host"]["swarm"]["state"] == "worker"
    # What is the swarm's own is not among them.
    ports = {row["port"] for row in look["host"]["listeners"]}
    assert 22 in ports and not {2377, 7946, 4789} & ports
