# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.filter.swarm_restore_plan import FilterModule
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import copy, manifest

if t.TYPE_CHECKING:
    from pathlib import Path

plan = FilterModule().filters()["swarm_restore_plan"]
_SWARM = {"swarm_id": "c" * 25, "node_id": "n" * 25, "nodes": [], "quorum": {"managers": 3}, "settings": {}}


@pytest.fixture
def archive(tmp_path: Path) -> str:
    for name in ("docker-state.json", "certificates/swarm-node.crt", "certificates/swarm-node.key"):
        path = tmp_path / "swarm" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    content = manifest.manifest(_SWARM, {"Name": "m2", "ServerVersion": "26.1.4"}, "2026-11-28T05:00:00Z")
    copy.save(str(tmp_path / "swarm"), str(tmp_path / "a.tar"), content)
    return str(tmp_path / "a.tar")


def _plan(archive: str, **infos: dict[str, t.Any]) -> dict[str, t.Any]:
    return plan(archive, "m1", list(infos), {host: {"r": info} for host, info in infos.items()}, "r")


_INACTIVE: dict[str, t.Any] = {"state": "inactive"}


def test_a_swarm_that_is_lost_is_restored(archive: str) -> None:
    found = _plan(archive, m1=_INACTIVE, m2={"state": "no_engine"}, w1={"state": "worker"})
    assert found["manifest"]["cluster_id"] == "c" * 25
    assert "that of m2 from 2026-11-28T05:00:00Z" in found["lines"][0]
    assert plan(archive)["manifest"] == found["manifest"]


@pytest.mark.parametrize(
    "other",
    [
        {"state": "manager", "swarm_id": "c" * 25},
        {"state": "no_quorum", "swarm_id": "c" * 25},
        {"state": "no_quorum"},
        {"state": "locked"},
        {"state": "manager", "swarm_id": "d" * 25, "nodes": [{"id": "n" * 25, "state": "ready"}]},
    ],
)
def test_another_manager_of_the_same_swarm_refuses(archive: str, other: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="m2 runs as a manager"):
        _plan(archive, m1=_INACTIVE, m2=other)


def test_another_swarm_is_no_reason(archive: str) -> None:
    assert _plan(archive, m1=_INACTIVE, m2={"state": "manager", "swarm_id": "d" * 25, "nodes": []})
    assert _plan(archive, m1={"state": "no_quorum", "swarm_id": "c" * 25})


def test_a_wrong_file_and_a_wrong_host_are_refused(archive: str, tmp_path: Path) -> None:
    with pytest.raises(AnsibleFilterError, match="cannot be read"):
        plan(str(tmp_path / "none"))
    with pytest.raises(AnsibleFilterError, match="swarm_restore_host is m1"):
        _plan(archive, m2=_INACTIVE)
