# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning nodes against a swarm, and carrying each step out to its end. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotAManager, NotFound, StillManager
from .._engine.update import retry_out_of_sequence, update
from .._engine.wait import Deadline, wait_until
from .._options.option import check_versions
from .._rollout.tasks import HOLDING
from .._swarm import nodes
from .declared import DeclaredNode
from .options import NODE
from .plan import NodePlan, plan_node, plan_nodes

Raw = t.Dict[str, t.Any]


class Nodes:
    """The nodes of a swarm that a user declares.

    Args:
        client: a manager's Engine.
        declared: what is declared.
        seconds: how long each step may take to be complete; ``None`` waits for nothing.
        force: remove nodes that are not down.
    """

    def __init__(
        self, client: Client, declared: list[DeclaredNode], seconds: float | None, force: bool = False
    ) -> None:
        for one in declared:
            check_versions(NODE, one.values, client.api(), client.where)
        self._client = client
        self._declared = declared
        self._seconds = seconds
        self._force = force
        self._own_id = ""
        self._seen: list[nodes.Node] = []

    def plan(self) -> list[NodePlan]:
        """Plan all nodes; nothing is sent.

        Raises:
            Refused: one of them cannot be changed so.
        """
        raws = self._client.get("/nodes")
        self._own_id = self._client.get("/info")["Swarm"]["NodeID"]
        self._seen = nodes.views(raws)
        return plan_nodes(self._declared, raws, self._seen, self._own_id)

    def apply(self, planned: NodePlan) -> None:
        """Carry out one step and wait until it is complete.

        Raises:
            FlotillaError: ``actions`` among its facts has what was done all the same.
        """
        if planned.action == "remove":
            self._remove(planned)
            return
        path = f"/nodes/{planned.node['id']}"
        if not update(self._client, path, lambda live: _changed(planned.declared, live)).changed:
            planned.action = "none"
            return
        try:
            if planned.promotes:
                self._wait(lambda: self._is_reachable(planned), "it is not a reachable manager yet")
            elif planned.demotes:
                self._wait_until_demoted(planned)
        except FlotillaError as error:
            raise error.after({"actions": [planned.sentence]}) from None

    def wait_until_drained(self) -> None:
        """Wait until the nodes that are to run nothing run nothing, those too that an earlier run has drained."""
        draining = [
            nodes.find(self._seen, one.name, self._own_id)
            for one in self._declared
            if one.values.get("availability") == "drain"
        ]
        # A node that is gone cannot report the end of its tasks, so there is nothing to wait for.
        waiting = {node["id"]: node["hostname"] for node in draining if node and node["state"] == "ready"}
        left: dict[str, int] = {}

        def drained() -> bool | None:
            left.clear()
            for task in self._client.get("/tasks", filters={"node": list(waiting)}):
                if (task.get("Status") or {}).get("State") in HOLDING:
                    left[waiting[task["NodeID"]]] = left.get(waiting[task["NodeID"]], 0) + 1
            return not left or None

        if waiting:
            self._wait(
                drained,
                lambda: (
                    "still draining: "
                    + ", ".join(f"{name} runs {count} task(s)" for name, count in left.items())
                ),
            )

    def now(self, read_again: bool) -> list[nodes.Node]:
        """The declared nodes as they are now; none where this node was just demoted and may not read them any longer."""
        try:
            seen = nodes.views(self._client.get("/nodes")) if read_again else self._seen
            found = [nodes.find(seen, one.name, self._own_id) for one in self._declared]
        except FlotillaError:
            return []
        return [node for node in found if node is not None]

    def _remove(self, planned: NodePlan) -> None:
        path = f"/nodes/{planned.node['id']}"
        demoted = planned.demotes and update(self._client, path, _as_worker).changed
        try:
            if planned.demotes:
                self._wait_until_demoted(planned)
            self._wait_until_removed(planned.node["id"])
        except FlotillaError as error:
            if demoted:
                error.after({"actions": [f"{planned.name}: role: manager → worker"]})
            raise

    def _wait_until_removed(self, node_id: str) -> None:
        if not self._force:
            self._wait(
                lambda: self._is_removable(node_id),
                "it is not down and so cannot be removed; let it leave the swarm first "
                "(swarm_join with state=absent on it) or set force: true",
                at_least=0.0,
            )
        self._wait(
            lambda: True if retry_out_of_sequence(lambda: self._delete(node_id)) else None,
            "it is still a manager",
            at_least=10.0,
        )

    def _delete(self, node_id: str) -> bool:
        try:
            self._client.delete(f"/nodes/{node_id}", force=self._force)
        except NotFound:
            return True
        except StillManager:
            # The role manager has not taken it out of the raft group yet.
            return False
        return True

    def _wait_until_demoted(self, planned: NodePlan) -> None:
        self._wait(
            lambda: self._is_demoted(planned),
            "it is still in the raft group: the swarm postpones its demotion while that would cost the quorum",
        )

    def _wait(
        self, check: t.Callable[[], t.Any], late: str | t.Callable[[], str], at_least: float | None = None
    ) -> None:
        seconds = self._seconds if self._seconds is not None else at_least
        if seconds is None:
            return
        wait_until(
            check, Deadline(seconds), lambda: f"{late() if callable(late) else late} (waited {seconds:g} s)."
        )

    def _node(self, node_id: str) -> nodes.Node | None:
        try:
            return nodes.view(self._client.get(f"/nodes/{node_id}"))
        except NotFound:
            return None

    def _is_removable(self, node_id: str) -> bool | None:
        node = self._node(node_id)
        return True if node is None or nodes.is_gone(node) else None

    def _is_reachable(self, planned: NodePlan) -> bool | None:
        node = self._node(planned.node["id"])
        manager = node["manager"] if node else None
        return True if manager and manager["reachability"] == "reachable" else None

    def _is_demoted(self, planned: NodePlan) -> bool | None:
        try:
            node = self._node(planned.node["id"])
        except NotAManager:
            # The node that is asked was itself demoted: that is the answer.
            return True
        return True if node is None or node["manager"] is None else None


def _changed(declared: DeclaredNode, live: Raw) -> Raw | None:
    planned = plan_node(declared, live.get("Spec") or {})
    return planned.spec if planned else None


def _as_worker(live: Raw) -> Raw | None:
    spec = live.get("Spec") or {}
    return {**spec, "Role": "worker"} if spec.get("Role") == "manager" else None
