# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks spread again after a node was away: the fewest moves, nothing else restarted, and interrupted runs finished."""

from __future__ import annotations

import typing as t

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


def test_a_run_that_was_stopped_is_finished_and_what_others_set_holds(cluster: Cluster) -> None:
    """O3."""
    _skewed(cluster, web="--replicas 4", api="--replicas 4")
    before = running(cluster, "web")
    # What a run had written when it was stopped, and what somebody did to the second one after that.
    for name in ("web", "api"):
        cluster.sh(f"docker service update -q -d --label-add flotilla.rebalance=4+2 --replicas 6 {name}")
    cluster.sh("docker service update -q -d --replicas 5 api")
    theirs = running(cluster, "api")
    run = cluster.run("rebalance").succeeded()
    assert "web: an earlier run was stopped, this one finishes it first" in run.text
    assert "api: left alone, somebody else has changed it meanwhile" in run.text
    assert _on(cluster, "web") == ["w1", "w1", "w2", "w2"]
    assert len(running(cluster, "web") & before) == 2
    assert (_written(cluster, "web"), _written(cluster, "api")) == ("4 {}", "5 {}")
    assert running(cluster, "api") <= theirs

    # What cannot become well is no reason to lose what runs.
    cluster.sh("docker service rm api web")
    trap = "sh -c 'test \"$(cat /proc/sys/kernel/hostname)\" != w2 && exec sleep 999; exit 3'"
    cluster.sh("docker node update --availability drain w2")
    cluster.sh(
        "docker service create -q --name bad --replicas 3 --hostname '{{.Node.Hostname}}' "
        f"--constraint node.role==worker {cluster.image}:1 {trap}"
    )
    cluster.sh("docker node update --availability active w2")
    before = running(cluster, "bad")
    failed = cluster.run("rebalance")
    assert failed.status != 0
    assert "No task of bad was stopped" in " ".join(failed.text.split())
    assert _written(cluster, "bad") == '4 {"flotilla.rebalance":"3+1"}'
    assert before <= running(cluster, "bad")
