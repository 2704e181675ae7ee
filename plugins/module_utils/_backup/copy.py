# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Archives of a swarm's state on a disk. PRIVATE to the collection."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import typing as t

from .._engine.errors import Refused
from . import manifest
from .manifest import Manifest

#: How the name of a folder with a copy begins.
STAGED = "flotilla-backup-"
_BLOCK = 1024 * 1024


def files(folder: str) -> list[str]:
    """The plain files below a folder, relative to it; sockets and links are no part of a swarm's state."""
    found = []
    for top, _folders, names in os.walk(folder):
        paths = [os.path.join(top, one) for one in names]
        found += [
            os.path.relpath(one, folder) for one in paths if os.path.isfile(one) and not os.path.islink(one)
        ]
    return sorted(found)


def size(folder: str) -> int:
    """Bytes that an archive of a folder has at most."""
    # A tar pads each file, and writes a head for it.
    return sum(os.path.getsize(os.path.join(folder, one)) + 2048 for one in files(folder))


def free(folder: str) -> int:
    """Bytes that are free in a folder's file system."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def remove_earlier(staging: str) -> None:
    """Remove copies that runs have left which were killed: they hold the keys of a swarm, and take room.

    Only folders of this user are touched: anybody may create some in ``/var/tmp``.
    """
    if not os.path.isdir(staging):
        return
    with os.scandir(staging) as entries:
        ours = [
            one.path
            for one in entries
            if one.name.startswith(STAGED)
            and one.is_dir(follow_symlinks=False)
            and one.stat(follow_symlinks=False).st_uid == os.getuid()
        ]
    for one in ours:
        shutil.rmtree(one, ignore_errors=True)


def save(folder: str, path: str, content: Manifest) -> Manifest:
    """Write the archive of a folder, and read it again.

    Args:
        folder: the swarm's state, of an Engine that does not run.
        path: the archive.
        content: its manifest, without files.

    Returns:
        The manifest.
    """
    names = files(folder)
    sums = {f"{manifest.STATE}/{one}": file_sum(os.path.join(folder, one)) for one in names}
    whole: Manifest = {**content, "files": sums}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
            data = manifest.write(whole)
            head = tarfile.TarInfo(manifest.NAME)
            head.size, head.mode = len(data), 0o600
            archive.addfile(head, io.BytesIO(data))
            for one in names:
                archive.add(os.path.join(folder, one), f"{manifest.STATE}/{one}", recursive=False)
        stream.flush()
        os.fsync(stream.fileno())
    return verify(path)


def verify(path: str) -> Manifest:
    """Read a whole archive, and return its manifest.

    Raises:
        Refused: it is none, or is not what was saved.
    """
    try:
        with tarfile.open(path, mode="r:") as archive:
            found: dict[str, str] = {}
            content = manifest.read(_first(archive))
            for member in _members(archive):
                found[member.name] = _sum(t.cast("t.IO[bytes]", archive.extractfile(member)))
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Refused(f"{path} cannot be used: {error}. Nothing was changed.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}. Nothing was changed.") from None
    problem = manifest.damage(content, found)
    if problem:
        raise Refused(f"{path} is damaged: {problem}. Nothing was changed.")
    return content


def unpack(path: str, folder: str) -> None:
    """Write the state in a verified archive to a new folder, readable by its owner only, as the Engine has it."""
    os.mkdir(folder, 0o700)
    with tarfile.open(path, mode="r:") as archive:
        _first(archive)
        for member in _members(archive):
            target = os.path.join(folder, os.path.relpath(member.name, manifest.STATE))
            os.makedirs(os.path.dirname(target), 0o700, exist_ok=True)
            source = t.cast("t.IO[bytes]", archive.extractfile(member))
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, member.mode & 0o700)
            with os.fdopen(handle, "wb") as stream:
                for block in _blocks(source):
                    stream.write(block)
                stream.flush()
                os.fsync(stream.fileno())


def file_sum(path: str) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as stream:
        return _sum(stream)


def _first(archive: tarfile.TarFile) -> bytes:
    member = archive.next()
    if member is None or member.name != manifest.NAME or not member.isfile():
        raise ValueError("it does not begin with a manifest")
    return t.cast("t.IO[bytes]", archive.extractfile(member)).read()


def _members(archive: tarfile.TarFile) -> t.Iterator[tarfile.TarInfo]:
    """The files of the state: an archive may come from anywhere, so no name leads out of its folder."""
    member = archive.next()
    while member is not None:
        steps = member.name.split("/")
        if (
            not member.isfile()
            or steps[0] != manifest.STATE
            or len(steps) < 2
            or {"", ".", ".."} & set(steps)
        ):
            raise ValueError(f"{member.name!r} is no file of a swarm's state")
        yield member
        member = archive.next()


def _blocks(stream: t.IO[bytes]) -> t.Iterator[bytes]:
    return iter(lambda: stream.read(_BLOCK), b"")


def _sum(stream: t.IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in _blocks(stream):
        digest.update(block)
    return digest.hexdigest()
