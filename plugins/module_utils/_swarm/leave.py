# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leaving a swarm. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotInSwarm, Refused, StillManager
from .._engine.update import Sending, insist, update
from .._engine.wait import Deadline, wait_until
from .._run.steps import step
from . import nodes, quorum, state

# Seconds for a demotion, and for the Engine to notice it, where the user does not wait.
_SETTLING = 60


class Leaving:
    """Has this Engine leave its swarm.

    Args:
        client: the Engine that leaves.
        check_mode: plan only.
        wait_timeout: seconds that each step may take; ``None`` is a minute, since no step can be left out.
    """

    def __init__(self, client: Client, check_mode: bool, wait_timeout: float | None) -> None:
        self._client = client
        self._check_mode = check_mode
        self._seconds = wait_timeout or _SETTLING
        #: What was done, a sentence each; kept when a later step fails.
        self.actions: list[str] = []
        self.warnings: list[str] = []

    def leave(self, force: bool) -> None:
        """Leave the swarm, a manager only after its demotion is complete.

        Raises:
            Refused: the swarm would lose its quorum, or its last manager.
        """
        found = state.read(self._client)
        if found["state"] in ("inactive", "no_engine"):
            return
        if not force:
            self._check_leaving(found)
        if not self._check_mode:
            if found["state"] == "manager" and len(nodes.managers(found["nodes"])) > 1:
                self._step_down(found["node_id"], force)
            with step(self.actions, "left the swarm"):
                self._send_leave(force)
        # A demotion is a part of leaving, and an action of its own only where it is all that was done.
        self.actions[:] = ["left the swarm"]

    def _check_leaving(self, found: dict[str, t.Any]) -> None:
        if found["state"] in ("locked", "no_quorum", "error", "pending"):
            raise Refused(
                f"{found['why']} It can only leave with force=true, which forgets what it knows of the swarm."
            )
        if found["state"] != "manager":
            return
        count, up = len(nodes.managers(found["nodes"])), len(nodes.reachable(found["nodes"]))
        if count == 1:
            raise Refused(
                "This is the swarm's last manager: leaving erases the swarm, its services, secrets and networks; "
                "set force=true if that is meant."
            )
        if not quorum.survives_removal(count, up, True):
            raise Refused(
                f"Without this manager the swarm would lose its quorum ({up} of {count} managers are reachable); "
                "bring the others back first, or set force=true."
            )

    def _step_down(self, node_id: str, force: bool) -> None:
        """Have the swarm take this manager out of the raft group before it goes."""
        try:
            with step(self.actions, "demoted this manager") as demotion:
                demotion.did = update(self._client, f"/nodes/{node_id}", _demoted).changed
            wait_until(
                lambda: state.local_state(self._client.get("/info")) != "manager" or None,
                Deadline(self._seconds),
                lambda: (
                    "This manager's demotion is not finished: the swarm postpones it while that would cost the quorum."
                ),
                "leaving the swarm: this manager's demotion is not finished",
            )
        except FlotillaError:
            if not force:
                raise

    def _send_leave(self, force: bool) -> None:
        def sent(sending: Sending) -> bool | None:
            try:
                with sending.attempt():
                    self._client.post("/swarm/leave", force=force)
            except StillManager:
                # The certificate of a node that was just demoted still says manager for some seconds.
                return None
            except NotInSwarm:
                pass
            return True

        wait_until(
            lambda: insist(sent),
            Deadline(self._seconds),
            lambda: "The Engine still counts itself as a manager.",
            "leaving the swarm: the Engine still counts itself as a manager",
        )


def _demoted(node: dict[str, t.Any]) -> dict[str, t.Any] | None:
    return {**node["Spec"], "Role": "worker"} if node["Spec"]["Role"] == "manager" else None
