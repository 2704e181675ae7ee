# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine's files say of its images that it does not say itself. PRIVATE to the collection.

How large each layer is, the Engine tells only along with the size of every volume, which it counts file by file. When an image
came to a host it does not tell at all: its ``Created`` is the time of its build.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._engine.client import Client

Raw = t.Dict[str, t.Any]


class Store:
    """An Engine's directory.

    Args:
        info: the Engine's answer at ``/info``.
        is_local: whether the Engine is that of this host.
    """

    def __init__(self, info: Raw, is_local: bool) -> None:
        self.root: str | None = info.get("DockerRootDir") if is_local else None
        self._images = os.path.join(self.root or "", "image", info.get("Driver") or "")

    def layers(self) -> dict[str, int] | None:
        """The bytes of each layer by its chain ID; ``None`` where they are kept in another way, or by another user."""
        if not self.root or not os.path.isdir(self._images):
            return None
        folder = os.path.join(self._images, "layerdb", "sha256")
        found: dict[str, int] = {}
        try:
            # An Engine that has never had an image has no such folder.
            for name in os.listdir(folder) if os.path.isdir(folder) else []:
                # A layer may go meanwhile.
                with contextlib.suppress(FileNotFoundError, ValueError):
                    found[f"sha256:{name}"] = _number(os.path.join(folder, name, "size"))
        except OSError:
            return None
        return found

    def arrival(self, image: str) -> float | None:
        """When an image came to this host."""
        if not self.root:
            return None
        content = os.path.join(self._images, "imagedb", "content", *image.split(":", 1))
        try:
            return os.stat(content).st_mtime
        except OSError:
            return None

    def logs(self, container: str = "") -> int | None:
        """Bytes of the logs of a container, or of all; ``None`` where they cannot be read."""
        if not self.root:
            return None
        folder = os.path.join(self.root, "containers")
        try:
            return sum(
                _logs(os.path.join(folder, name))
                for name in ([container] if container else os.listdir(folder))
            )
        except OSError:
            return None

    def fullness(self) -> tuple[int, int] | None:
        """Bytes of the file system that are free, and all that it has; ``None`` where it cannot be asked."""
        if not self.root:
            return None
        try:
            found = os.statvfs(self.root)
        except OSError:
            return None
        used = found.f_blocks - found.f_bfree
        # What only root may use counts as used, as df shows it.
        return found.f_bavail * found.f_frsize, (used + found.f_bavail) * found.f_frsize


def store_of(client: Client) -> Store:
    """The directory of the Engine that is asked."""
    return Store(client.info(), client.where.startswith("unix://"))


def _number(path: str) -> int:
    with open(path, encoding="ascii") as file:
        return int(file.read())


def _logs(folder: str) -> int:
    total = 0
    # The drivers json-file and local, and their rotated files.
    for inner in (folder, os.path.join(folder, "local-logs")):
        with contextlib.suppress(OSError), os.scandir(inner) as entries:
            for entry in entries:
                if ".log" in entry.name and entry.is_file(follow_symlinks=False):
                    with contextlib.suppress(FileNotFoundError):
                        total += entry.stat(follow_symlinks=False).st_size
    return total
