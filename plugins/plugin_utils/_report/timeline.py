# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the bars of a rollout stand on its line of time. PRIVATE to the collection. Pure."""

from __future__ import annotations

import math
import typing as t

from ...module_utils._rollout.snapshot import seconds

Result = dict[str, t.Any]

# Part of the width before the first moment and after the last one.
_MARGIN = 0.08
_TICKS = 5
_NICE = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200)


class Bar(t.NamedTuple):
    """A part of a slot's line; ``at`` and ``width`` are percents."""

    kind: str
    at: float
    width: float


class Line(t.NamedTuple):
    """Where percents and moments meet."""

    begin: float
    length: float

    def at(self, moment: float) -> float:
        """The place of a moment, in percent."""
        return round(min(100.0, max(0.0, 100 * (moment - self.begin) / self.length)), 2)


def line_of(rollout: Result, made: str) -> Line:
    """The line of time that holds all of a rollout, and some of the time since where it is not over."""
    moments = [seconds(moment) for slot in rollout["slots"] for moment in _moments(slot)]
    length = max(1.0, max(moments) - min(moments))
    if any(not slot["ready"] and not slot["replaced"] for slot in rollout["slots"]):
        # Of one that nobody goes on with, what happened is still to be seen.
        length = min(max(length, seconds(made) - min(moments)), length * 1.5)
    return Line(min(moments) - length * _MARGIN, length * (1 + 2 * _MARGIN))


def bars(slot: Result, line: Line) -> list[Bar]:
    """The old task until it stopped, the gap, the new one while it starts, and while it runs; and failures."""
    created = line.at(seconds(slot["created"]))
    stopped = line.at(seconds(slot["stopped"])) if slot["stopped"] else 100.0
    ready = line.at(seconds(slot["ready"])) if slot["ready"] else None
    end = 100.0 if ready is None else ready
    # Of a task that was replaced in turn, nobody remembers since when it ran.
    starting = "unknown" if slot["replaced"] else "starting"
    found = [Bar("old", 0.0, stopped)]
    if slot["stopped"] and not slot["replaced"]:
        found.append(Bar("gap", stopped, round(end - stopped, 2)))
    found.append(Bar(starting, created, round(end - created, 2)))
    if ready is not None:
        found.append(Bar("new", ready, round(100.0 - ready, 2)))
    return [one for one in found if one.width > 0] + [
        Bar("failure", line.at(seconds(failure["at"])), 0.0) for failure in slot["failures"]
    ]


def ticks(line: Line) -> list[tuple[float, str]]:
    """Places on the line, in percent, and their seconds since its first moment."""
    begin = line.begin + line.length * _MARGIN / (1 + 2 * _MARGIN)
    length = line.length / (1 + 2 * _MARGIN)
    step = next((nice for nice in _NICE if length / nice <= _TICKS), math.ceil(length / _TICKS))
    return [
        (line.at(begin + count * step), _passed(count * step)) for count in range(int(length // step) + 1)
    ]


def _moments(slot: Result) -> list[str]:
    found = [slot["stopped"], slot["created"], slot["ready"], *(one["at"] for one in slot["failures"])]
    return [moment for moment in found if moment]


def _passed(count: int) -> str:
    if not count:
        return "0"
    if count % 3600 == 0:
        return f"{count // 3600} h"
    return f"{count // 60} min" if count % 60 == 0 else f"{count} s"
