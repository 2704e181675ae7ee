# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._host.stored import read_stored
from ansible_collections.flotilla.swarm.tests.unit.plugins.module_utils._host.test_certificate import ROOT
from ansible_collections.flotilla.swarm.tests.unit.support.wal import entry, frame

if t.TYPE_CHECKING:
    from pathlib import Path


def manager(root: Path) -> Path:
    """The folder of a log whose newest file has no entry yet."""
    log = root / "swarm/raft/wal-v3-encrypted"
    log.mkdir(parents=True)
    (root / "swarm/certificates").mkdir()
    (root / "swarm/certificates/swarm-node.crt").write_text(ROOT)
    known = [{"node_id": "abc", "addr": "10.0.0.11:2377"}]
    (root / "swarm/state.json").write_text(json.dumps(known))
    (log / f"{0:016x}-{0:016x}.wal").write_bytes(entry(2, 9, b"old"))
    (log / f"{1:016x}-{10:016x}.wal").write_bytes(entry(4, 31, b"last") + bytes(64))
    (log / f"{2:016x}-{32:016x}.wal").write_bytes(frame(1, b"metadata") + bytes(64))
    (log / "0.tmp").write_bytes(entry(9, 99, b"not yet"))
    return log


def test_a_manager_is_read_from_its_files(tmp_path: Path) -> None:
    manager(tmp_path)
    assert read_stored(str(tmp_path)) == {
        # The certificate of the fixture is that of a root, which has nothing but a name.
        "node_id": "swarm-ca",
        "swarm_id": "",
        "role": "",
        "sealed": False,
        "managers": [{"id": "abc", "address": "10.0.0.11:2377"}],
        "term": 4,
        "index": 31,
    }


def test_what_cannot_be_read_is_nothing(tmp_path: Path) -> None:
    assert read_stored(str(tmp_path)) is None
    log = manager(tmp_path)
    (tmp_path / "swarm/certificates/swarm-node.key").write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    (tmp_path / "swarm/state.json").write_text("[1]")
    for file in log.iterdir():
        file.unlink()
    found = read_stored(str(tmp_path))
    assert found
    assert (found["managers"], found["term"], found["index"], found["sealed"]) == ([], None, None, True)
    (tmp_path / "swarm/certificates/swarm-node.crt").write_text("torn")
    assert read_stored(str(tmp_path)) is None
