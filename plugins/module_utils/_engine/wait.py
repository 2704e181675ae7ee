# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting with a deadline. PRIVATE to the collection."""

from __future__ import annotations

import functools
import random
import time
import typing as t

from .errors import EngineTimeout, NoQuorum, OutOfSequence, Overtaken, WaitTimeout

Answer = t.TypeVar("Answer")
Result = t.Dict[str, t.Any]

# Seconds between two looks: most answers are there at once, and where not, the cluster is not to be disturbed. The
# Engine's own command line looks every 0.2 s.
_SHORTEST, _LONGEST, _GROWTH = 0.05, 0.3, 1.5
# How often something is done anew that others are doing at the same time.
_CATCHING_UP = 5


class Clock:
    """Counts down from a number of seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())


def until(look: t.Callable[[], Answer | None], clock: Clock, late: t.Callable[[], str]) -> Answer:
    """Look again and again until there is an answer.

    Args:
        look: returns the answer, or ``None`` while there is none. A leader change while looking is patience, not
            an error.
        clock: the deadline.
        late: makes the sentence for when time is up.

    Raises:
        WaitTimeout: the deadline passed.
    """
    interval = _SHORTEST
    while True:
        try:
            answer = look()
        except (NoQuorum, EngineTimeout):
            answer = None
        if answer is not None:
            return answer
        if not clock.left:
            raise WaitTimeout(late())
        time.sleep(interval)
        interval = min(_LONGEST, interval * _GROWTH)


def in_sequence(write: t.Callable[[], Answer], attempts: int = 6) -> Answer:
    """Read, plan and write again while somebody else is faster, or while the leader changes.

    Args:
        write: reads the live object, plans and sends, all anew at each call.
        attempts: how often at most.
    """
    for attempt in range(attempts - 1):
        try:
            return write()
        except (OutOfSequence, NoQuorum):
            # Jitter, or two writers that met once meet again.
            time.sleep(random.uniform(0.05, 0.2) * (attempt + 1))
    return write()


def caught_up(deploy: t.Callable[..., Result]) -> t.Callable[..., Result]:
    """Plan and send all of it anew where somebody else made or removed a part of it meanwhile.

    Args:
        deploy: reads, plans and sends. Of what it did before an error, the error's ``actions`` tell.

    Returns:
        The same; its result tells of all attempts.
    """

    @functools.wraps(deploy)
    def repeated(*args: t.Any, **options: t.Any) -> Result:
        done: list[str] = []
        for attempt in range(1, _CATCHING_UP + 1):
            try:
                result = deploy(*args, **options)
            except Overtaken as error:
                done += error.facts.get("actions") or []
                if attempt == _CATCHING_UP:
                    error.facts.update(actions=done, changed=bool(done))
                    raise
                # Whoever makes the same things is ahead; following at once would only overtake again.
                time.sleep(random.uniform(0.2, 0.5) * attempt)
            else:
                break
        if not done:
            return result
        return {**result, "changed": True, "actions": [*done, *result.get("actions", [])]}

    return repeated
