# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``status`` writes of a real swarm into a file."""

from __future__ import annotations

import json
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster

_CREATE = "docker service create -q --detach=false --stop-grace-period 1s --update-monitor 1s --update-parallelism 2"


def test_the_status_is_written_as_one_page_and_as_json(cluster: Cluster, tmp_path: Path) -> None:
    """V4."""
    cluster.sh("docker node update --label-add zone=a w1")
    cluster.sh(f"{_CREATE} --name rolled --replicas 2 --env TOKEN=canary3f9a {cluster.image}:1")
    cluster.sh(
        f"docker service create -q -d --name stuck --constraint node.labels.disk==none {cluster.image}:1"
    )
    for tag in (2, 1):
        cluster.sh(f"docker service update -q --detach=false --image {cluster.image}:{tag} rolled")
    data, page = tmp_path / "cluster.json", tmp_path / "cluster.html"
    try:
        run = cluster.run("status", swarm_report=str(data))
        run.succeeded()
        found = json.loads(data.read_text(encoding="utf-8"))
        again = cluster.run("status", "--check", swarm_report=str(page))
        again.succeeded()
        assert not page.exists()
        cluster.run("status", swarm_report=str(page), swarm_report_title="Lab").succeeded()
    finally:
        cluster.sh("docker node update --label-rm zone w1")

    assert found["swarm"]["quorum"] == {"managers": 3, "reachable": 3, "majority": 2, "may_fail": 1}
    nodes = {node["name"]: node for node in found["nodes"]}
    assert {name: node["host"] for name, node in nodes.items()} == {
        name: name for name in cluster.stage.names
    }
    assert (nodes["w1"]["zone"], nodes["w2"]["zone"]) == ("a", "")
    assert all(node["disk"]["size"] > 0 and node["certificate"]["days_left"] > 0 for node in nodes.values())
    marks = [(task["service"], task["slot"], task["mark"]) for task in found["tasks"]]
    assert marks == [("rolled", 1, "running"), ("rolled", 2, "running"), ("stuck", 1, "waiting")]
    [stuck] = [task for task in found["tasks"] if task["service"] == "stuck"]
    assert (stuck["node"], "no suitable node" in stuck["why"]) == ("", True)
    assert [(one["kind"], one["name"]) for one in found["problems"]] == [("service", "stuck")]
    assert stuck["why"] in found["problems"][0]["sentence"]

    # Of the last rollout, the gap of each slot is known; of the one before, only when it began and the old tasks stopped.
    last, before = found["rollouts"]
    assert [one["image"].partition("@")[0][-2:] for one in (before, last)] == [":2", ":1"]
    assert (last["state"], last["before"]) == ("completed", before["image"])
    assert {slot["slot"] for slot in last["slots"]} == {slot["slot"] for slot in before["slots"]} == {1, 2}
    assert all(0 < slot["gap"] < 30 and slot["stopped"] < slot["ready"] for slot in last["slots"])
    assert all(slot["replaced"] and slot["gap"] is None and slot["stopped"] for slot in before["slots"])

    text = page.read_text(encoding="utf-8")
    assert "<title>Lab</title>" in text and "1 thing needs a look" in text and "no suitable node" in text
    assert "canary3f9a" not in text and "canary3f9a" not in data.read_text(encoding="utf-8")
    assert (page.stat().st_mode & 0o777, data.stat().st_mode & 0o777) == (0o644, 0o644)
