# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The little a firewall backend needs from a host: commands, files, states of units. PRIVATE to the collection."""

from __future__ import annotations

import glob
import os
import typing as t

from .._engine.errors import FlotillaError

Run = t.Callable[[t.List[str]], t.Tuple[int, str, str]]

# Where the backend nftables keeps its rules: known to those who have to see that it was here.
NFTABLES_FILES = "/etc/flotilla/firewall"
_PATH = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin")


class FirewallError(FlotillaError):
    """A firewall did not do what it was told."""


class Host:
    """A host, by a way to run commands and the root of its files."""

    def __init__(self, run: Run, root: str = "/") -> None:
        self._run = run
        self._root = root

    def path(self, path: str) -> str:
        """Where a file of the host is found from here."""
        return os.path.join(self._root, path.lstrip("/"))

    def read(self, path: str) -> str:
        """A file's text; empty where there is none."""
        try:
            with open(self.path(path), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def exists(self, path: str) -> bool:
        """Whether there is such a file, dangling links included."""
        return os.path.lexists(self.path(path))

    def find(self, pattern: str) -> list[str]:
        """The host's files of that pattern, by their paths on the host."""
        found = sorted(glob.glob(self.path(pattern)))
        return ["/" + os.path.relpath(path, self._root) for path in found]

    def write(self, path: str, text: str) -> None:
        """Replace a file's text, whole or not at all."""
        # A look writes nothing, and few imports take a host longer.
        import tempfile

        target = self.path(path)
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target))
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(file.fileno(), 0o644)
        os.replace(temporary, target)

    def remove(self, path: str) -> None:
        """Remove a file, or a directory that is empty by now; nothing happens where there is none."""
        target = self.path(path)
        if os.path.isdir(target):
            if not os.listdir(target):
                os.rmdir(target)
        elif os.path.lexists(target):
            os.unlink(target)

    def tool(self, name: str) -> str | None:
        """The path of a program, in the places root has; sudo's own path may lack them."""
        for directory in _PATH:
            if os.access(self.path(f"{directory}/{name}"), os.X_OK):
                return f"{directory}/{name}"
        return None

    def active(self, unit: str) -> bool:
        """Whether a unit is active, without asking: systemd keeps this link from a unit's start to its end."""
        return self.exists(f"/run/systemd/units/invocation:{unit}")

    def enabled(self, unit: str) -> bool:
        """Whether an administrator's link starts the unit at boot."""
        return bool(self.find(f"/etc/systemd/system/*.wants/{unit}"))

    def booted(self) -> bool:
        """Whether systemd runs this host (sd_booted(3))."""
        return self.exists("/run/systemd/system")

    def privileged(self) -> bool:
        """Whether what a program does not tell is not there, rather than not for us to see."""
        return self._root != "/" or os.geteuid() == 0

    def ask(self, *argv: str) -> str | None:
        """What a program says; None when it is missing or fails."""
        program = self.tool(argv[0])
        if program is None:
            return None
        rc, out, _err = self._run([program, *argv[1:]])
        return out if rc == 0 else None

    def do(self, *argv: str) -> str:
        """Run a program that has to succeed.

        Raises:
            FirewallError: with what it said.
        """
        program = self.tool(argv[0])
        if program is None:
            raise FirewallError(
                f"{argv[0]} is not installed on this host; install it or choose another backend."
            )
        rc, out, err = self._run([program, *argv[1:]])
        if rc != 0:
            said = " ".join((err.strip() or out.strip()).splitlines()[:3])
            raise FirewallError(
                f"{' '.join(argv[:6])} failed on this host with: {said or f'exit status {rc}'}."
            )
        return out
