# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import time
import tracemalloc
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._files.read import read_file
from ansible_collections.flotilla.swarm.plugins.module_utils._files.unreadable import NoSuchFile, Unreadable

MOST = 512_000


@pytest.mark.parametrize("size", [0, 1, MOST - 1, MOST])
def test_a_file_is_read_up_to_its_limit(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = tmp_path / "file"
    path.write_bytes(content)
    (tmp_path / "link").symlink_to(path)
    assert read_file(str(path), MOST) == content
    assert read_file(str(tmp_path / "link"), MOST) == content


@pytest.mark.parametrize("size", [MOST + 1, 10 << 20, 1 << 40])
def test_of_a_larger_file_no_more_is_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as raised:
            read_file(str(path), MOST)
        assert tracemalloc.get_traced_memory()[1] < 4 * MOST
    finally:
        tracemalloc.stop()
    assert str(raised.value) == f"has more than {MOST} bytes, the most that is read"


@pytest.mark.parametrize(
    "path", ["/dev/zero", "/dev/random", "/dev/full", "/dev/tty", "/dev/stdin/../../zero"]
)
def test_devices_are_not_opened(path: str) -> None:
    with pytest.raises(Unreadable):
        read_file(path, MOST)


def test_what_is_no_file_is_said_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        began = time.monotonic()
        for name, why in (
            ("pipe", "is a pipe, not a regular file"),
            ("link", "is a pipe, not a regular file"),
            ("socket", "is a socket, not a regular file"),
            (".", "is a directory, not a regular file"),
            ("loop", "could not be read: Too many levels of symbolic links"),
            ("none", "could not be read: No such file or directory"),
            ("a\0b", "could not be read: embedded null"),
            ("x" * 300, "could not be read: File name too long"),
        ):
            with pytest.raises(Unreadable) as raised:
                read_file(f"{tmp_path}/{name}", MOST)
            # Of a NUL, each Python has words of its own.
            assert str(raised.value) == why or ("\0" in name and "embedded null" in str(raised.value))
        assert time.monotonic() - began < 1
    with pytest.raises(NoSuchFile):
        read_file(f"{tmp_path}/none", MOST)


@pytest.mark.parametrize("path", ["/proc/self/mem", "/proc/kmsg", "/proc/self/pagemap", "/dev/zero"])
def test_files_of_the_kernel_are_not_waited_for(path: str) -> None:
    """They are regular files, and have no end, or none yet."""
    began = time.monotonic()
    try:
        assert len(read_file(path, MOST)) <= MOST
    except Unreadable as reason:
        assert str(reason).startswith(("could not be read: ", "has more than", "is a device"))
    assert time.monotonic() - began < 2
