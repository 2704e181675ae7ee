# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One attempt of an Engine to join a swarm, to its end whatever becomes of the answer. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.client import Client
from .._engine.errors import (
    AlreadyInSwarm,
    EngineError,
    JoinTimeout,
    LeaderLost,
    OutcomeUnknown,
    Unanswered,
    WaitTimeout,
)
from .._engine.update import Sending, insist
from .._engine.wait import Deadline, wait_until, waiting_for
from . import state

Result = t.Dict[str, t.Any]

# Seconds for which an Engine waits for its join before it answers that it goes on in the background.
_JOINING = 20.0
_MEMBER = ("worker", "manager", "no_quorum")


class Attempt:
    """An attempt to join through one manager.

    Args:
        client: the Engine that joins.
        request: what is sent.
        seconds: for how long a join is waited for that the swarm has accepted; ``None`` as long as the Engine waits.
    """

    def __init__(self, client: Client, request: Result, seconds: float | None) -> None:
        self._client = client
        self._request = request
        self._seconds = seconds or _JOINING
        [self._address] = request["RemoteAddrs"]

    def make(self) -> str:
        """Join; where that fails, nothing is left of the attempt.

        Returns:
            Why it failed, empty where it did not.

        Raises:
            WaitTimeout: the swarm has taken this node in, and the join is not finished.
            OutcomeUnknown: the Engine does not answer any longer.
        """
        failure = self._send()
        if failure is None:
            # The request never arrived.
            failure = self._send()
        if failure is None:
            failure = "the Engine's answer was lost twice"
        if failure:
            self._end()
        return failure

    def _send(self) -> str | None:
        """Why it failed, empty where it did not; ``None`` where an answer was lost and nothing was begun."""
        try:
            with waiting_for(f"joining through {self._address}: no answer yet", Deadline(_JOINING)):
                self._client.post("/swarm/join", self._request)
        except (JoinTimeout, Unanswered, LeaderLost) as error:
            # The Engine goes on in the background; whether it gets there is seen by waiting.
            waited = isinstance(error, JoinTimeout)
            found = self._decided(0 if waited else _JOINING)
            if found["state"] in _MEMBER:
                return ""
            return f"no answer within {_JOINING:g} s" if waited or found["state"] != "inactive" else None
        except AlreadyInSwarm:
            return ""
        except EngineError as error:
            return join_advice(error)
        return ""

    def _decided(self, seconds: float) -> Result:
        """The state that a join without an answer has led to.

        To end one that the swarm has accepted would leave an entry behind, and where a manager joins, perhaps a swarm without
        a quorum.
        """
        found = self._state_after(seconds)
        if found["state"] == "pending" and found["node_id"]:
            found = self._state_after(self._seconds)
        if found["state"] == "no_engine":
            raise OutcomeUnknown(
                f"{found['why']} Whether this node joined through {self._address} is not known."
            )
        if found["state"] == "pending" and found["node_id"]:
            raise WaitTimeout(
                f"The swarm has taken this node in through {self._address}, but the join is not finished ({found['why']}); the "
                "Engine goes on with it: run again to wait for it."
            )
        return found

    def _state_after(self, seconds: float) -> Result:
        """The state once a join is decided, or when time is up."""
        deadline = Deadline(seconds)
        return wait_until(
            lambda: unless(state.read(self._client), ("pending", "no_engine"), deadline),
            deadline,
            lambda: f"The Engine at {self._client.where} is still trying to join.",
            f"joining through {self._address}: the Engine is still trying",
        )

    def _end(self) -> None:
        """End a join that would go on in the background, so that the next one is not refused."""

        def leave(sending: Sending) -> None:
            with sending.attempt():
                self._client.post("/swarm/leave", force=True)

        # An error says that nothing is left of the attempt.
        with contextlib.suppress(EngineError):
            insist(leave)


def join_advice(error: EngineError) -> str:
    """A join's error in words that say what to do."""
    text = str(error).split(" said: ", 1)[-1].rstrip('"')
    if "valid join token is necessary" in text:
        return "the manager does not know this join token; it was rotated, read it again with swarm_info and tokens=true"
    if "remote CA does not match fingerprint" in text:
        return "the join token belongs to another swarm (its CA differs); read it from a manager of this one"
    if "could not connect to prospective new cluster member" in text:
        return "the manager cannot reach this node back; open 2377/tcp on it and check advertise_addr"
    if "connection refused" in text or "no route to host" in text or "i/o timeout" in text:
        return f"cannot reach it ({text.rsplit(': ', 1)[-1]}); check that 2377/tcp is open there"
    return text


def unless(found: dict[str, t.Any], states: tuple[str, ...], deadline: Deadline) -> dict[str, t.Any] | None:
    """The state once it is none of these, or when time is up."""
    return None if found["state"] in states and deadline.left else found
