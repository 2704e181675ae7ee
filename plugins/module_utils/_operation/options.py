# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the marker of an operation. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.value_types import NAME, SECONDS
from .._run.interface import Interface

ARGUMENTS: dict[str, t.Any] = {
    "name": {**NAME, "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "operator": {"type": "str", "default": "somebody"},
    "run": {"type": "str", "default": ""},
    "ended_run": {"type": "str"},
    "ttl": {**SECONDS, "default": 3600},
    "take_over": {"type": "bool", "default": False},
}
INTERFACE = Interface(ARGUMENTS)
