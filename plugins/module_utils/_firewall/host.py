# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The little that a firewall backend needs from a host: commands, files, states of units. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os
import re
import typing as t

from .._engine.errors import FlotillaError
from .._files.read import read_file

if t.TYPE_CHECKING:
    from .._run.commands import Run

# Bytes of a file with settings or rules.
_LARGEST_FILE = 16 << 20
_PATH = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin")


class FirewallError(FlotillaError):
    """A firewall refused a request, or does not do what it accepted."""


class Host:
    """A host.

    Args:
        run: runs a command given as a list; returns its status, output and errors.
        root: the directory that is the host's ``/``.
    """

    def __init__(self, run: Run, root: str = "/") -> None:
        self._run = run
        self._root = root

    def path(self, path: str) -> str:
        """The path by which a file of the host is opened here."""
        return os.path.join(self._root, path.lstrip("/"))

    def text(self, path: str) -> str:
        """A file's text; empty where the file does not exist."""
        try:
            return read_file(self.path(path), _LARGEST_FILE).decode("utf-8", "replace")
        except OSError:
            return ""

    def setting(self, path: str, name: str) -> str:
        """The value of a line ``name=value`` of a file; empty where there is no such line."""
        match = re.search(rf"^{name}=[\"']?([^\s\"']*)", self.text(path), re.MULTILINE)
        return match[1] if match else ""

    def exists(self, path: str) -> bool:
        """Whether a path exists, dangling links included."""
        return os.path.lexists(self.path(path))

    def paths(self, pattern: str) -> list[str]:
        """The host's paths that match a pattern, sorted."""
        matches = sorted(glob.glob(self.path(pattern)))
        return ["/" + os.path.relpath(match, self._root) for match in matches]

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Replace a file's text, completely or not at all."""
        # Imported where it is used: hardly another import takes a host longer, and most runs write nothing.
        import tempfile

        target = self.path(path)
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target))
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(file.fileno(), mode)
        os.replace(temporary, target)

    def remove(self, path: str) -> None:
        """Remove a file or an empty directory, if it exists; a directory with files stays."""
        target = self.path(path)
        if os.path.isdir(target):
            if not os.listdir(target):
                os.rmdir(target)
        elif os.path.lexists(target):
            os.unlink(target)

    def tool(self, name: str) -> str | None:
        """The path of a program, from root's usual directories: the path that sudo sets may lack some of them."""
        for directory in _PATH:
            if os.access(self.path(f"{directory}/{name}"), os.X_OK):
                return f"{directory}/{name}"
        return None

    def has_tool(self, name: str) -> bool:
        """Whether a program is installed."""
        return self.tool(name) is not None

    def active(self, unit: str) -> bool:
        """Whether a unit is active, without asking: systemd keeps this link from a unit's start to its end."""
        return self.exists(f"/run/systemd/units/invocation:{unit}")

    def enabled(self, unit: str) -> bool:
        """Whether a link of an administrator's starts the unit at boot."""
        return bool(self.paths(f"/etc/systemd/system/*.wants/{unit}"))

    def booted(self) -> bool:
        """Whether systemd runs this host (sd_booted(3))."""
        return self.exists("/run/systemd/system")

    def privileged(self) -> bool:
        """Whether this process may see everything: what a program does not list then does not exist."""
        return self._root != "/" or os.geteuid() == 0

    def ask(self, *argv: str) -> str | None:
        """The output of a program; None where the program is not installed or fails."""
        program = self.tool(argv[0])
        if program is None:
            return None
        status, output, _errors = self._run([program, *argv[1:]])
        return output if status == 0 else None

    def do(self, *argv: str) -> str:
        """Run a program that has to succeed, and return its output.

        Raises:
            FirewallError: with the first lines of what the program wrote.
        """
        program = self.tool(argv[0])
        if program is None:
            raise FirewallError(
                f"{argv[0]} is not installed on this host; install it or choose another backend."
            )
        status, output, errors = self._run([program, *argv[1:]])
        if status != 0:
            if not self.privileged():
                raise FirewallError(
                    f"Only root can use {argv[0]} on this host, and this user is not root: set become to true "
                    "(ansible_become: true in the inventory)."
                )
            reason = " ".join((errors.strip() or output.strip()).splitlines()[:3])
            raise FirewallError(
                f"{' '.join(argv[:6])} failed on this host with: {reason or f'exit status {status}'}."
            )
        return output
