# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process of a run on a control node, by a text that another run can understand. PRIVATE to the collection."""

from __future__ import annotations

import getpass
import os
import socket
from pathlib import Path


def operator() -> str:
    """Who runs this, as others would look for them: the user and the control node."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"


def this_one() -> str:
    """This process: the control node since it was started, the number of the process, and when that began."""
    return " ".join((_node(), str(os.getpid()), _begun(os.getpid())))


def has_ended(text: str) -> bool:
    """Whether a process is known to have ended; one of another control node never is.

    Args:
        text: what ``this_one`` was in that process.
    """
    node, number, begun = (text.split(" ") + [""] * 3)[:3]
    if node != _node() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        # It is somebody else's.
        pass
    # A number is given again to another process after a while.
    return begun != _begun(int(number))


def _node() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()}/{boot}"


def _begun(number: int) -> str:
    """When a process began, in ticks since the machine's start; empty where the system does not say."""
    try:
        told = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name before it, in brackets, may have spaces.
    return told.rpartition(")")[2].split()[19]
