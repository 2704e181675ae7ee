# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Docker daemon the lab starts for itself, on machines where none answers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from . import machine, shell
from .errors import LabError
from .paths import state_dir


def socket() -> Path:
    """Return the socket of the lab's own daemon."""
    return state_dir() / "docker.sock"


def _pidfile() -> Path:
    return state_dir() / "dockerd.pid"


def _log() -> Path:
    return state_dir() / "dockerd.log"


def _ours(pid: int) -> bool:
    # Process IDs are used again: only a dockerd that was started on our pidfile is ours.
    try:
        return str(_pidfile()).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def pid() -> int | None:
    """Return the process ID of the lab's own daemon, or None where none runs."""
    try:
        found = int(_pidfile().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if _ours(found) else None


def start(answers: Callable[[], bool], timeout: float = 60) -> None:
    """Start the daemon and wait until it ``answers``; it outlives the shell that called us."""
    state = state_dir()
    state.mkdir(parents=True, exist_ok=True)
    shell.say(f"starting a Docker daemon of the lab's own in {state}")
    _pidfile().unlink(missing_ok=True)
    machine.remember()
    with open(_log(), "wb") as log:
        process = subprocess.Popen(
            [
                "dockerd",
                f"--data-root={state / 'docker'}",
                f"--exec-root={state / 'run'}",
                f"--pidfile={_pidfile()}",
                f"--host=unix://{socket()}",
                # The lab makes a network per lab; the default one would only take an address range more.
                "--bridge=none",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and process.poll() is None:
        if socket().exists() and answers():
            return
        time.sleep(0.2)
    reason = _log().read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    process.terminate()
    process.wait()
    machine.restore()
    raise LabError(f"The lab's Docker daemon did not come up; the last line of {_log()}: {' '.join(reason)}")


def stop() -> bool:
    """Stop the daemon and remove everything of it but its data (the images); return whether one ran."""
    running = pid()
    if running is not None:
        os.kill(running, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while _ours(running):
            if time.monotonic() > deadline:
                raise LabError(f"The lab's Docker daemon (process {running}) does not end; see {_log()}.")
            time.sleep(0.2)
        _log().unlink(missing_ok=True)
    machine.restore()
    for leftover in (_pidfile(), socket()):
        leftover.unlink(missing_ok=True)
    # A daemon leaves its mounts behind (network name spaces); what is mounted cannot be removed.
    for line in reversed(Path("/proc/mounts").read_text(encoding="utf-8").splitlines()):
        if line.split()[1].startswith(f"{state_dir()}/"):
            shell.run(["umount", line.split()[1]], check=False)
    shutil.rmtree(state_dir() / "run", ignore_errors=True)
    return running is not None
