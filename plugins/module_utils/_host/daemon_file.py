# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file daemon.json: read, replaced as a whole, and brought back. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t

from .._engine.errors import Refused
from .._files.read import read_file
from .._files.unreadable import NoSuchFile, Unreadable
from .daemon import Content, parse

# Bytes; nobody's file has a thousandth of it.
_LARGEST = 16 << 20
_MODE, _OWN_MODE, _FOLDER_MODE = 0o644, 0o600, 0o755


class DaemonFile:
    """The file, and beside it what was there before it was last replaced.

    Args:
        path: where it is.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        #: What was there before; empty where there was no file. Only root may read it.
        self.kept = f"{path}.before"

    def text(self) -> str | None:
        """The file as it is; ``None`` where there is none.

        Raises:
            Refused: it cannot be read.
        """
        return _read(self.path)

    def before(self) -> str | None:
        """What was there before it was last replaced; ``None`` where nothing was replaced since it was brought back."""
        return _read(self.kept)

    def content(self, text: str | None) -> Content:
        """A text of the file, parsed.

        Raises:
            Refused: it is no JSON object.
        """
        try:
            return parse(text or "")
        except ValueError as error:
            raise Refused(f"{self.path} cannot be read ({error}): repair or remove it.") from None

    def check_writable(self) -> None:
        """Find out whether it can be replaced, without doing it.

        Raises:
            Refused: it cannot.
        """
        folder = os.path.dirname(os.path.realpath(self.path))
        while not os.path.exists(folder):
            folder = os.path.dirname(folder)
        if not os.access(folder, os.W_OK):
            raise Refused(
                f"{self.path} cannot be written, since {folder} takes no new file from this user: run with become: true, and "
                "check whether its file system is mounted read-only."
            )

    def replace(self, text: str) -> None:
        """Write another text, and keep the one that is there.

        Raises:
            Refused: it could not be written, and is as it was.
        """
        with self._told():
            folder = os.path.dirname(os.path.realpath(self.path))
            if not os.path.isdir(folder):
                os.makedirs(folder)
                os.chmod(folder, _FOLDER_MODE)
            _write(self.kept, self.text() or "", _OWN_MODE)
            _write(self.path, text, _MODE)

    def bring_back(self) -> None:
        """Write what was there before, or remove the file where there was none.

        Raises:
            Refused: it could not be written, and is as it was.
        """
        before = self.before()
        with self._told():
            if before:
                _write(self.path, before, _MODE)
            else:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(os.path.realpath(self.path))
            os.remove(self.kept)

    @contextlib.contextmanager
    def _told(self) -> t.Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Refused(f"{self.path} could not be written ({error.strerror}), and is as it was.") from None


def _read(path: str) -> str | None:
    try:
        return read_file(path, _LARGEST).decode()
    except NoSuchFile:
        return None
    except Unreadable as error:
        raise Refused(f"{path} {error}.") from None
    except ValueError as error:
        raise Refused(f"{path} cannot be read ({error}): repair or remove it.") from None


def _write(path: str, text: str, mode: int) -> None:
    """Write a file as a whole: whoever reads it meanwhile has the old one or the new one.

    Args:
        path: the file; where it is a link, that stays.
        text: what it holds.
        mode: that of a new file; one that is there keeps its own, and its owner.
    """
    path = os.path.realpath(path)
    handle, made = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            with contextlib.suppress(FileNotFoundError):
                found = os.stat(path)
                mode = found.st_mode & 0o7777
                os.fchown(handle, found.st_uid, found.st_gid)
            os.fchmod(handle, mode)
            file.flush()
            os.fsync(handle)
        os.replace(made, path)
    except BaseException:
        os.remove(made)
        raise
