# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of every module that waits. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.value_types import SECONDS

PROGRESS: dict[str, t.Any] = {"progress": {"type": "bool", "default": True}}


def wait_arguments(seconds: int) -> dict[str, t.Any]:
    """The options of a module that need not wait.

    Args:
        seconds: for how long it waits where the task does not say.
    """
    return {
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {**SECONDS, "default": seconds},
        **PROGRESS,
    }


#: Of a module that waits for rollouts.
WAIT_ARGUMENTS = wait_arguments(300)
