# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until something holds, and what is waited for. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import math
import time
import typing as t
from dataclasses import dataclass

from .errors import NoQuorum, Unanswered, WaitTimeout

Answer = t.TypeVar("Answer")

# Seconds between two checks: most answers are there at once, and where not, the cluster is not to be disturbed. The
# Engine's own command line checks every 0.2 s.
_SHORTEST, _LONGEST, _GROWTH = 0.05, 0.3, 1.5


class Deadline:
    """Counts down from a number of seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.seconds - self.waited)

    @property
    def waited(self) -> float:
        """Seconds that are over."""
        return time.monotonic() - self._begun


@dataclass
class Wait:
    """Something that is waited for.

    Attributes:
        doing: what, in words that fit behind the name of the host: ``draining w1``.
        deadline: how long.
    """

    doing: str
    deadline: Deadline

    @property
    def line(self) -> str:
        """One line about it, as it is at this moment."""
        return progress_line(self.doing, self.deadline.waited, self.deadline.seconds)


#: What this process waits for now, the innermost last. A process does one thing at a time, and whoever shows the progress is
#: another thread of it, so this is not handed through all that may wait.
WAITS: list[Wait] = []


def progress_line(doing: str, waited: float, seconds: float) -> str:
    """What is waited for, for how long already, and how long at most, where that is limited."""
    most = f" of at most {seconds:.0f} s" if math.isfinite(seconds) else ""
    return f"{doing}, {waited:.0f} s{most}"


@contextlib.contextmanager
def waiting_for(doing: str, deadline: Deadline) -> t.Iterator[Wait]:
    """Say what is waited for while it lasts; its words may change meanwhile."""
    wait = Wait(doing, deadline)
    WAITS.append(wait)
    try:
        yield wait
    finally:
        WAITS.remove(wait)


def wait_until(
    check: t.Callable[[], Answer | None],
    deadline: Deadline,
    sentence: t.Callable[[], str],
    doing: str | t.Callable[[], str],
) -> Answer:
    """Check again and again until there is an answer.

    Args:
        check: returns the answer, or ``None`` while there is none. A leader change or a lost answer during a check
            is patience, not an error.
        deadline: when to give up.
        sentence: makes the error's sentence for when time is up.
        doing: what is waited for, for the progress; before the first check, too.

    Raises:
        WaitTimeout: the deadline passed.
    """
    interval = _SHORTEST
    with waiting_for(doing() if callable(doing) else doing, deadline) as wait:
        while True:
            try:
                answer = check()
            except (NoQuorum, Unanswered):
                answer = None
            if answer is not None:
                return answer
            if not deadline.left:
                raise WaitTimeout(sentence())
            if callable(doing):
                wait.doing = doing()
            time.sleep(interval)
            interval = min(_LONGEST, interval * _GROWTH)
