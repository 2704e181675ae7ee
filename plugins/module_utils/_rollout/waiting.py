# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a verb returns while its rollouts go on, and how one call or several finish it. PRIVATE to the collection."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._engine.wait import Deadline
from .._run.verb import Result, Unfinished
from .removal import Removal, Removed, remove_all
from .roll_back import Move, roll_back_failed
from .wait import Report, Rollout, RolloutFailed, wait_for_rollouts

# Seconds in which the traces of tasks that have ended go.
_MOMENT = 15.0


def _now() -> float:
    # Looked up at each call, so that a test can set the clock.
    return time.time()


@dataclass
class Waiting(Unfinished):
    """Rollouts to wait for, and what happens after them.

    A later call goes on from its JSON alone: it has no option, and so no secret.

    Attributes:
        rollouts: what to wait for.
        seconds: how long all of it may take, from ``started``; as long again may take a rollback.
        result: the result until now.
        remove: what is removed once all rollouts have converged.
        moves: secrets and configs whose new versions caused the rollouts: a service whose rollout fails is rolled back.
        started: when the waiting began, in this host's Unix time, which holds in a later call too.
    """

    rollouts: list[Rollout]
    seconds: float
    result: Result
    remove: list[Removal] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    started: float = field(default_factory=_now)

    def to_dict(self) -> Result:
        """As JSON, for the next call; the diff stays in the result of the first one."""
        return {**asdict(self), "result": {key: value for key, value in self.result.items() if key != "diff"}}

    @staticmethod
    def from_dict(stored: Result) -> Waiting:
        """From JSON."""
        return Waiting(
            [Rollout.from_dict(rollout) for rollout in stored["rollouts"]],
            stored["seconds"],
            stored["result"],
            [Removal(**removal) for removal in stored["remove"]],
            [Move(**move) for move in stored["moves"]],
            stored["started"],
        )

    def finish(self, client: Client, pause_after: float | None) -> Result:
        """Wait for the rollouts, remove what is not needed any longer, and return the whole result.

        Args:
            client: a manager's Engine.
            pause_after: return after so many seconds with ``left`` in the result; ``None`` waits for all.

        Raises:
            FlotillaError: a rollout or a removal failed; the result until then is among its facts.
        """
        try:
            report = self._wait(client, pause_after)
        except RolloutFailed as error:
            raise self._with_unsent(self._rolled_back(client, error)).after(self.result) from None
        except FlotillaError as error:
            raise error.after(self.result) from None
        if report.unfinished:
            return {**self.result, "progress": report.progress, "left": self.to_dict()}
        removed = remove_all(client, self.remove, Deadline(self._left()))
        result = _with_removed({**self.result, "rollouts": report.to_dicts()}, removed)
        if removed.error:
            raise removed.error.after(result)
        return result

    def _wait(self, client: Client, pause_after: float | None) -> Report:
        try:
            return wait_for_rollouts(client, self.rollouts, self.seconds, pause_after)
        finally:
            self._tell_what_was_resumed()

    def _tell_what_was_resumed(self) -> None:
        actions = self.result.get("actions", [])
        told = [f"{one.name}: paused update sent again" for one in self.rollouts if one.resumed]
        new = [sentence for sentence in told if sentence not in actions]
        if new:
            self.result = {**self.result, "changed": True, "actions": [*actions, *new]}

    def _left(self) -> float:
        """Seconds for the removals: what the rollouts left of the time, and at least a moment after the last of them."""
        return max(self.started + self.seconds - time.time(), min(self.seconds, _MOMENT))

    def _rolled_back(self, client: Client, error: RolloutFailed) -> RolloutFailed:
        """The error, with what came of rolling services back."""
        if not self.moves:
            return error
        sentences = roll_back_failed(client, self.moves, self.rollouts, self.seconds)
        return RolloutFailed(
            " ".join([str(error), *sentences, "Older versions stay, and the next run tries again."]),
            error.facts,
        )

    def _with_unsent(self, error: RolloutFailed) -> RolloutFailed:
        """The error, with the services that were to be sent once others had converged."""
        unsent = self.result.get("not_sent")
        if not unsent:
            return error
        return RolloutFailed(
            f"{error} Not sent, since they depend on what failed: {', '.join(unsent)}.", error.facts
        )


def go_on(client: Client, left: Result, pause_after: float | None) -> Result:
    """Go on waiting from what an earlier call has left."""
    return Waiting.from_dict(left).finish(client, pause_after)


def _with_removed(result: Result, removed: Removed) -> Result:
    """A result, with what was removed: in the actions, and in the entry of which it was an older version."""
    whole = {**result}
    for removal in removed.done:
        words = f"{removal.word}s"
        if removal.entry and words in whole:
            whole[words] = [_pruned(entry, removal) for entry in whole[words]]
    if removed.done:
        sentences = [removal.sentence for removal in removed.done]
        whole.update(changed=True, actions=[*whole.get("actions", []), *sentences])
    if removed.warnings:
        whole["warnings"] = [*whole.get("warnings", []), *removed.warnings]
    return whole


def _pruned(entry: Result, removal: Removal) -> Result:
    # The entries of a stack do not show older versions.
    if entry["name"] != removal.entry or "pruned" not in entry:
        return entry
    return {**entry, "pruned": [*entry["pruned"], removal.name]}
