# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that rotates the secrets of the swarm itself."""

from __future__ import annotations

import threading
import time
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster


def tokens(cluster: Cluster) -> list[str]:
    return [cluster.sh(f"docker swarm join-token -q {role}") for role in ("worker", "manager")]


def root(cluster: Cluster) -> str:
    return cluster.sh("docker swarm ca | sha256sum")


def test_tokens_and_the_unlock_key_are_replaced(cluster: Cluster, tmp_path: Path) -> None:
    """O5: check mode changes nothing; the new key is in a file and in no output."""
    before = tokens(cluster)
    refused = cluster.run("rotate", swarm_rotate="unlock_key")
    assert refused.status == 2
    assert "The managers are not locked" in refused.text
    old = cluster.sh("docker swarm update --autolock=true >/dev/null; docker swarm unlock-key -q")
    try:
        what = {
            "swarm_rotate": "worker_token,manager_token,unlock_key",
            "swarm_rotate_key_file": str(tmp_path / "key"),
        }
        checked = cluster.run("rotate", "--check", **what).succeeded()
        assert "+ replace the unlock key of managers" in checked.text
        assert (tokens(cluster), cluster.sh("docker swarm unlock-key -q")) == (before, old)
        done = cluster.run("rotate", "-vvv", **what).succeeded()
        after, key = tokens(cluster), cluster.sh("docker swarm unlock-key -q")
        assert not {*before, old} & {*after, key}
        file = tmp_path / "key"
        assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == (f"{key}\n", 0o600)
        assert not [secret for secret in (*before, *after, old, key) if secret in done.text]
        # Every manager takes the new key after a restart, a locked one.
        cluster.sh("systemctl restart docker", "m3")
        cluster.until(
            lambda: (
                "locked" in cluster.sh("docker info --format '{{.Swarm.LocalNodeState}}'", "m3", check=False)
            )
        )
        cluster.sh(f"echo {key} | docker swarm unlock", "m3")
    finally:
        cluster.sh("docker swarm update --autolock=false >/dev/null")


def test_a_rotation_of_the_ca_waits_for_every_node_and_is_not_begun_twice(cluster: Cluster) -> None:
    """O5: a node that is down refuses it; one that an earlier run has begun goes on."""
    before = root(cluster)
    cluster.sh("systemctl stop docker.socket docker.service", "w2")
    cluster.until(lambda: "Down" in cluster.sh("docker node ls --filter name=w2 --format '{{.Status}}'"))
    refused = cluster.run("rotate", swarm_rotate="ca")
    assert refused.status == 2
    assert "The node w2 is not ready" in refused.text
    assert root(cluster) == before
    cluster.sh("systemctl start docker", "w2")
    cluster.until(lambda: "Ready" in cluster.sh("docker node ls --filter name=w2 --format '{{.Status}}'"))
    # A run that was stopped in the middle: w2 stands still, so the rotation that has begun does not end.
    cluster.sh("pkill -STOP dockerd", "w2")
    try:
        cluster.sh("docker swarm ca --rotate --detach >/dev/null")
        forced = cluster.stage.one("m1", "swarm_info")["settings"]["ca_force_rotate"]
        moving = threading.Thread(target=lambda: (time.sleep(6), cluster.sh("pkill -CONT dockerd", "w2")))
        moving.start()
        done = cluster.run("rotate", swarm_rotate="ca").succeeded()
        moving.join()
    finally:
        cluster.sh("pkill -CONT dockerd", "w2", check=False)
    assert "go on with the rotation of the root certificate" in done.text
    after = cluster.stage.one("m1", "swarm_info")
    assert after["settings"]["ca_force_rotate"] == forced
    assert not after["swarm_facts"]["RootRotationInProgress"]
    second = root(cluster)
    assert second != before
    assert "certificates of all 5 nodes" in cluster.run("rotate", swarm_rotate="ca").succeeded().text
    assert root(cluster) != second
