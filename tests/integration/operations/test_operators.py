# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two operators at once: the second one sees the first, and a run that was killed is in nobody's way."""

from __future__ import annotations

import json
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster

# Of another control node, whose processes nobody here can look at.
BEN = {"operator": "ben@south", "run": "south/1 8 80"}


def _nodes(cluster: Cluster) -> str:
    """All that a run could write of the nodes."""
    return cluster.sh("docker node inspect --format '{{json .Spec}}' $(docker node ls -q)")


def _marked(cluster: Cluster) -> bool:
    return bool(cluster.sh("docker config ls -q -f name=flotilla-operation"))


def test_a_second_operator_is_refused_and_nothing_is_changed(cluster: Cluster) -> None:
    """O7."""
    label = {"swarm_labels_node": {"mended": "yes"}}
    books: dict[str, dict[str, t.Any]] = {
        "site": label,
        "maintenance": {"swarm_nodes": "w1"},
        "rotate": {"swarm_rotate": "worker_token"},
        "remove_nodes": {"swarm_remove": "w2"},
    }
    cluster.stage.one("m2", "swarm_operation", name="upgrade", **BEN)
    before = _nodes(cluster)
    for book, variables in books.items():
        refused = " ".join(cluster.run(book, **variables).text.split())
        assert "ben@south began upgrade less than a minute ago" in refused, book
        assert "Nothing was changed." in refused
    checked = cluster.run("maintenance", "--check", swarm_nodes="w1").succeeded()
    assert "ben@south began upgrade" in checked.text
    assert "ben@south began upgrade" in cluster.run("status").succeeded().text
    assert _nodes(cluster) == before
    # Whoever knows that Ben's run is over goes on; at the end nobody is in the way.
    taken = cluster.run("site", **label, swarm_take_over=True).succeeded()
    assert "its marker was taken over" in " ".join(taken.text.split())
    assert "mended" in _nodes(cluster)
    assert not _marked(cluster)
    assert "began" not in cluster.run("status").succeeded().text
    cluster.run("site").succeeded()


def test_a_run_that_was_killed_is_in_nobodys_way(cluster: Cluster, tmp_path: Path) -> None:
    """O7."""
    work = tmp_path / "work.yml"
    work.write_text(
        json.dumps([{"ansible.builtin.shell": "test -e /root/free || sleep 300"}]), encoding="utf-8"
    )
    cluster.sh("rm -f /root/free", "w1")
    wanted = {"swarm_nodes": "w1", "swarm_maintenance_tasks": str(work)}
    cluster.run("maintenance", "--check", **wanted).succeeded()
    first = cluster.begin("maintenance", **wanted)
    cluster.until(lambda: '"flotilla.maintenance":"away"' in _nodes(cluster))
    cluster.until(lambda: '"Availability":"drain"' in _nodes(cluster))
    second = " ".join(cluster.run("rotate", swarm_rotate="worker_token").text.split())
    assert "began maintenance" in second
    assert "Nothing was changed." in second
    cluster.kill(first)
    assert _marked(cluster)
    cluster.sh("touch /root/free; pkill sleep", "w1", check=False)
    # The same command goes on at once: its process has ended.
    again = cluster.run("maintenance", **wanted).succeeded()
    assert "its marker was taken over" in " ".join(again.text.split())
    assert not _marked(cluster)
    assert "flotilla.maintenance" not in _nodes(cluster)
