# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the lab keeps its state on this machine."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .errors import LabError


def state_dir() -> Path:
    """Return the lab's directory: FLOTILLA_LAB_STATE, or flotilla-lab in the user's cache directory."""
    own = os.environ.get("FLOTILLA_LAB_STATE")
    if own:
        return Path(own)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(cache) / "flotilla-lab"


def lab_dir(name: str) -> Path:
    """Return the directory of one lab: its key, known_hosts and SSH control sockets."""
    return state_dir() / "labs" / name


@contextlib.contextmanager
def locked(what: str) -> Iterator[None]:
    """Hold a machine-wide lock, so that labs started at the same time do not pick the same subnet.

    The kernel drops it when the process ends, so a killed run never leaves it behind.
    """
    directory = state_dir()
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / f"{what}.lock", "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def remove_state() -> None:
    """Remove the lab's directory and all that is in it."""
    try:
        shutil.rmtree(state_dir())
    except FileNotFoundError:
        pass
    except OSError as error:
        raise LabError(f"{state_dir()} cannot be removed ({error}); remove it by hand.") from error
