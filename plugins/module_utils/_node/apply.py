# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan of node changes, and seeing each through. PRIVATE to the collection."""

from __future__ import annotations

import functools
import typing as t

from .._engine.client import Client
from .._engine.errors import NotAManager, NotFound, StillManager
from .._engine.wait import Clock, in_sequence, until
from .._swarm import nodes
from .plan import Step, plan_node

# A task in one of these states still has, or will have, a process on its node (swarmkit api/types.proto).
_LIVE_TASKS = frozenset(("assigned", "accepted", "preparing", "ready", "starting", "running"))


class Applier:
    """Carries out steps on a manager.

    Args:
        client: a manager's Engine.
        wait_timeout: seconds each step may take to be seen through; ``None`` waits for nothing.
        force: remove nodes that are not down.
    """

    def __init__(self, client: Client, wait_timeout: float | None, force: bool = False) -> None:
        self._client = client
        self._wait_timeout = wait_timeout
        self._force = force
        #: Sentences about what was done, in order; kept when a later step fails.
        self.done: list[str] = []

    def run(self, steps: list[Step], draining: t.Sequence[nodes.Node] = ()) -> None:
        """Carry out all steps in their order, then see the drains through together.

        Args:
            steps: what has to change.
            draining: the nodes that are to run nothing, those too where an earlier run has begun with it.
        """
        for step in steps:
            if step.wanted.absent:
                self._remove(step)
                continue
            self._update(step)
            if step.promotes:
                self._await(
                    functools.partial(self._is_reachable, step),
                    f"{_name(step)} is not a reachable manager yet",
                )
            elif step.demotes:
                self._await_demoted(step)
        # A node that is down can report no end of its tasks, so there is nothing to wait for.
        left = {node["id"]: node["hostname"] for node in draining if node["state"] == "ready"}
        if left:
            self._await_drained(left)

    def _update(self, step: Step) -> None:
        if self._write(step, lambda spec: plan_node(step.wanted, spec).spec):
            self.done.append(step.sentence)

    def _write(self, step: Step, changed: t.Callable[[dict[str, t.Any]], dict[str, t.Any]]) -> bool:
        """Send a node's spec as a function makes it of the live one, if that changes it; whether it did."""
        path = f"/nodes/{step.node['id']}"

        def write() -> bool:
            raw = self._client.get(path)
            live = raw.get("Spec") or {}
            spec = changed(live)
            if spec != live:
                self._client.post(f"{path}/update", spec, version=raw["Version"]["Index"])
            return spec != live

        return in_sequence(write)

    def _remove(self, step: Step) -> None:
        if step.demotes:
            self._demote_for_removal(step)
        node_id = step.node["id"]
        if not self._force:
            self._await(
                lambda: True if self._state(node_id) in ("down", None) else None,
                f"{_name(step)} is not down and so cannot be removed; let it leave the swarm first "
                "(swarm_join with state=absent on it) or set force: true",
                at_least=0.0,
            )

        def delete() -> bool:
            try:
                self._client.delete(f"/nodes/{node_id}", force=self._force)
            except NotFound:
                return True
            except StillManager:
                # The role manager has not taken it out of the raft group yet.
                return False
            return True

        self._await(
            lambda: True if in_sequence(delete) else None, f"{_name(step)} is still a manager", at_least=10.0
        )
        self.done.append(f"{_name(step)}: removed")

    def _demote_for_removal(self, step: Step) -> None:
        if self._write(step, lambda spec: {**spec, "Role": "worker"}):
            self.done.append(f"{_name(step)}: role: manager → worker")
        self._await_demoted(step)

    def _await_demoted(self, step: Step) -> None:
        self._await(
            lambda: self._is_demoted(step),
            f"{_name(step)} is still in the raft group: the swarm postpones its demotion while that would cost the "
            "quorum",
        )

    def _await_drained(self, waiting: dict[str, str]) -> None:
        left: dict[str, int] = {}

        def drained() -> bool | None:
            left.clear()
            for task in self._client.get("/tasks", filters={"node": list(waiting)}):
                if (task.get("Status") or {}).get("State") in _LIVE_TASKS:
                    left[waiting[task["NodeID"]]] = left.get(waiting[task["NodeID"]], 0) + 1
            return not left or None

        self._await(
            drained,
            lambda: (
                "still draining: " + ", ".join(f"{name} runs {count} task(s)" for name, count in left.items())
            ),
        )

    def _await(
        self, look: t.Callable[[], t.Any], late: str | t.Callable[[], str], at_least: float | None = None
    ) -> None:
        seconds = self._wait_timeout if self._wait_timeout is not None else at_least
        if seconds is None:
            return
        until(look, Clock(seconds), lambda: f"{late() if callable(late) else late} (waited {seconds:g} s).")

    def _node(self, node_id: str) -> nodes.Node | None:
        try:
            return nodes.view(self._client.get(f"/nodes/{node_id}"))
        except NotFound:
            return None

    def _state(self, node_id: str) -> str | None:
        node = self._node(node_id)
        return node["state"] if node else None

    def _is_reachable(self, step: Step) -> bool | None:
        node = self._node(step.node["id"])
        manager = node["manager"] if node else None
        return True if manager and manager["reachability"] == "reachable" else None

    def _is_demoted(self, step: Step) -> bool | None:
        try:
            node = self._node(step.node["id"])
        except NotAManager:
            # The node that is asked was itself demoted: that is the answer.
            return True
        return True if node is None or node["manager"] is None else None


def _name(step: Step) -> str:
    return step.node["hostname"] or step.node["id"]
