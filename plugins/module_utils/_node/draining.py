# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far nodes are drained. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._rollout.tasks import HOLDING

# How many nodes one line of progress names.
_NAMED = 3


class Draining:
    """Nodes that are to run nothing.

    Args:
        names: their host names by their IDs.
    """

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._left: dict[str, int] = {}
        self._most: dict[str, int] = {}

    def see(self, tasks: list[dict[str, t.Any]]) -> bool:
        """Count the tasks that hold something; whether there is none any longer."""
        self._left = {}
        for task in tasks:
            if (task.get("Status") or {}).get("State") in HOLDING:
                node = task["NodeID"]
                self._left[node] = self._left.get(node, 0) + 1
        for node, count in self._left.items():
            self._most[node] = max(count, self._most.get(node, 0))
        return not self._left

    @property
    def late(self) -> str:
        """What is not done, for an error."""
        return ", ".join(f"{self._names[node]} runs {count} task(s)" for node, count in self._left.items())

    @property
    def doing(self) -> str:
        """What is not done yet, for the progress."""
        left = list(self._left or self._names)
        states = [f"{self._names[node]}{self._state(node)}" for node in left[:_NAMED]]
        more = f"; and {len(left) - _NAMED} more nodes" if len(left) > _NAMED else ""
        return f"draining {'; '.join(states)}{more}"

    def _state(self, node: str) -> str:
        count = self._left.get(node)
        return (
            f": {count} of {self._most[node]} tasks {'is' if count == 1 else 'are'} still running"
            if count
            else ""
        )
