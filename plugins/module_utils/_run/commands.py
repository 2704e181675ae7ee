# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs of a host, run without Ansible. PRIVATE to the collection."""

from __future__ import annotations

import os
import subprocess
import typing as t

# A program may wait for another one's lock, as rpm and iptables do; the slowest of a healthy host takes some seconds.
_SECONDS = 120

Run = t.Callable[[t.List[str]], t.Tuple[int, str, str]]


def run_command(argv: list[str]) -> tuple[int, str, str]:
    """Run a program and wait for its end.

    Returns:
        Its exit status, its output and its errors; 127 and the reason where the program cannot be started, 124 where it
        did not end in time.
    """
    try:
        done = subprocess.run(
            argv,
            # The standard input may be the program that runs this function (see program.py).
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            # No output is parsed by its words, but errors are shown to the user, who may have any locale.
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except OSError as error:
        return 127, "", str(error)
    except subprocess.TimeoutExpired:
        return 124, "", f"{argv[0]} did not end within {_SECONDS} s"
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
