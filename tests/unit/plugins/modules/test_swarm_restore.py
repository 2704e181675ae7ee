# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import copy, manifest
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path) -> str:
    for name in ("docker-state.json", "certificates/swarm-node.crt", "certificates/swarm-node.key"):
        path = tmp_path / "swarm" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    swarm = {
        "swarm_id": "c" * 25,
        "node_id": "n" * 25,
        "nodes": [],
        "quorum": {"managers": 1},
        "settings": {},
    }
    content = manifest.manifest(swarm, {"Name": "m1", "ServerVersion": "20.10.24"}, "2026-11-28T05:00:00Z")
    copy.save(str(tmp_path / "swarm"), str(tmp_path / "a.tar"), content)
    return str(tmp_path / "a.tar")


def test_a_host_that_takes_part_in_a_swarm_is_refused(module: Module, archive: str) -> None:
    message = module.refuses(MemoryEngine(), path=archive)
    assert message.startswith("The swarm is not restored here: ")
    assert "make it leave its swarm first" in message


def test_an_archive_is_verified_before_anything_else(module: Module, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("no archive")
    assert "cannot be used" in module.refuses(MemoryEngine(), path=str(tmp_path / "x.tar"))


@pytest.mark.parametrize("path", ["", " "])
def test_an_empty_path_is_refused_by_its_name(module: Module, path: str) -> None:
    """It is mostly a variable that is not set."""
    assert module.refuses(MemoryEngine(), path=path).startswith("path: '' is empty: set it")
