# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until something holds. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t

from .errors import NoQuorum, Unanswered, WaitTimeout

Answer = t.TypeVar("Answer")

# Seconds between two checks: most answers are there at once, and where not, the cluster is not to be disturbed. The
# Engine's own command line checks every 0.2 s.
_SHORTEST, _LONGEST, _GROWTH = 0.05, 0.3, 1.5


class Deadline:
    """Counts down from a number of seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())


def wait_until(
    check: t.Callable[[], Answer | None], deadline: Deadline, sentence: t.Callable[[], str]
) -> Answer:
    """Check again and again until there is an answer.

    Args:
        check: returns the answer, or ``None`` while there is none. A leader change or a lost answer during a check
            is patience, not an error.
        deadline: when to give up.
        sentence: makes the error's sentence for when time is up.

    Raises:
        WaitTimeout: the deadline passed.
    """
    interval = _SHORTEST
    while True:
        try:
            answer = check()
        except (NoQuorum, Unanswered):
            answer = None
        if answer is not None:
            return answer
        if not deadline.left:
            raise WaitTimeout(sentence())
        time.sleep(interval)
        interval = min(_LONGEST, interval * _GROWTH)
