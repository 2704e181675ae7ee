# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_init on real Engines: the swarm's certificate authority, autolock, and a swarm forced out of a lost one."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call, shell


@pytest.fixture(scope="module")
def own_ca(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A certificate authority of one's own: certificate and key in PEM form, as the options take them."""
    folder = tmp_path_factory.mktemp("ca")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=own"
    )
    files = {"signing_ca_cert": folder / "ca.pem", "signing_ca_key": folder / "key.pem"}
    out = ["-out", str(files["signing_ca_cert"]), "-keyout", str(files["signing_ca_key"])]
    subprocess.run([*command.split(), *out], check=True, capture_output=True)
    return {option: path.read_text(encoding="ascii") for option, path in files.items()}


def root(stage: Stage) -> tuple[str, bool]:
    """The root certificate in force, and whether a rotation is on its way."""
    swarm = stage.cluster()
    return swarm["TLSInfo"]["TrustRoot"], bool(swarm.get("RootRotationInProgress"))


def test_a_new_root_is_waited_for_on_every_node(cluster: Stage) -> None:
    """P8: the counter makes a new root once, and the task ends when all four nodes have it."""
    before, _rotating = root(cluster)
    counter = cluster.cluster()["Spec"]["CAConfig"].get("ForceRotate", 0) + 1
    check, run = cluster.run(
        call("m1", "swarm_init", check=True, ca_force_rotate=counter),
        call("m1", "swarm_init", ca_force_rotate=counter),
    )
    after, rotating = root(cluster)
    assert not run["failed"], run
    assert (check["changed"], run["changed"], rotating) == (True, True, False)
    assert after != before
    assert run["diff"] == check["diff"]
    assert run["diff"] == {
        "before": {"ca_force_rotate": counter - 1},
        "after": {"ca_force_rotate": counter},
    }
    issuers = cluster.each(
        lambda host: host.run("cat /var/lib/docker/swarm/certificates/swarm-root-ca.crt").stdout
    )
    assert {text.strip() for text in issuers.values()} == {after.strip()}
    writes = cluster.writes()
    # Another manager, of the other Engine version, sees the same; naming another setting does not rotate again.
    again, other = cluster.run(
        call("m2", "swarm_init", ca_force_rotate=counter),
        call("m2", "swarm_init", task_history_retention_limit=5),
    )
    assert (again["changed"], other["changed"]) == (False, False)
    assert root(cluster) == (after, False)
    assert writes.seen() == []


def test_a_ca_of_ones_own_is_taken_once(cluster: Stage, own_ca: dict[str, str]) -> None:
    """P8: compared with the root in force, so the same certificate again is no change."""
    check, run = cluster.run(
        call("m1", "swarm_init", check=True, **own_ca), call("m1", "swarm_init", **own_ca)
    )
    assert not run["failed"], run
    assert (check["changed"], run["changed"]) == (True, True)
    assert root(cluster) == (own_ca["signing_ca_cert"], False)
    assert own_ca["signing_ca_key"].splitlines()[1] not in str(run)
    writes = cluster.writes()
    again, check, alone = cluster.run(
        call("m1", "swarm_init", **own_ca),
        call("m1", "swarm_init", check=True, **own_ca),
        call("m1", "swarm_init", signing_ca_cert=own_ca["signing_ca_cert"]),
    )
    assert (again["changed"], check["changed"]) == (False, False)
    assert alone["failed"]
    assert "signing_ca_key" in alone["msg"]
    assert writes.seen() == []


def test_a_swarm_is_made_with_a_ca_of_ones_own(alone: Stage, own_ca: dict[str, str]) -> None:
    """P3."""
    [made, again] = alone.run(call("m1", "swarm_init", **own_ca), call("m1", "swarm_init", **own_ca))
    assert not made["failed"], made
    assert (made["changed"], again["changed"]) == (True, False)
    assert root(alone) == (own_ca["signing_ca_cert"], False)


