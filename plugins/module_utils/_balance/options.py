# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a rebalance. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.value_types import NAMES, SECONDS, at_least
from .._run.interface import Interface
from .._run.progress import PROGRESS

ARGUMENTS: dict[str, t.Any] = {
    "only": NAMES,
    "max_moves": {"type": "int", "limits": at_least(0, "a number of moves")},
    "timeout": {**SECONDS, "default": 600},
    **PROGRESS,
}
INTERFACE = Interface(ARGUMENTS, waits=True)
