# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for the rollouts of a deployment whose services are sent after others. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._rollout.wait import Report, RolloutFailed, latest, wait_for_rollouts
from .._rollout.waiting import Waiting
from .._run.interface import LATER
from .._run.verb import Unfinished
from .apply import Deployment
from .order import turn

Result = t.Dict[str, t.Any]


class Ordered(Unfinished):
    """A deployment of which some services are still to be sent.

    Args:
        deployment: knows what is to be sent.
        waiting: the rollouts until now, and what happens after them.
    """

    def __init__(self, deployment: Deployment, waiting: Waiting) -> None:
        self._deployment = deployment
        self._waiting = waiting
        self.result = waiting.result

    def finish(self, client: Client, pause_after: float | None) -> Result:
        """Send each service once those that it needs have come so far, then finish as without an order.

        Args:
            client: a manager's Engine.
            pause_after: return after so many seconds with ``left`` in the result; ``None`` waits for all.

        Raises:
            FlotillaError: a rollout, a write or a removal failed; the result until then is among its facts.
        """
        begun = time.monotonic()
        progress: list[str] = []
        while self._deployment.later:
            now, never = turn(self._deployment.later, self._deployment.needs, self._reached())
            if never:
                self._drop(never)
            elif now:
                self._send()
            elif progress and pause_after is not None and time.monotonic() - begun >= pause_after:
                return self._paused(progress)
            else:
                left = None if pause_after is None else max(0.0, begun + pause_after - time.monotonic())
                progress = self._wait(client, left).progress
        left = None if pause_after is None else max(0.0, begun + pause_after - time.monotonic())
        return self._waiting.finish(client, left)

    def _reached(self) -> dict[str, str]:
        return {one.name: one.reached for one in self._waiting.rollouts}

    def _wait(self, client: Client, pause_after: float | None) -> Report:
        """Wait until it is the turn of a service, or until the time to pause."""
        waiting, deployment = self._waiting, self._deployment
        try:
            return wait_for_rollouts(
                client,
                waiting.rollouts,
                waiting.seconds,
                pause_after,
                enough=lambda: any(turn(deployment.later, deployment.needs, self._reached())),
            )
        except RolloutFailed as error:
            if any(one.outcome is None for one in waiting.rollouts):
                self._forget(deployment.later)
                raise error.after(self.result) from None
            # Whose turn comes is known now, and the end of all rollouts reports the failure.
            return Report([])

    def _send(self) -> None:
        """Send the services whose turn it is."""
        try:
            done, begun = self._deployment.send_later(self._waiting.rollouts)
        except FlotillaError as error:
            entries = error.facts.pop("services")
            self._add(entries, error.facts.pop("actions"))
            self._forget([entry["name"] for entry in entries if entry["action"] == "none"])
            error.facts.pop("changed", None)
            raise error.after(self.result) from None
        self._add(done["services"], done["actions"])
        told = [*self.result["warnings"], *self._deployment.warnings]
        self.result["warnings"] = list(dict.fromkeys(told))
        for rollout in begun:
            rollout.spent = max(0.0, time.time() - self._waiting.started)
        self._waiting.rollouts = latest([*self._waiting.rollouts, *begun])

    def _drop(self, names: list[str]) -> None:
        """Services that are not sent, since what they need has failed."""
        self._deployment.drop(names)
        self._forget(names)
        self.result["not_sent"] = [*self.result.get("not_sent", []), *names]

    def _forget(self, names: t.Container[str]) -> None:
        """Take what is not done to services out of the result."""
        nothing = {"action": "none", "changes": []}
        self._replace(lambda entry: {**entry, **nothing} if entry["name"] in names else entry)
        # The next call does not have the diff.
        if "diff" in self.result:
            diff = self.result["diff"]
            self.result["diff"] = [one for one in diff if one["after_header"] not in names]
        spec_diff = self.result["stack_spec_diff"]
        self.result["stack_spec_diff"] = {name: spec_diff[name] for name in spec_diff if name not in names}

    def _add(self, entries: list[Result], actions: list[str]) -> None:
        """Add what was done to services."""
        by_name = {entry["name"]: entry for entry in entries}
        self._replace(lambda entry: by_name.get(entry["name"], entry))
        if actions:
            self.result.update(changed=True, actions=[*self.result["actions"], *actions])

    def _replace(self, entry: t.Callable[[Result], Result]) -> None:
        self.result["services"] = [entry(one) for one in self.result["services"]]

    def _paused(self, progress: list[str]) -> Result:
        """The result until now, with what the next call needs, which gets all options again."""
        needs, later = self._deployment.needs, self._deployment.later
        lines = [f"{name}: waits for {', '.join(needs[name])}" for name in later]
        left = {**self._waiting.to_dict(), LATER: later}
        return {**self.result, "progress": [*progress, *lines], "left": left}


def go_on(deployment: Deployment, left: Result) -> Ordered:
    """Go on from what an earlier call has left.

    Raises:
        FlotillaError: what is left cannot be sent any longer; the facts have what was done before.
    """
    waiting = Waiting.from_dict(left)
    try:
        deployment.plan()
    except FlotillaError as error:
        raise error.after(waiting.result) from None
    deployment.go_on(left[LATER])
    return Ordered(deployment, waiting)
