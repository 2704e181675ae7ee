# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running ``ansible-playbook`` so that it can be killed, with all its processes known by a mark in their environment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ROOT

MARK = "FLOTILLA_CHAOS_RUN"
_RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", re.MULTILINE)
# Both ways in which Ansible prints a failure: its sentence in the result, or on a line of its own.
_FAILURE = re.compile(r'^(?:fatal|failed): \[(\S+?)[]: ].*?"msg": "((?:[^"\\]|\\.)*)"', re.MULTILINE)


class Playbook:
    """A run of a playbook in a process group of its own, as a shell starts it.

    Args:
        inventory: path of the inventory.
        book: the playbook.
        variables: extra variables.
        folder: for what it prints.
    """

    def __init__(self, inventory: Path, book: str, variables: dict[str, t.Any], folder: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        self.mark = f"{os.getpid()}-{time.monotonic_ns()}"
        self._output = (folder / f"{self.mark}.txt").open("w+", encoding="utf-8", errors="replace")
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            ["ansible-playbook", "-i", str(inventory), book, "-e", json.dumps(variables)],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={
                **clean,
                "PATH": f"{Path(sys.executable).parent}:{clean['PATH']}",
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "tree"),
                "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
                "ANSIBLE_DEPRECATION_WARNINGS": "true",
                "ANSIBLE_LOCALHOST_WARNING": "false",
                MARK: self.mark,
            },
        )

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Wait for its end; whether it came within these seconds."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send its process group a signal, as a terminal does."""
        if self.runs:
            os.killpg(self.process.pid, number)

    def kill_all(self) -> None:
        """Kill it with every process that it started, workers and connections too: the control node is gone."""
        self.signal(signal.SIGKILL)
        for process in self.left():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(10)

    def left(self) -> list[int]:
        """Its processes that still run, without connections that stay open on purpose (``ControlPersist``)."""
        marked = f"{MARK}={self.mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    marked in (folder / "environ").read_bytes()
                    and b"[mux]" not in (folder / "cmdline").read_bytes()
                ):
                    found.append(int(folder.name))
            except OSError:  # it ended meanwhile
                continue
        return found

    @property
    def text(self) -> str:
        """All it printed until now."""
        self._output.flush()
        self._output.seek(0)
        return self._output.read()

    @property
    def changed(self) -> int:
        """How many tasks changed something, by its recap."""
        return sum(int(number) for _host, number in _RECAP.findall(self.text))

    @property
    def said(self) -> str:
        """How it ended, in its own words: the first failure, or the exit code alone."""
        failed = _FAILURE.search(self.text)
        code = self.process.returncode
        end = f"signal {-code}" if code is not None and code < 0 else f"rc {code}"
        return f"{end}, {failed[1]}: {json.loads(chr(34) + failed[2] + chr(34))}" if failed else end
