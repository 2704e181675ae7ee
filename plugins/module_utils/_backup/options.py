# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules that back up and restore a swarm. PRIVATE to the collection. Pure."""

from __future__ import annotations

from .._options.value_types import SECONDS, not_empty
from .._run.interface import Interface

_WAIT = {"wait_timeout": {**SECONDS, "default": 300}}

BACKUP = Interface(
    {
        "staging": {"type": "path", "default": "/var/tmp", "limits": not_empty},
        "outage": {"type": "bool", "default": False},
        "unlock_key": {"type": "str", "no_log": True},
        **_WAIT,
    }
)
RESTORE = Interface({"path": {"type": "path", "required": True, "limits": not_empty}, **_WAIT})