def test_a_locked_manager_is_reported_and_unlocked(alone: Stage) -> None:
    """P8, V1: on both Engines. Locked is said by the info modules, a wrong key is one sentence."""
    hosts = ("m1", "m2")
    made = alone.together(
        {host: {"address": alone.address(host)} for host in hosts},
        call(
            "all",
            "swarm_init",
            advertise_addr="{{ own.address }}",
            autolock_managers=True,
            return_unlock_key=True,
        ),
    )
    keys: dict[str, str] = {host: made[host][0]["unlock_key"] for host in hosts}
    assert all(key.startswith("SWMKEY-1-") for key in keys.values())
    alone.each(lambda host: host.run("systemctl restart docker") if host.name in hosts else None)
    declared = {"unlock_key": "{{ own.key }}", "task_history_retention_limit": 3}
    results = alone.together(
        # A key that is whole but of another swarm, and the right one.
        {"m1": {"key": keys["m1"], "wrong": keys["m2"]}, "m2": {"key": keys["m2"], "wrong": keys["m1"]}},
        call("all", "swarm_info"),
        call("all", "swarm_node_info"),
        call("all", "swarm_host_info"),
        call("all", "swarm_init"),
        call("all", "swarm_init", unlock_key="{{ own.wrong }}"),
        call("all", "swarm_init", unlock_key="open sesame"),
        call("all", "swarm_join", state="absent"),
        call("all", "swarm_init", check=True, unlock_key="{{ own.key }}"),
        call("all", "swarm_info"),
        call("all", "swarm_init", **declared),
        call("all", "swarm_init", **declared),
    )
    for host in hosts:
        info, nodes, look, bare, bad, malformed, leave, check, still, run, again = results[host]
        for seen in (info, nodes, still, look["host"]["swarm"]):
            assert (seen["state"], seen["why"]) == ("locked", f"{host} waits for the swarm's unlock key.")
        assert (info["docker_swarm_active"], info["docker_swarm_manager"]) == (True, False)
        assert nodes["nodes"] == []
        told = "is locked; give its unlock_key, or make it leave with swarm_join state=absent and force=true."
        assert bare["failed"]
        assert told in bare["msg"]
        for refused in (bad, malformed):
            assert refused["failed"]
            assert (refused["changed"], refused["actions"]) == (False, [])
            assert refused["msg"].startswith("The unlock key does not unlock the manager at unix:///")
        assert leave["failed"]
        assert "It can only leave with force=true" in leave["msg"]
        assert (check["changed"], check["actions"]) == (True, ["unlocked the manager"])
        assert run["changed"]
        assert run["actions"] == ["unlocked the manager", "set task_history_retention_limit"]
        assert not again["changed"]
        assert alone.cluster(host)["Spec"]["EncryptionConfig"]["AutoLockManagers"] is True


def test_a_locked_manager_leaves_when_forced(alone: Stage) -> None:
    """P9."""
    alone.sh("m1", "docker swarm init --autolock; systemctl restart docker")
    check, run, again = alone.run(
        call("m1", "swarm_join", check=True, state="absent", force=True),
        call("m1", "swarm_join", state="absent", force=True),
        call("m1", "swarm_join", state="absent"),
    )
    assert (check["changed"], run["changed"], again["changed"]) == (True, True, False)
    assert alone.local("m1")["LocalNodeState"] == "inactive"


@pytest.mark.long
def test_a_lost_quorum_is_reported_in_seconds_and_a_new_cluster_forced(cluster: Stage) -> None:
    """V1, P9: every module says so in seconds; force_new_cluster keeps services and settings."""
    cluster.sh("m1", "docker swarm update --task-history-limit 4; docker service create -d --name kept x:1")
    for name in ("m2", "m3"):
        cluster.sh(name, "systemctl stop docker.socket docker.service")
    try:
        cluster.until(lambda: "Error" in cluster.sh("m1", "timeout 5 docker node ls 2>&1 || true"))
        steps: list[t.Any] = [
            call("m1", "swarm_info"),
            call("m1", "swarm_node_info"),
            call("m1", "swarm_host_info"),
            call("m1", "swarm_join", state="absent"),
            call("m1", "swarm_node", hostname="w1", labels={"a": "1"}),
            call("w1", "swarm_info"),
            call("m2", "swarm_info"),
        ]
        start = cluster.sh("m1", "date +%s")
        info, nodes, look, leave, node, worker, stopped, end = cluster.run(*steps, shell("m1", "date +%s"))
        assert int(end["stdout"]) - int(start) < 45
        for seen in (info, nodes, look["host"]["swarm"]):
            assert seen["state"] == "no_quorum"
            assert "has lost its quorum" in seen["why"]
        assert (info["docker_swarm_active"], info["docker_swarm_manager"]) == (True, False)
        assert info["swarm_id"] is None or info["swarm_id"]
        assert leave["failed"]
        assert "It can only leave with force=true" in leave["msg"]
        assert node["failed"]
        assert "does not have a leader" in node["msg"] or "deadline exceeded" in node["msg"]
        assert worker["state"] == "worker"
        assert (stopped["state"], stopped["can_talk_to_docker"]) == ("no_engine", False)

        check, run, again = cluster.run(
            call("m1", "swarm_init", check=True, force_new_cluster=True),
            call("m1", "swarm_init", force_new_cluster=True, advertise_addr=cluster.address("m1")),
            call("m1", "swarm_init", force_new_cluster=True),
        )
        assert not run["failed"], run
        assert check["actions"] == run["actions"] == ["created a new swarm from what this manager knows"]
        assert not again["changed"]
        assert cluster.sh("m1", "docker service ls --format '{{.Name}}'") == "kept"
        assert cluster.cluster()["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 4
        [summary] = cluster.run(call("m1", "swarm_info"))
        assert summary["quorum"]["managers"] == 1
    finally:
        for name in ("m2", "m3"):
            cluster.sh(name, "systemctl start docker.socket docker.service")
        cluster.reset()
