# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup, and the swarm that comes back from it when every host has lost it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import copy, manifest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.running import Run, site

if t.TYPE_CHECKING:
    from pathlib import Path

_NAMES = ("m1", "m2", "m3")
_INVENTORY = {"swarm": {"children": {"swarm_managers": {"hosts": {name: {} for name in _NAMES}}}}}
# What has to be the same afterwards.
_LOOK = (
    "docker service inspect web --format '{{.ID}} {{json .Spec.TaskTemplate.ContainerSpec.Secrets}}'; "
    "docker secret ls --format '{{.ID}} {{.Name}}'; "
    "docker network inspect front --format '{{.ID}} {{json .IPAM.Config}}'; "
    "docker node inspect self --format '{{.Spec.Labels.zone}}'; docker info --format '{{.Swarm.Cluster.ID}}'"
)
_NODES = "docker node ls --format '{{.Hostname}} {{.Status}} {{if .ManagerStatus}}manager{{end}}'"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stage]:
    """Three managers of their own, since all of them lose the swarm."""
    with own_lab("backup", managers=3) as lab:
        site(lab, _INVENTORY).succeeded()
        yield Stage(lab, tmp_path_factory.mktemp("backup"))


def _run(stage: Stage, book: str, *arguments: str, **variables: t.Any) -> Run:
    return site(stage.lab, _INVENTORY, *arguments, book=book, **variables)


def test_a_full_disk_is_told_and_the_engine_runs(stage: Stage, tmp_path: Path) -> None:
    for host in _NAMES:
        stage.sh(host, "mkdir -p /small; mount -t tmpfs -o size=1m tmpfs /small")
    began = [stage.sh(host, "systemctl show -p ActiveEnterTimestamp docker") for host in _NAMES]
    done = _run(stage, "backup", swarm_backup_dir=str(tmp_path), swarm_backup_staging="/small")
    assert done.status != 0
    assert "/small has 1 MiB free, and the copy needs" in done.text
    assert [stage.sh(host, "systemctl show -p ActiveEnterTimestamp docker") for host in _NAMES] == began
    assert not list(tmp_path.iterdir())


def test_a_damaged_archive_and_a_swarm_that_runs_are_refused(stage: Stage, tmp_path: Path) -> None:
    swarm = {"swarm_id": stage.sh("m2", "docker info --format '{{.Swarm.Cluster.ID}}'").strip()}
    swarm["node_id"] = stage.sh("m2", "docker info --format '{{.Swarm.NodeID}}'").strip()
    for name in ("docker-state.json", "certificates/swarm-node.crt", "certificates/swarm-node.key"):
        (tmp_path / "swarm" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "swarm" / name).write_text("words")
    whole, damaged = tmp_path / "whole.tar", tmp_path / "damaged.tar"
    content = manifest.manifest(
        {**swarm, "quorum": {"managers": 3}, "settings": {}}, {}, "2026-11-28T05:00:00Z"
    )
    copy.save(str(tmp_path / "swarm"), str(whole), content)
    damaged.write_bytes(whole.read_bytes().replace(b"words", b"swords"[:5]))
    for path, said in ((damaged, "is damaged"), (whole, "make it leave first")):
        done = _run(
            stage,
            "restore",
            swarm_restore_confirm="yes",
            swarm_restore_file=str(path),
            swarm_restore_host="m2",
        )
        assert done.status != 0
        assert said in " ".join(done.text.split())
        assert sum(done.changed.values()) == 0
    assert stage.sh("m2", "docker info --format '{{.Swarm.LocalNodeState}}'").strip() == "active"


def test_a_swarm_that_every_host_has_lost_comes_back(stage: Stage, tmp_path: Path) -> None:
    stage.sh(
        "m1",
        "printf words | docker secret create key - && docker network create -d overlay front && "
        "for node in m1 m2 m3; do docker node update --label-add zone=a $node; done && "
        "docker service create -d --name web --network front "
        f"--secret key --replicas 2 {stage.lab.registry}/tiny:1",
    )
    before = stage.sh("m1", _LOOK)
    folder = tmp_path / "backups"
    rot13 = "tr A-Za-z N-ZA-Mn-za-m"
    made = _run(
        stage, "backup", swarm_backup_dir=str(folder), swarm_backup_encrypt=rot13, swarm_backup_keep=1
    ).succeeded()
    host = made.text.split("copied from ")[1][:2]
    [archive] = folder.iterdir()
    assert archive.name.endswith(".tar.enc")
    for one in _NAMES:
        assert not stage.sh(one, "ls -d /var/tmp/flotilla-* 2>/dev/null || true").strip()
        assert "flotilla-backup" not in stage.sh(one, "systemctl list-timers --all")

    for one in _NAMES:
        stage.sh(one, "docker swarm leave --force")
    given = {"swarm_restore_file": str(archive), "swarm_restore_host": host, "swarm_restore_decrypt": rot13}
    _run(stage, "restore", swarm_restore_confirm="yes", **given).succeeded()
    # The label of a node is that of its entry: the restored host has its own back.
    assert stage.sh(host, _LOOK) == before
    assert sorted(stage.sh(host, _NODES).splitlines()) == [f"{one} Ready manager" for one in _NAMES]
    stage.until(lambda: "2/2" in stage.sh(host, "docker service ls --format '{{.Replicas}}'"), 60)
