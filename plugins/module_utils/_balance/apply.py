# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving tasks by some replicas more and then as many less. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._engine.update import update
from .._rollout.service import is_updating
from .._rollout.wait import Rollout, wait_for_rollouts
from .._run.steps import step
from . import marks
from .plan import Shift

Raw = t.Dict[str, t.Any]


class Balancing:
    """The services of a swarm, one after the other.

    Args:
        client: a manager's Engine.
        seconds: how long each wait may take.
    """

    def __init__(self, client: Client, seconds: float) -> None:
        self._client = client
        self._seconds = seconds
        #: What was done, a sentence each.
        self.done: list[str] = []
        #: The names of the services that somebody else has changed meanwhile: theirs is what holds.
        self.left_alone: list[str] = []
        #: How many tasks were moved.
        self.moved = 0
        #: Whether anything was written.
        self.changed = False
        self._tried: dict[str, int] = {}

    def move(self, shift: Shift) -> None:
        """Move tasks of a service, unless it is not what the plan was made from any longer.

        Raises:
            FlotillaError: it did not become well with more replicas, which it keeps.
        """
        count = len(shift.to)
        if count >= self._tried.get(shift.name, count + 1):
            self.left_alone.append(shift.name)
            self.done.append(
                f"{shift.name}: left as it is, the swarm starts its tasks where most of them are"
            )
            return
        self._tried[shift.name] = count
        with step(self.done, f"{shift.name}: {count} more started") as taken:
            taken.did = self._write(shift.service, lambda live: _begun(live, shift))
        if taken.did:
            self.finish(shift.service, written=True)
        else:
            self._leave(shift.name)

    def finish(self, service: Raw, written: bool = False) -> None:
        """Bring a service that has more replicas to its end: wait for them, then give it those that it had.

        Args:
            service: as it was before the move, or as an earlier run has left it.
            written: whether it was given more just now.

        Raises:
            FlotillaError: it did not become well; it keeps what it has.
        """
        name = str(service["Spec"]["Name"])
        try:
            self._wait(service, written)
        except FlotillaError as error:
            # Fewer replicas now would stop tasks that run: the swarm stops those on the fullest node, well or not.
            raise error.prefixed(
                f"No task of {name} was stopped, since those that were started more are not well; it keeps them, and the same "
                f"command finishes it once the cause is gone: "
            ) from None
        count = marks.beyond(self._client.get(f"/services/{service['ID']}")["Spec"])
        if self._lower(service, f"{name}: as many stopped where most of them ran"):
            self.moved += count
            self._wait(service, written=True)
        else:
            self._leave(name)

    def _lower(self, service: Raw, sentence: str) -> bool:
        """Give a service the replicas that it had; whether nobody has set others meanwhile."""
        with step(self.done, sentence) as taken:
            taken.did = self._write(service, lambda live: marks.lowered(live["Spec"]))
        # By a write of its own: a rollback afterwards leads to the same replicas.
        self._write(service, lambda live: marks.done(live["Spec"]))
        return taken.did

    def _leave(self, name: str) -> None:
        self.left_alone.append(name)
        self.done.append(f"{name}: left alone, somebody else has changed it meanwhile")

    def _write(self, service: Raw, change: t.Callable[[Raw], Raw | None]) -> bool:
        changed = update(self._client, f"/services/{service['ID']}", change).changed
        self.changed = self.changed or changed
        return changed

    def _wait(self, service: Raw, written: bool) -> None:
        rollout = Rollout(service["ID"], str(service["Spec"]["Name"]), written=written)
        wait_for_rollouts(self._client, [rollout], self._seconds)


def _begun(live: Raw, shift: Shift) -> Raw | None:
    if live["Spec"] != shift.service["Spec"] or is_updating(live):
        return None
    return marks.raised(live["Spec"], len(shift.to))
