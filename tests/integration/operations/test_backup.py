# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup, and the swarm that comes back from it when every host has lost it."""

from __future__ import annotations

import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import copy, manifest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import leave_swarm, own_lab
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.running import Run, groups_of, site

if t.TYPE_CHECKING:
    from pathlib import Path

_WORKERS = {"hosts": {"w1": {}}}
_MANAGERS: dict[str, t.Any] = {"hosts": {name: {} for name in ("m1", "m2", "m3")}}
_INVENTORY = {"swarm": {"children": {"swarm_managers": _MANAGERS, "swarm_workers": _WORKERS}}}
_LEFT: dict[str, t.Any] = {
    "swarm": {
        "children": {"swarm_managers": {"hosts": {"m1": {}, "m2": {}}}, "swarm_workers": _WORKERS},
        "vars": {"swarm_quorum_even": "warn"},
    }
}
# What has to be the same afterwards.
_LOOK = (
    "docker service inspect web --format '{{.ID}} {{json .Spec.TaskTemplate.ContainerSpec.Secrets}}'; "
    "docker secret ls --format '{{.ID}} {{.Name}}'; "
    "docker network inspect front --format '{{.ID}} {{json .IPAM.Config}}'; "
    "docker node inspect w1 --format '{{.ID}} {{.Spec.Labels.zone}}'; docker info --format '{{.Swarm.Cluster.ID}}'"
)
_NODES = (
    "docker node ls -q | xargs docker node inspect --format "
    "'{{.Description.Hostname}} {{.Status.State}} {{if .ManagerStatus}}{{.ManagerStatus.Addr}}{{end}}'"
)
_ROT13 = "LC_ALL=C tr A-Za-z N-ZA-Mn-za-m"
_BEGAN = "systemctl show -p ActiveEnterTimestampMonotonic docker"
# Ends the module while it stops the Engine.
_KILL = "until pid=$(pgrep -f 'systemctl stop docker[.]socket'); do sleep 0.05; done; ps -o ppid= -p $pid | xargs kill -KILL"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stage]:
    """A swarm of their own, since every manager loses it."""
    with own_lab("backup", managers=3, workers=2, engine="m1=26.1,m3=26.1") as lab:
        site(lab, _INVENTORY).succeeded()
        yield Stage(lab, tmp_path_factory.mktemp("backup"))


