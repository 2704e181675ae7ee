# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance of nodes: without a gap for who asks a service, and to be gone on with after anything."""

from __future__ import annotations

import json
import typing as t

import pytest

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster

# Asks a service ten times a second by its name, and writes down what went wrong. Not by its virtual address, which a kernel
# without IPVS does not serve.
_ASK = """
while :; do
    echo asked >> /tmp/asked
    wget -qO- http://web/ > /dev/null 2> /tmp/why || { date; cat /tmp/why; } >> /tmp/errors
    usleep 100000
done
"""


def _leader(cluster: Cluster) -> str:
    return cluster.sh(
        "docker node ls --format '{{.Hostname}} {{.ManagerStatus}}' | awk '$2 == \"Leader\" {print $1}'"
    )


def _worked(cluster: Cluster, host: str) -> list[int]:
    """When the operator's tasks ran on a host."""
    return [int(line) for line in cluster.sh("cat /root/worked; rm /root/worked", host).split()]


def _spec(cluster: Cluster, name: str, on: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = json.loads(
        cluster.sh(f"docker service inspect {name} --format '{{{{json .Spec}}}}'", on)
    )
    # The default, which 20.10 leaves out.
    (found.get("UpdateConfig") or {}).pop("Monitor", None)
    return found


def _labels(cluster: Cluster, on: str) -> str:
    """The marks that are left on nodes."""
    return cluster.sh(
        "docker node inspect $(docker node ls -q) --format '{{range $k, $v := .Spec.Labels}}{{$k}}={{$v}} {{end}}' "
        "| grep maintenance || true",
        on,
    )


@pytest.fixture
def work(cluster: Cluster, tmp_path: Path) -> str:
    """An operator's tasks: they restart the Engine; where a host has a trap, its Engine does not come back once."""
    for host in cluster.stage.names:
        cluster.sh("rm -f /root/worked /root/trap", host)
    path = tmp_path / "work.yml"
    script = (
        "date +%s >> /root/worked; "
        "if rm /root/trap 2>/dev/null; then systemctl stop docker.socket; systemctl kill -s KILL docker; "
        "systemctl stop docker; else systemctl restart docker; fi"
    )
    path.write_text(json.dumps([{"name": "Work", "ansible.builtin.shell": script}]), encoding="utf-8")
    return str(path)


def test_a_client_sees_no_error_while_a_worker_and_the_leader_are_maintained(
    cluster: Cluster, work: str
) -> None:
    leader = _leader(cluster)
    other = next(name for name in ("m2", "m3") if name != leader)
    tiny = {"image": f"{cluster.image}:1", "networks": ["front"]}
    web = {
        **tiny,
        "name": "web",
        "command": ["httpd", "-f", "-p", "80", "-h", "/www"],
        "stop_signal": "SIGKILL",
        "endpoint_mode": "dnsrr",
        "healthcheck": {"test": ["CMD", "wget", "-qO-", "http://127.0.0.1/"], "interval": "1s"},
        # So it has to move when either is maintained.
        "placement": {
            "constraints": [f"node.hostname!={name}" for name in ("m1", "m2", "m3", "w2") if name != leader]
        },
    }
    client = {
        **tiny,
        "name": "client",
        "command": ["sh", "-c", _ASK],
        "placement": {"constraints": [f"node.hostname=={other}"]},
    }
    agent = {"name": "agent", "image": tiny["image"], "mode": "global"}
    declared = {"swarm_networks": [{"name": "front", "driver": "overlay"}], "swarm_services": [web, agent]}
    # It begins on the worker, moves to the leader, and back.
    cluster.sh(f"docker node update --availability pause {leader}")
    cluster.run("deploy", **declared).succeeded()
    cluster.sh(f"docker node update --availability active {leader}")
    cluster.run("deploy", swarm_networks=declared["swarm_networks"], swarm_services=[client]).succeeded()
    before = _spec(cluster, "web", other)

    planned = cluster.run("maintenance", "--check", swarm_nodes=f"w1,{leader}").succeeded()
    assert "agent (global)" in planned.text
    # By which the gate for clocks goes; all test hosts have the one of this machine.
    clock = cluster.stage.one(other, "swarm_info")["clock"]
    assert abs(clock["ahead"]) <= 0.1 + clock["within"]
    assert _labels(cluster, other) == ""

    run = cluster.run("maintenance", swarm_nodes=f"{leader},w1", swarm_maintenance_tasks=work).succeeded()
    asked, _nl, errors = cluster.sh(
        "docker exec $(docker ps -qf name=client) sh -c 'wc -l < /tmp/asked; cat /tmp/errors 2>&1 || true'",
        other,
    ).partition("\n")
    assert "No such file" in errors, errors
    assert int(asked) > 50
    moments = [_worked(cluster, host) for host in ("w1", leader)]
    assert [len(each) for each in moments] == [1, 1], run.text
    assert moments[0] < moments[1], run.text
    assert _labels(cluster, other) == ""
    assert {node[2] for node in cluster.stage.nodes(other)} == {"Active"}
    assert len(cluster.sh("docker service ps web -q", other).split()) == 3
    assert _spec(cluster, "web", other) == before
    again = cluster.run("deploy", **declared).succeeded()
    assert set(again.changed.values()) == {0}, again.text


def test_a_run_goes_on_where_an_engine_did_not_come_back(cluster: Cluster, work: str) -> None:
    # A full disk: here, that of a small file system in front of the Engine's directory.
    full = "mount -t tmpfs -o size=1m tmpfs /var/lib/docker; head -c 1000K /dev/zero > /var/lib/docker/full"
    cluster.sh(full, "w2")
    try:
        refused = cluster.run("maintenance", swarm_nodes="w1")
    finally:
        cluster.sh("umount /var/lib/docker", "w2")
    assert refused.status != 0
    assert "No node was taken out of rotation: w2: the file system of /var/lib/docker is" in refused.text
    assert _labels(cluster, "m1") == ""

    cluster.sh("touch /root/trap", "w2")
    wanted = {"swarm_nodes": "swarm_workers", "swarm_maintenance_tasks": work}
    stopped = cluster.run("maintenance", **wanted, swarm_maintenance_timeout=15)
    assert stopped.status != 0
    assert "w2 did not come back from maintenance and stays out of rotation" in stopped.text
    # The finished one has no mark any longer.
    assert _labels(cluster, "m1").count("flotilla.maintenance=away") == 1
    assert cluster.stage.node("w2")["Spec"]["Availability"] == "drain"
    assert cluster.stage.node("w1")["Spec"]["Availability"] == "active"

    # Nothing else is taken meanwhile, and no manager without which the quorum would be lost.
    cluster.sh("systemctl stop docker.socket docker", "m3")
    cluster.until(lambda: cluster.stage.node("m3")["ManagerStatus"]["Reachability"] == "unreachable")
    cluster.sh(f"docker service create -d --name broken --constraint node.labels.no==where {cluster.image}:1")
    refused = cluster.run("maintenance", swarm_nodes="m2")
    assert refused.status != 0
    text = " ".join(refused.text.split())
    assert "w2 is in maintenance since" in text
    assert "without m2 the swarm would lose its quorum (2 of 3 managers are reachable)" in text
    assert "broken: " in text
    assert "flotilla.maintenance" not in cluster.stage.node("m2")["Spec"]["Labels"]
    cluster.sh("docker service rm broken")
    cluster.sh("systemctl start docker", "m3")

    cluster.sh("systemctl start docker", "w2")
    cluster.until(lambda: cluster.stage.node("w2")["Status"]["State"] == "ready")
    cluster.sh(
        f"docker service create -q --name web --replicas 4 --constraint node.role==worker {cluster.image}:1"
    )
    run = cluster.run("maintenance", **wanted, swarm_maintenance_rebalance=True).succeeded()
    assert "Done before: w1" in run.text
    shown = cluster.sh("docker service ps -f desired-state=running --format '{{.Node}}' web")
    assert sorted(shown.split()) == ["w1", "w1", "w2", "w2"]
    assert [len(_worked(cluster, host)) for host in ("w1", "w2")] == [1, 2]
    assert _labels(cluster, "m1") == ""
    assert {node[2] for node in cluster.stage.nodes()} == {"Active"}


def test_a_run_that_was_stopped_in_the_middle_of_a_move_is_finished(cluster: Cluster) -> None:
    health = "--health-cmd 'sleep 3' --health-interval 1s --health-timeout 9s"
    cluster.sh(
        f"docker service create -d --name web {health} --constraint node.hostname!=w2 --constraint node.role==worker "
        f"{cluster.image}:1"
    )
    cluster.until(lambda: cluster.sh("docker service ls --format '{{.Replicas}}'") == "1/1")
    before = _spec(cluster, "web", "m1")
    placement = before["TaskTemplate"]["Placement"]
    moved = [one for one in placement["Constraints"] if one != "node.hostname!=w2"]
    cluster.sh("docker service update -d --constraint-rm node.hostname!=w2 web")
    before["TaskTemplate"]["Placement"] = {**placement, "Constraints": moved}
    # What the run had written when it was stopped: the node is away, and the service begins to leave it.
    label, moment = "flotilla.maintenance", "2026-11-28T00:00:00Z"
    memory = {"Moment": moment, "Placement": before["TaskTemplate"]["Placement"], "UpdateConfig": None}
    cluster.sh(
        f"docker node update --availability pause --label-add {label}=away --label-add {label}.availability=active "
        f"--label-add {label}.since={moment} w1 && docker service update -d --label-add flotilla.surge='{json.dumps(memory)}' "
        f"--constraint-add node.labels.{label}.since!={moment} --update-order start-first web"
    )
    cluster.run("maintenance", swarm_nodes="w1").succeeded()
    found = _spec(cluster, "web", "m1")
    assert found["TaskTemplate"]["Placement"] == before["TaskTemplate"]["Placement"]
    assert "flotilla.surge" not in found["Labels"]
    assert _labels(cluster, "m1") == ""
    assert cluster.sh("docker service ps web --format '{{.Node}} {{.DesiredState}}'").splitlines() == [
        "w2 Running",
        "w1 Shutdown",
    ]
