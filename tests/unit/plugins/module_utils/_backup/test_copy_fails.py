# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy that fails half-way leaves nothing behind, and the Engine runs."""

from __future__ import annotations

import contextlib
import resource
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import backup, engine, manifest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError

if t.TYPE_CHECKING:
    from pathlib import Path


def test_a_disk_that_fills_up_leaves_no_part_of_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, staging = tmp_path / "swarm", tmp_path / "staging"
    for folder in (state, staging):
        folder.mkdir()
    (state / "big").write_bytes(b"x" * 400_000)
    steps: list[str] = []

    @contextlib.contextmanager
    def stopped(_seconds: float) -> t.Iterator[None]:
        steps.append("stopped")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        # As the disk does, the kernel refuses what is written beyond this.
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            steps.append("started")

    monkeypatch.setattr(engine, "stopped", stopped)
    swarm = {
        "swarm_id": "c" * 25,
        "node_id": "n" * 25,
        "nodes": [],
        "quorum": {"managers": 1},
        "settings": {},
    }
    content = manifest.manifest(swarm, {}, "2026-11-28T05:00:00Z")
    with pytest.raises(FlotillaError, match="There is no backup; the Engine was started again"):
        backup._copy(str(state), {"staging": str(staging), "wait_timeout": 60}, content)
    assert steps == ["stopped", "started"]
    assert not list(staging.iterdir())
