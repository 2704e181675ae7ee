# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks that scale and restart services by their names."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster


def running(cluster: Cluster, name: str) -> set[str]:
    """The IDs of a service's tasks that run."""
    shown = cluster.sh(f"docker service ps -q --no-trunc -f desired-state=running {name}")
    return set(shown.split())


def test_services_are_scaled_and_restarted_by_name(cluster: Cluster) -> None:
    """O11: awaited, with a verdict; other services and other options are not touched."""
    web = {"name": "web", "image": f"{cluster.image}:1", "replicas": 1, "env": {"A": "1"}}
    other = {"name": "other", "image": f"{cluster.image}:1"}
    cluster.stage.one("m1", "swarm_service", services=[web, other])
    before, untouched = running(cluster, "web"), running(cluster, "other")
    for wrong in ("web", "web=", "web=five", ""):
        refused = cluster.run("scale", swarm_scale=wrong)
        assert refused.status == 2
        assert "swarm_scale has to name services with their replicas" in refused.text
    twice = cluster.run("scale", swarm_scale="web=3,other=1,web=2")
    assert twice.status == 2
    assert "swarm_scale names a service twice" in twice.text
    unknown = cluster.run("scale", swarm_scale="web=3,lost=2")
    assert unknown.status == 2
    assert "lost" in unknown.text
    assert "+ web: updated" not in unknown.text
    assert running(cluster, "web") == before
    checked = cluster.run("scale", "--check", swarm_scale="web=3").succeeded()
    assert "web: updated (replicas)" in checked.text
    assert running(cluster, "web") == before
    scaled = cluster.run("scale", swarm_scale="web=3, other=1").succeeded()
    assert "web: updated (replicas)" in scaled.text
    assert "other" not in scaled.text.partition("Say what was done")[2].partition("PLAY RECAP")[0]
    now = running(cluster, "web")
    assert (len(now), now > before) == (3, True)
    assert "Nothing had to be done." in cluster.run("scale", swarm_scale="web=3").succeeded().text
    restarted = cluster.run("restart", swarm_restart="web").succeeded()
    assert "web: updated" in restarted.text
    assert not running(cluster, "web") & now
    assert running(cluster, "other") == untouched
    # What was declared is unchanged but for the replicas, which the declaration puts back.
    done = cluster.stage.one("m1", "swarm_service", services=[web, other])
    assert done["actions"] == ["web: updated (replicas)"]
