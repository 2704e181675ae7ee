# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting in slices: what the action plugin of a module tells it (see ``plugin_utils/_in_slices``). PRIVATE. Pure."""

from __future__ import annotations

import typing as t

WAITING: dict[str, t.Any] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
    "progress": {"type": "raw", "default": True},
}


class Slice(t.NamedTuple):
    """A part of the waiting.

    Attributes:
        pause_after: return after so many seconds with what is still to be waited for; ``None`` waits for all.
        left: what an earlier call has left to be waited for; nothing where this is the first.
    """

    pause_after: float | None
    left: t.Any


def slice_of(params: dict[str, t.Any]) -> Slice:
    """The part of the waiting that a call is; ``progress`` says which, unless a user has set it."""
    told = params["progress"] if isinstance(params["progress"], dict) else {}
    return Slice(told.get("pause_after"), told.get("rollouts_left"))
