# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of every module that waits for rollouts. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.value_types import SECONDS

WAIT_ARGUMENTS: dict[str, t.Any] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {**SECONDS, "default": 300},
    "progress": {"type": "bool", "default": True},
}
