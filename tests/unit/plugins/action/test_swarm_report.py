# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.flotilla.swarm.plugins.action.swarm_report import ActionModule
from ansible_collections.flotilla.swarm.tests.unit.support.reported import demo

NAMES = {f"{kind}_info": kind for kind in ("swarm", "service", "task", "network", "disk")}


def hostvars() -> dict[str, t.Any]:
    """What the hosts registered; m1 is the manager that was asked for more."""
    seen = demo()
    found: dict[str, t.Any] = {
        host: {"swarm": info, "disk": seen.disks.get(host, {}), "task": {"skipped": True}}
        for host, info in seen.hosts.items()
    }
    found["m1"] |= {"service": {"services": seen.services}, "network": {"networks": seen.networks}}
    found["m2"] |= {"task": {"tasks": seen.tasks}}
    return found


def run(check: bool = False, **args: t.Any) -> dict[str, t.Any]:
    task = SimpleNamespace(
        args=args, check_mode=check, async_val=0, diff=False, action="swarm_report", collections=[]
    )
    parts = ("connection", "play_context", "loader", "templar", "shared_loader_obj")
    action = ActionModule(task=task, **{part: mock.MagicMock() for part in parts})
    found: dict[str, t.Any] = action.run(None, {"hostvars": hostvars()})
    return found


def test_it_is_written_once_and_unchanged_while_the_swarm_is(tmp_path: Path) -> None:
    dest = tmp_path / "cluster.html"
    planned = run(True, dest=str(dest), **NAMES)
    assert (planned["changed"], dest.exists()) == (True, False)
    done = run(dest=str(dest), **NAMES)
    assert {**planned, "changed": True} == done
    assert (done["format"], done["dest"], len(done["problems"])) == ("html", str(dest), 7)
    assert not run(dest=str(dest), **NAMES)["changed"]
    assert not run(True, dest=str(dest), **NAMES)["changed"]
    assert run(dest=str(dest), title="Other", **NAMES)["changed"]


def test_json_has_what_the_hosts_told(tmp_path: Path) -> None:
    dest = tmp_path / "cluster.json"
    run(dest=str(dest), zone_label="disk", problems=["m1: its clock is late."], **NAMES)
    found = json.loads(dest.read_text(encoding="utf-8"))
    assert len(found["nodes"]) == 6 and len(found["services"]) == 7 and len(found["rollouts"]) == 3
    assert {"kind": "", "name": "", "sentence": "m1: its clock is late."} in found["problems"]
    assert found["zone_label"] == "disk"


def test_only_what_is_named_is_shown(tmp_path: Path) -> None:
    dest = tmp_path / "cluster.json"
    run(dest=str(dest), swarm_info="swarm", hosts=["m1", "w1"])
    found = json.loads(dest.read_text(encoding="utf-8"))
    assert (found["services"], found["tasks"], found["networks"]) == ([], [], [])
    assert [node["host"] for node in found["nodes"] if node["host"]] == ["m1", "w1"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "cluster.html").symlink_to(tmp_path / "www" / "index.html")
    done = run(dest=str(tmp_path / "cluster.html"), **NAMES)
    assert done["dest"] == str(tmp_path / "www" / "index.html")
    assert (tmp_path / "cluster.html").is_symlink()


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("name", ["none/cluster.html", ".", "a\0b"])
def test_what_cannot_be_written_is_refused_with_a_sentence(tmp_path: Path, check: bool, name: str) -> None:
    with pytest.raises(AnsibleActionFail, match="cannot be written: "):
        run(check, dest=f"{tmp_path}/{name}", **NAMES)
