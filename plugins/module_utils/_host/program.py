# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look at a host, as a program of its own (see ``_program``). PRIVATE to the collection."""

from __future__ import annotations

import subprocess
import typing as t

from .._run.own_engine import own_engine
from .info import look


def program(options: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """The result of the module ``swarm_host_info``; ``None`` where only the module knows the way to the Engine."""
    client = own_engine(options)
    return {"changed": False, "host": look(client, _start)} if client else None


def _start(command: list[str]) -> tuple[int, str, str]:
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        return 127, "", str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
