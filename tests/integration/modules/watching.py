# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watch where a secret could be seen while tests run: journal, process lists, and files that stay."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
import typing as t
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ROOT
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage

#: Where a test has Ansible keep the files of modules.
KEPT = "/root/kept"

# Where modules and programs can write something, on a host and on the control node.
_FOLDERS = "/tmp /var/tmp /root /home /run/user /dev/shm"
_OWN_FOLDER = ROOT / ".cache" / "ansible"
_SAMPLER = "while :; do ps axwwe -o args >> /run/seen; sleep 0.1; done"
_STOP = "systemctl stop sampler 2>/dev/null"


class Watch:
    """Watches a host and the control node from ``with`` on; what was seen is in ``places`` after it.

    Args:
        stage: the hosts.
        host: the one to watch.
        signs: what a secret is known by.
    """

    def __init__(self, stage: Stage, host: str, signs: t.Sequence[str]) -> None:
        self._stage, self._host, self._signs = stage, host, signs
        self._over = threading.Event()
        self._own: set[str] = set()
        self._sampler = threading.Thread(target=self._sample)
        #: All that was seen, by where.
        self.places: dict[str, str] = {}

    def __enter__(self) -> Watch:
        """Begin."""
        self._writes = self._stage.writes()
        start = f"{_STOP}; rm -rf /run/seen {KEPT}; systemd-run -q -G --unit sampler bash -c '{_SAMPLER}'"
        self._stage.sh(self._host, start)
        self._sampler.start()
        return self

    def __exit__(self, *_why: object) -> None:
        """End, and gather what was seen."""
        self._over.set()
        self._sampler.join()
        self._stage.sh(self._host, _STOP, check=False)
        journal = self._writes.journal(self._host)
        # The Engines of the lab log requests, and in these what services and networks have: at the level debug only.
        lines = (line for line in journal.splitlines() if "level=debug" not in line)
        self.places["journal"] = "\n".join(lines)
        self.places["processes"] = self._stage.sh(self._host, "sort -u /run/seen; rm /run/seen")
        self.places["processes of the control node"] = "\n".join(sorted(self._own))
        self.places["files"] = self._files(
            lambda command: self._stage.sh(self._host, command, check=False), _FOLDERS
        )
        self.places["files of the control node"] = self._files(_on_control_node, str(_OWN_FOLDER))

    def _files(self, run: t.Callable[[str], str], folders: str) -> str:
        """The files that have a secret, with the secret, so that it is found among the places.

        The wrapper of an asynchronous task removes its folder a little after the result is there.
        """
        search = f"grep -rlaE '{'|'.join(self._signs)}' {folders} --exclude-dir={Path(KEPT).name} 2>/dev/null"
        names = [""]
        for _attempt in range(10):
            names = run(search).split()
            if not names:
                break
            time.sleep(1)
        return "\n".join(f"{name}: {self._signs[0]}" for name in names)

    def _sample(self) -> None:
        while not self._over.wait(0.2):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    self._own.add(path.read_text(errors="replace").replace("\0", " "))


def _on_control_node(command: str) -> str:
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=False).stdout
