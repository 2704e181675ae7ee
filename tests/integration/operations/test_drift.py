# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between the inventory and the swarm, as a nightly job asks for it."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster
from ansible_collections.flotilla.swarm.tests.integration.running import Run

SECRET = "not-to-be-seen"


def drift(cluster: Cluster, *arguments: str, **variables: t.Any) -> tuple[Run, dict[str, t.Any] | None]:
    """A run, and what its file has; there is none where the run failed."""
    path = cluster.stage.folder / "drift.json"
    path.write_text("of an earlier run", encoding="utf-8")
    run = cluster.run("drift", *arguments, swarm_drift_file=str(path), **variables)
    assert SECRET not in run.text
    if not path.exists():
        return run, None
    text = path.read_text(encoding="utf-8")
    assert SECRET not in text
    assert path.stat().st_mode & 0o777 == 0o600
    return run, json.loads(text)


def test_what_differs_is_named_and_told_from_a_failure(cluster: Cluster) -> None:
    """O6: none, then every kind of it, then an Engine that is down; nothing is ever written."""
    web = {"name": "web", "image": f"{cluster.image}:1", "replicas": 1, "env": {"KEY": SECRET}}
    declared = {"swarm_services": [web]}
    cluster.run("deploy", **declared).succeeded()
    writes = cluster.stage.writes()
    run, told = drift(cluster, **declared)
    assert run.status == 0, run.text
    assert "Nothing differs." in run.text
    assert told is not None
    assert (told["drift"], told["lines"]) == (False, ["Nothing differs."])
    assert set(run.changed.values()) == {0}
    assert writes.seen() == []

    node = cluster.sh("docker node ls -q --filter name=w1")
    try:
        cluster.sh(
            f"docker node update --label-add disk=hdd {node} && docker service scale -d web=2 && "
            f"docker service create -d --name extra --env KEY={SECRET} {cluster.image}:1 && "
            f"docker service create -d --name ci-job {cluster.image}:1 && echo x | docker config create extra-config - && "
            "docker network create -d overlay tower_net --label com.docker.stack.namespace=tower"
        )
        writes = cluster.stage.writes()
        labelled = {**declared, "swarm_labels_node": {"disk": "ssd"}, "swarm_drift_ignore": ["ci-*"]}
        run, told = drift(cluster, **labelled)
        assert run.status == 2, run.text
        assert "Drift: " in run.text and "differences between the inventory and the swarm" in run.text
        assert told is not None and told["drift"]
        assert any(line.startswith("w1: ") and "hdd → ssd" in line for line in told["site"]), told
        assert told["deploy"] == ["web: updated (replicas)"]
        assert told["undeclared"] == [
            "stack tower: declared nowhere",
            "config extra-config: declared nowhere",
            "service extra: declared nowhere",
        ]
        for line in told["lines"]:
            assert line in run.text
        assert writes.seen() == []

        cluster.sh("systemctl stop docker.socket docker", "w2")
        run, told = drift(cluster, **declared)
        assert run.status == 2, run.text
        assert told is None
        assert "Failed: the swarm could not be compared" in run.text and "Drift: " not in run.text
    finally:
        cluster.sh("systemctl start docker", "w2")
        cluster.sh(
            f"docker node update --label-rm disk {node}; docker service rm extra ci-job; "
            "docker config rm extra-config; docker network rm tower_net",
            check=False,
        )
