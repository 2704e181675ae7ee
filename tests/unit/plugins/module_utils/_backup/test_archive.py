# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An archive is what was saved, or it is refused."""

from __future__ import annotations

import io
import os
import tarfile
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup import copy, manifest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused

if t.TYPE_CHECKING:
    from pathlib import Path

_SWARM = {
    "swarm_id": "c" * 25,
    "node_id": "n" * 25,
    "nodes": [{"id": "n" * 25, "manager": {"address": "10.0.0.2:2377"}}],
    "quorum": {"managers": 3},
    "settings": {"autolock_managers": True},
}
_CONTENT = manifest.manifest(_SWARM, {"Name": "m2", "ServerVersion": "26.1.4-ce+x"}, "2026-11-28T05:00:00Z")
_FILES = {
    "docker-state.json": b"{}",
    "certificates/swarm-node.crt": b"a certificate",
    "certificates/swarm-node.key": b"a key",
    "raft/wal-v3-encrypted/0.wal": bytes(range(256)) * 100,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in _FILES.items():
        path = tmp_path / "swarm" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o600)
    os.mkfifo(tmp_path / "swarm" / "pipe")
    return tmp_path / "swarm"


@pytest.fixture
def archive(folder: Path, tmp_path: Path) -> Path:
    copy.save(str(folder), str(tmp_path / "a.tar"), _CONTENT)
    return tmp_path / "a.tar"


def test_what_is_saved_comes_back(archive: Path, tmp_path: Path) -> None:
    found = copy.verify(str(archive))
    assert {**found, "files": {}} == _CONTENT
    assert found["locked"] is True
    assert found["address"] == "10.0.0.2:2377"
    copy.unpack(str(archive), str(tmp_path / "new"))
    assert copy.files(str(tmp_path / "new")) == sorted(_FILES)
    for name, data in _FILES.items():
        path = tmp_path / "new" / name
        assert path.read_bytes() == data
        assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert archive.stat().st_mode & 0o777 == 0o600
    assert archive.stat().st_size <= copy.size(str(tmp_path / "new")) + 20480


def test_a_changed_byte_is_found(archive: Path) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"a certificate", b"a certificatf", 1))
    with pytest.raises(Refused, match=r"damaged: swarm/certificates/swarm-node\.crt is not what was saved"):
        copy.verify(str(archive))


@pytest.mark.parametrize("part", [0.02, 0.5, 0.75])
def test_a_part_of_an_archive_is_refused(archive: Path, part: float) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(Refused):
        copy.verify(str(archive))


@pytest.mark.parametrize("name", ["swarm/../../etc/passwd", "/etc/passwd", "swarm", "other/x", "swarm//x"])
def test_no_name_leads_out_of_the_folder(archive: Path, name: str) -> None:
    with tarfile.open(archive, "a:") as opened:
        member = tarfile.TarInfo(name)
        member.size = 1
        opened.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(Refused):
        copy.verify(str(archive))


def test_a_link_is_refused(archive: Path) -> None:
    with tarfile.open(archive, "a:") as opened:
        member = tarfile.TarInfo("swarm/link")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        opened.addfile(member)
    with pytest.raises(Refused, match="no file of a swarm's state"):
        copy.verify(str(archive))


def test_an_added_file_is_refused(archive: Path) -> None:
    with tarfile.open(archive, "a:") as opened:
        member = tarfile.TarInfo("swarm/more")
        opened.addfile(member, io.BytesIO(b""))
    with pytest.raises(Refused, match="swarm/more was added"):
        copy.verify(str(archive))


@pytest.mark.parametrize("data", [b"", b"no tar at all" * 100])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(data)
    with pytest.raises(Refused):
        copy.verify(str(tmp_path / "x.tar"))
    with pytest.raises(Refused, match="cannot be read"):
        copy.verify(str(tmp_path / "none.tar"))


def test_an_incomplete_state_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "certificates/swarm-node.key").unlink()
    with pytest.raises(Refused, match=r"swarm-node\.key was never saved"):
        copy.save(str(folder), str(tmp_path / "b.tar"), _CONTENT)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[]", "no archive of this collection"),
        (b"{", "no JSON"),
        (b'{"format": 2}', "newer version"),
        (b'{"format": 1}', "lacks"),
    ],
)
def test_a_manifest_that_is_none_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        manifest.read(data)


@pytest.mark.parametrize(
    ("saved", "running", "refused"),
    [
        ("26.1.4", "26.1.0", False),
        ("26.1.4", "27.0.1", False),
        ("26.1.4", "20.10.24+dfsg1", True),
        ("20.10.24", "26.1.4-ce", False),
    ],
)
def test_an_older_engine_is_refused(saved: str, running: str, refused: bool) -> None:
    assert bool(manifest.too_old(saved, running)) is refused


def test_what_killed_runs_left_goes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "flotilla-backup-a").mkdir()
    (tmp_path / "flotilla-backup-a" / "a.tar").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "flotilla-backup-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "flotilla-backup-file").touch()
    copy.remove_earlier(str(tmp_path))
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "elsewhere",
        "flotilla-backup-file",
        "flotilla-backup-link",
    ]
    copy.remove_earlier(str(tmp_path / "none"))
