# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks spread again after a node was away: the fewest moves, nothing else restarted, and killed runs finished."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.flotilla.swarm.tests.integration.operations.test_scale import running

if t.TYPE_CHECKING:
    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster


def _on(cluster: Cluster, name: str) -> list[str]:
    """The nodes of a service's running tasks."""
    shown = cluster.sh(f"docker service ps -f desired-state=running --format '{{{{.Node}}}}' {name}")
    return sorted(shown.split())


def _written(cluster: Cluster, name: str) -> str:
    """The replicas and the labels of a service."""
    return cluster.sh(
        f"docker service inspect {name} --format '{{{{.Spec.Mode.Replicated.Replicas}}}} {{{{json .Spec.Labels}}}}'"
    )


def _skewed(cluster: Cluster, **services: str) -> None:
    """Services on w1 alone, and w2 back."""
    cluster.sh("docker node update --availability drain w2")
    for name, options in services.items():
        cluster.sh(
            f"docker service create -q --name {name} --constraint node.role==worker {options} {cluster.image}:1"
        )
    cluster.sh("docker node update --availability active w2")


def test_a_node_that_is_back_gets_its_share_by_the_fewest_moves(cluster: Cluster) -> None:
    """O3."""
    _leader(cluster, "m1")
    health = "--health-cmd 'sleep 1' --health-interval 1s"
    _skewed(
        cluster,
        web=f"--replicas 4 {health}",
        one="--replicas 1",
        zoned="--replicas 2 --placement-pref spread=node.labels.zone",
    )
    before, untouched = running(cluster, "web"), running(cluster, "one") | running(cluster, "zoned")
    assert _on(cluster, "web") == ["w1"] * 4
    told = "w2 runs no task of a replicated service; flotilla.swarm.rebalance spreads them"
    assert told in cluster.run("status").succeeded().text
    checked = cluster.run("rebalance", "--check").succeeded()
    assert "Rebalance by 2 moves" in checked.text
    assert "zoned stays skewed by 2: the swarm does not look at placement.preferences" in checked.text
    assert running(cluster, "web") == before

    run = cluster.run("rebalance", swarm_rebalance_max_moves=1, swarm_rebalance="web").succeeded()
    assert "1 more left for later by max_moves" in run.text
    assert _on(cluster, "web") == ["w1"] * 3 + ["w2"]
    cluster.run("rebalance").succeeded()
    assert _on(cluster, "web") == ["w1", "w1", "w2", "w2"]
    after = running(cluster, "web")
    assert len(after & before) == 2
    assert running(cluster, "one") | running(cluster, "zoned") == untouched
    assert _written(cluster, "web") == "4 {}"
    again = cluster.run("rebalance").succeeded()
    assert "Nothing can be moved." in again.text
    assert set(again.changed.values()) == {0}
    assert running(cluster, "web") == after
    assert told not in cluster.run("status").succeeded().text


def _leader(cluster: Cluster, name: str) -> None:
    """Let a manager lead: where tasks start and which ones are stopped is decided by its Engine."""
    if "Leader" not in cluster.sh(f"docker node inspect {name} --format '{{{{json .ManagerStatus}}}}'"):
        others = " ".join(each for each in ("m1", "m2", "m3") if each != name)
        for change, count in (("demote", 0), ("promote", 2)):
            # The swarm itself may write a node at the same moment, and then refuses.
            cluster.until(
                lambda change=change, count=count: (
                    cluster.sh(f"docker node {change} {others}; docker node ls", name, check=False).count(
                        "Reachable"
                    )
                    == count
                )
            )


def _begun(cluster: Cluster, name: str) -> bool:
    return "flotilla.rebalance" in _written(cluster, name)


@pytest.mark.long
def test_a_run_that_was_killed_is_finished_and_what_others_set_holds(cluster: Cluster) -> None:
    """O3."""
    _leader(cluster, "m2")
    health = "--health-cmd 'sleep 2' --health-interval 1s"
    _skewed(cluster, web=f"--replicas 4 {health}", api=f"--replicas 4 {health}")
    before = running(cluster, "api")
    cluster.run("rebalance", "--check").succeeded()
    killed = cluster.begin("rebalance")
    cluster.until(lambda: _begun(cluster, "api"))
    cluster.kill(killed)
    assert _written(cluster, "api") == '6 {"flotilla.rebalance":"4+2"}'

    # The same command goes on; of web somebody else wants five tasks while it waits for those that it started.
    with ThreadPoolExecutor() as pool:
        again = pool.submit(cluster.run, "rebalance")
        cluster.until(lambda: _begun(cluster, "web"))
        cluster.sh("docker service update -q -d --replicas 5 web")
        run = again.result().succeeded()
    assert "api: an earlier run was stopped, this one finishes it first" in run.text
    assert "web: left alone, somebody else has changed it meanwhile" in run.text
    assert _on(cluster, "api") == ["w1", "w1", "w2", "w2"]
    assert len(running(cluster, "api") & before) == 2
    assert (_written(cluster, "api"), _written(cluster, "web")) == ("4 {}", "5 {}")


def test_what_cannot_become_well_is_no_reason_to_lose_what_runs(cluster: Cluster) -> None:
    """O3."""
    cluster.sh("docker node update --availability drain w2")
    trap = "sh -c 'test \"$(cat /proc/sys/kernel/hostname)\" != w2 && exec sleep 999; exit 3'"
    cluster.sh(
        "docker service create -q --name bad --replicas 3 --hostname '{{.Node.Hostname}}' "
        f"--constraint node.role==worker {cluster.image}:1 {trap}"
    )
    cluster.sh(
        f"docker service create -q --name busy --replicas 4 --constraint node.role==worker {cluster.image}:1"
    )
    cluster.sh("docker node update --availability active w2")
    # An update by somebody else that is not over.
    cluster.sh("docker service update -q -d --health-cmd 'sleep 60' busy")
    before, busy = running(cluster, "bad"), _written(cluster, "busy")
    failed = cluster.run("rebalance")
    assert failed.status != 0
    assert "busy stays skewed by 2: its update is not over" in failed.text
    assert "No task of bad was stopped" in " ".join(failed.text.split())
    assert _written(cluster, "bad") == '4 {"flotilla.rebalance":"3+1"}'
    assert before <= running(cluster, "bad")
    assert _written(cluster, "busy") == busy
