# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running commands on this machine, and telling the user how far we are."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from .errors import LabError

_STARTED = time.monotonic()


class Result(NamedTuple):
    """What a command came to: exit code, standard output and standard error as text."""

    rc: int
    stdout: str
    stderr: str


def say(text: str) -> None:
    """Print one line of progress with the seconds since the program started.

    On standard error, so that ``lab inventory > file`` holds the inventory alone.
    """
    print(f"[lab {time.monotonic() - _STARTED:6.1f}s] {text}", file=sys.stderr, flush=True)


def run(
    command: Sequence[str],
    check: bool = True,
    stdin: bytes | None = None,
    env: dict[str, str] | None = None,
    timeout: float | None = None,
) -> Result:
    """Run a command without a shell and return its result.

    ``env`` is added to this process' own; ``timeout`` is in seconds. With ``check`` a failure raises
    LabError carrying the last lines the command wrote.
    """
    try:
        done = subprocess.run(
            list(command),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=timeout,
            check=False,
        )
        result = Result(
            done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )
    except FileNotFoundError:
        result = Result(127, "", f"{command[0]}: command not found")
    except subprocess.TimeoutExpired:
        result = Result(124, "", f"no answer within {timeout:g} s")
    if check and result.rc != 0:
        tail = " | ".join((result.stderr.strip() or result.stdout.strip()).splitlines()[-4:])
        raise LabError(f"`{_short(command)}` failed with exit code {result.rc}: {tail}")
    return result


def _short(command: Sequence[str]) -> str:
    """Return the command with its middle left out: the end says what was asked for."""
    words = " ".join(command)
    return words if len(words) <= 200 else f"{words[:60]} ... {words[-130:]}"