@pytest.fixture(scope="module", autouse=True)
def alone(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Future[None]]:
    """What comes of a locked manager, while the others are tested: both wait most of the time."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(_lose_a_locked_manager, stage, tmp_path_factory.mktemp("alone"))


def _run(
    stage: Stage, book: str, *arguments: str, inventory: dict[str, t.Any] | None = None, **variables: t.Any
) -> Run:
    declared = inventory or _INVENTORY
    # A folder of its own for each inventory, since two of them are in use at the same time.
    hosts = "-".join(sorted(name for group in groups_of(declared) for name in group))
    return site(stage.lab, declared, *arguments, book=book, name=hosts, **variables)


def _words(run: Run) -> str:
    assert run.status != 0
    assert sum(run.changed.values()) == 0, run.text
    return " ".join(run.text.split())


def test_what_speaks_against_it_is_told_and_a_check_changes_nothing(stage: Stage, tmp_path: Path) -> None:
    mount = "mkdir -p /small; mount -t tmpfs -o size=1m tmpfs /small"
    began = [stage.sh(host, f"{mount}; {_BEGAN}") for host in _MANAGERS["hosts"]]
    kept = tmp_path / "kept"
    full = _run(stage, "backup", swarm_backup_dir=str(kept), swarm_backup_staging="/small")
    assert "/small has 1 MiB free, and the copy needs" in _words(full)
    planned = _run(stage, "backup", "--check", swarm_backup_dir=str(kept)).succeeded()
    assert planned.plan[0].startswith("stop the Engine of m")

    whole, damaged, other = (tmp_path / f"{name}.tar" for name in ("whole", "damaged", "other"))
    cluster = stage.sh("m1", "docker info --format '{{.Swarm.Cluster.ID}}'")
    _archive(tmp_path / "state", whole, cluster)
    _archive(tmp_path / "state", other, "c" * 25)
    damaged.write_bytes(whole.read_bytes().replace(b"words", b"sword"))
    given: dict[str, t.Any] = {"swarm_restore_confirm": "yes", "swarm_restore_host": "m2"}
    for path, said in ((damaged, "is damaged"), (whole, "make it leave first")):
        assert said in _words(_run(stage, "restore", swarm_restore_file=str(path), **given))
    planned = _run(stage, "restore", "--check", swarm_restore_file=str(other), **given).succeeded()
    assert planned.plan[0].startswith("replace the swarm's state on m2 by that of m3 from 2026")
    assert sum(planned.changed.values()) == 0
    assert not kept.exists()
    assert [stage.sh(host, f"umount /small; {_BEGAN}") for host in _MANAGERS["hosts"]] == began


def _archive(state: Path, path: Path, cluster: str) -> None:
    for name in ("docker-state.json", "certificates/swarm-node.crt", "certificates/swarm-node.key"):
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text("words")
    swarm = {"swarm_id": cluster, "node_id": "n" * 25, "nodes": [], "quorum": {"managers": 3}, "settings": {}}
    content = manifest.manifest(swarm, {"Name": "m3"}, "2026-11-28T05:00:00Z")
    copy.save(str(state), str(path), content)


def test_the_engine_starts_though_the_run_is_killed(stage: Stage, tmp_path: Path) -> None:
    began = stage.sh("m2", _BEGAN)
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(stage.sh, "m2", _KILL)
        done = _run(
            stage,
            "backup",
            swarm_backup_dir=str(tmp_path),
            swarm_backup_node="m2",
            swarm_backup_wait_timeout=5,
        )
        killed.result(10)
    assert done.status != 0
    assert not list(tmp_path.iterdir())
    stage.until(lambda: stage.sh("m2", "systemctl is-active docker", check=False) == "active", 30)
    assert stage.sh("m2", _BEGAN) != began
    stage.until(lambda: all(node[1] == "Ready" for node in stage.nodes()), 60)
    # What it left, and an archive of a run whose control node died, go with the next one.
    assert "flotilla-backup-" in stage.sh("m2", "ls /var/tmp")
    cluster = stage.sh("m2", "docker info --format '{{.Swarm.Cluster.ID}}'")
    (tmp_path / f".swarm-{cluster}-20261125T050000Z.tar").touch()
    _run(stage, "backup", swarm_backup_dir=str(tmp_path), swarm_backup_node="m2").succeeded()
    assert "flotilla-backup-" not in stage.sh("m2", "ls /var/tmp")
    assert [one.name[: len("swarm-")] for one in tmp_path.iterdir()] == ["swarm-"]


def test_every_manager_is_lost_and_the_swarm_comes_back_on_another_address(
    stage: Stage, tmp_path: Path
) -> None:
    stage.sh(
        "m1",
        "printf words | docker secret create key - && docker network create -d overlay front && "
        "docker node update --label-add zone=a w1 && docker service create -d --name web --network front --secret key "
        f"--replicas 2 --stop-grace-period 1s {stage.lab.registry}/tiny:1",
    )
    before = stage.sh("m1", _LOOK)
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in (25, 26):
        (folder / f"swarm-{before.split()[-1]}-202611{day}T050000Z.tar.enc").touch()
    asked = {"swarm_backup_encrypt": _ROT13, "swarm_backup_keep": 2, "swarm_backup_node": "m3"}
    _run(stage, "backup", swarm_backup_dir=str(folder), **asked).succeeded()
    [old, archive] = sorted(folder.iterdir())
    assert old.name.endswith("26T050000Z.tar.enc")
    assert archive.name.endswith(".tar.enc")
    assert not stage.sh("m3", "ls -d /var/tmp/flotilla-* 2>/dev/null || true")
    assert "flotilla-backup" not in stage.sh("m3", "systemctl list-timers --all")

    lost = stage.address("m3")
    with ThreadPoolExecutor(3) as pool:
        pool.submit(stage.lab.host("m3").kill)
        list(pool.map(lambda name: stage.lab.host(name).wipe(), ("m1", "m2")))
    given = {
        "swarm_restore_file": str(archive),
        "swarm_restore_host": "m1",
        "swarm_restore_decrypt": _ROT13,
        "swarm_restore_confirm": "yes",
    }
    elsewhere = _run(stage, "restore", inventory=_LEFT, **given)
    assert elsewhere.status != 0
    assert f"has the address {lost}, which this host does not have" in " ".join(elsewhere.text.split())
    stage.sh("m1", f"ip address add {lost}/32 dev eth0")
    for host in ("m2", "w1"):
        # As the time does: they remember for up to a minute where the address was.
        stage.sh(host, "ip neighbour flush all")
    restored = _run(stage, "restore", inventory=_LEFT, **given).succeeded()
    assert "flotilla.swarm.remove_nodes -e swarm_remove=m1" in " ".join(restored.text.split())
    assert stage.sh("m1", _LOOK) == before

    # As it says, m1 gives the address up.
    _run(stage, "remove_nodes", inventory=_LEFT, swarm_remove="m1").succeeded()
    _run(stage, "site", inventory=_LEFT).succeeded()
    stage.sh("m1", f"ip address del {lost}/32 dev eth0")
    managers = [f"{name} ready {stage.address(name)}:2377" for name in ("m1", "m2")]
    stage.until(lambda: sorted(stage.sh("m2", _NODES, check=False).splitlines()) == [*managers, "w1 ready"])
    assert stage.sh("m1", _LOOK) == before
    stage.until(lambda: "2/2" in stage.sh("m1", "docker service ls --format '{{.Replicas}}'"))


def test_a_locked_manager_that_is_alone_comes_back_with_its_key(alone: Future[None]) -> None:
    alone.result()


def _lose_a_locked_manager(stage: Stage, tmp_path: Path) -> None:
    host = stage.lab.host("w2")
    leave_swarm(host)
    stage.sh(
        "w2",
        f"docker swarm init --autolock --advertise-addr {host.address} && printf a | docker config create app -",
    )
    look = "docker swarm unlock-key -q; docker config ls -q; docker info --format '{{.Swarm.Cluster.ID}}'"
    before = stage.sh("w2", look)
    key = before.split()[0]
    lonely = {"swarm": {"children": {"swarm_managers": {"hosts": {"w2": {}}}}}}
    options: dict[str, t.Any] = {"swarm_backup_dir": str(tmp_path), "swarm_backup_outage": True}
    made = _run(stage, "backup", "-vvv", inventory=lonely, **options).succeeded()
    assert stage.sh("w2", look) == before
    [archive] = tmp_path.iterdir()
    host.wipe()
    given = {"swarm_restore_file": str(archive), "swarm_restore_host": "w2", "swarm_restore_confirm": "yes"}
    keyless = _run(stage, "restore", inventory=lonely, **given)
    assert "give swarm_unlock_key" in _words(keyless)
    restored = _run(stage, "restore", "-vvv", inventory=lonely, swarm_unlock_key=key, **given).succeeded()
    assert stage.sh("w2", look) == before
    assert key not in made.text + restored.text + stage.sh("w2", "journalctl --no-pager")
