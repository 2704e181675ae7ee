# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning nodes against a swarm, and carrying each step out to its end. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotAManager, NotFound, StillManager
from .._engine.update import remove, update
from .._engine.wait import Deadline, wait_until
from .._options.option import check_versions
from .._run.steps import step
from .._swarm import nodes
from .declared import DeclaredNode
from .draining import Draining
from .options import NODE, hide_node
from .plan import NodePlan, plan_node, plan_nodes

Raw = t.Dict[str, t.Any]

# The managers count a node as lost after three missed heartbeats (swarmkit manager/dispatcher/period.go); a node that has
# left, which is seen in no other way, is down by then. Some seconds more for a busy leader.
_HEARTBEATS, _SPARE = 3, 5.0


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
        self._sees_nothing = False
        self._raws: list[Raw] = []
        self._seen: list[nodes.Node] = []

    def plan(self) -> list[NodePlan]:
        """Plan all nodes; nothing is sent.

        Raises:
            Refused: one of them cannot be changed so.
        """
        self._raws = self._client.get("/nodes")
        self._own_id = self._client.get("/info")["Swarm"]["NodeID"]
        self._seen = nodes.views(self._raws)
        return plan_nodes(self._declared, self._raws, self._seen, self._own_id)

    def apply(self, planned: NodePlan) -> None:
        """Carry out one step and wait until it is complete.

        Raises:
            FlotillaError: ``actions`` among its facts has what was done all the same.
        """
        if planned.action == "remove":
            self._remove(planned)
            return
        path = f"/nodes/{planned.node['id']}"
        done: list[str] = []
        try:
            if planned.demotes and planned.node["id"] == self._own_id:
                self._before_own_demotion(planned, path, done)
            with step(done, planned.sentence) as change:
                change.did = update(self._client, path, lambda live: _changed(planned.declared, live)).changed
            if not done:
                planned.action = "none"
            elif planned.promotes:
                self._wait(
                    lambda: self._is_reachable(planned),
                    "it is not a reachable manager yet",
                    f"promoting {planned.name}: it is not a reachable manager yet",
                )
            elif planned.demotes:
                self._wait_until_demoted(planned)
        except FlotillaError as error:
            raise error.after({"actions": done}) from None

    def _before_own_demotion(self, planned: NodePlan, path: str, done: list[str]) -> None:
        """Do what only a manager can do, and see: afterwards the node that is asked knows nothing of the swarm any longer."""
        if planned.changes.keys() - {"role"}:
            with step(done, planned.sentence_without_role) as others:
                others.did = update(
                    self._client, path, lambda live: _with_its_role(planned.declared, live)
                ).changed
        self.wait_until_drained()
        self._sees_nothing = True

    def wait_until_drained(self) -> None:
        """Wait until the nodes that are to run nothing run nothing, those too that an earlier run has drained."""
        if self._sees_nothing:
            return
        draining = [
            nodes.find(self._seen, one.name, self._own_id)
            for one in self._declared
            if one.values.get("availability") == "drain"
        ]
        # A node that is gone cannot report the end of its tasks, so there is nothing to wait for.
        waiting = {node["id"]: node["hostname"] for node in draining if node and node["state"] == "ready"}
        if waiting:
            state = Draining(waiting)
            self._wait(
                lambda: state.see(self._client.get("/tasks", filters={"node": list(waiting)})) or None,
                lambda: f"still draining: {state.late}",
                lambda: state.doing,
            )

    def now(self, read_again: bool) -> Raw:
        """The declared nodes as they are now; none where this node was just demoted and may not read them any longer.

        Returns:
            ``nodes``; of a single one also ``node``, in the Engine's words, as docker_node of community.docker returns it.
        """
        try:
            raws = self._client.get("/nodes") if read_again else self._raws
            seen = nodes.views(raws)
            named = [nodes.find(seen, one.name, self._own_id) for one in self._declared]
        except FlotillaError:
            return {"nodes": []}
        found = [node for node in named if node is not None]
        if len(self._declared) > 1 or not found:
            return {"nodes": found}
        return {"nodes": found, "node": next(hide_node(raw) for raw in raws if raw["ID"] == found[0]["id"])}

    def _remove(self, planned: NodePlan) -> None:
        path = f"/nodes/{planned.node['id']}"
        done: list[str] = []
        try:
            if planned.demotes:
                with step(done, f"{planned.name}: role: manager → worker") as demotion:
                    demotion.did = update(self._client, path, _as_worker).changed
                self._wait_until_demoted(planned)
            with step(done, f"{planned.name}: removed"):
                self._wait_until_removed(planned.node["id"], planned.name)
        except FlotillaError as error:
            raise error.after({"actions": done}) from None

    def _wait_until_removed(self, node_id: str, name: str) -> None:
        if not self._force and not self._is_removable(node_id):
            self._wait(
                lambda: self._is_removable(node_id),
                "it is not down and so cannot be removed; let it leave the swarm first "
                "(swarm_join with state=absent on it) or set force: true",
                f"removing {name}: it is not down yet",
                at_least=0.0,
                at_most=self._seconds_to_leave(),
            )
        self._wait(
            lambda: self._delete(node_id) or None,
            "it is still a manager",
            f"removing {name}: it is still a manager",
            at_least=10.0,
        )

    def _delete(self, node_id: str) -> bool:
        try:
            remove(self._client, f"/nodes/{node_id}", force=self._force)
        except StillManager:
            # The role manager has not taken it out of the raft group yet, or has just put it in.
            update(self._client, f"/nodes/{node_id}", _as_worker)
            return False
        return True

    def _seconds_to_leave(self) -> float:
        """How long a node that has left the swarm may still look as if it had not."""
        spec = self._client.get("/swarm").get("Spec") or {}
        period = ((spec.get("Dispatcher") or {}).get("HeartbeatPeriod") or 5 * 10**9) / 10**9
        return float(_HEARTBEATS * period + _SPARE)

    def _wait_until_demoted(self, planned: NodePlan) -> None:
        self._wait(
            lambda: self._is_demoted(planned),
            "it is still in the raft group: the swarm postpones its demotion while that would cost the quorum",
            f"demoting {planned.name}: it is still in the raft group",
        )

    def _wait(
        self,
        check: t.Callable[[], t.Any],
        late: str | t.Callable[[], str],
        doing: str | t.Callable[[], str],
        at_least: float | None = None,
        at_most: float = float("inf"),
    ) -> None:
        seconds = self._seconds if self._seconds is not None else at_least
        if seconds is None:
            return
        seconds = min(seconds, at_most)
        wait_until(
            check,
            Deadline(seconds),
            lambda: f"{late() if callable(late) else late} (waited {seconds:g} s).",
            doing,
        )

    def _node(self, node_id: str) -> nodes.Node | None:
        try:
            return nodes.view(self._client.get(f"/nodes/{node_id}"))
        except NotFound:
            return None

    def _is_removable(self, node_id: str) -> bool | None:
        node = self._node(node_id)
        return True if node is None or nodes.is_gone(node) or nodes.never_reported(node) else None

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


def _with_its_role(declared: DeclaredNode, live: Raw) -> Raw | None:
    """What is declared without the role, which is written later."""
    spec, before = _changed(declared, live), live.get("Spec") or {}
    wanted = spec and {**spec, "Role": before.get("Role")}
    return None if wanted == before else wanted


def _as_worker(live: Raw) -> Raw | None:
    spec = live.get("Spec") or {}
    return {**spec, "Role": "worker"} if spec.get("Role") == "manager" else None
