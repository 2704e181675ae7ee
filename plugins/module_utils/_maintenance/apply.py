# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking a node out of rotation, and back. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused
from .._engine.update import update
from .._engine.wait import Deadline, wait_until
from .._node.draining import Draining
from .._rollout.wait import Rollout, wait_for_rollouts
from .._run.steps import step
from .._service.info import read as read_services
from .._swarm.nodes import called, view, views
from . import marks, surge
from .moves import Departure, move, moves
from .plan import Live, refusals

Raw = t.Dict[str, t.Any]

# Seconds in which a service may still become what it should be before a node is refused.
_SETTLING = 10.0


def read(client: Client) -> Live:
    """The swarm as it is now."""
    nodes = client.get("/nodes")
    found = read_services(client, views(nodes), None)
    problems = [
        f"{service['name']}: {problem}" for service in found["services"] for problem in service["problems"]
    ]
    tasks = client.get("/tasks", filters={"desired-state": ["running", "accepted", "ready"]})
    return Live(nodes, client.get("/services"), tasks, problems)


def at_the_gates(
    client: Client, node_of: t.Callable[[Live], str], of_hosts: list[str]
) -> tuple[Live, list[str]]:
    """Read the swarm, again for a moment while services are about to be well.

    Args:
        client: a manager's Engine.
        node_of: the node that would be taken out of rotation.
        of_hosts: what speaks against it on the hosts beneath.

    Returns:
        The swarm, and why the node may not be taken.
    """
    deadline = Deadline(_SETTLING)
    while True:
        live = read(client)
        refused = refusals(node_of(live), live, of_hosts)
        if not refused or refused != live.problems or not deadline.left:
            return live, refused
        time.sleep(1.0)


class NodeInTurn:
    """The turn of one node.

    Args:
        client: the Engine of another manager.
        node_id: the node.
        seconds: how long each wait may take.
    """

    def __init__(self, client: Client, node_id: str, seconds: float) -> None:
        self._client = client
        self._id = node_id
        self._seconds = seconds
        self._name = called(view(client.get(f"/nodes/{node_id}")))
        #: What was done, a sentence each.
        self.done: list[str] = []

    def away(self, check_mode: bool, of_hosts: list[str]) -> str:
        """Take the node out of rotation: it runs nothing then, and what can run elsewhere does.

        Args:
            check_mode: say only what would be done.
            of_hosts: what speaks against it on the hosts beneath.

        Returns:
            How far its maintenance is.

        Raises:
            Refused: a gate does not hold.
            FlotillaError: something did not come to its end.
        """
        live, refused = at_the_gates(self._client, lambda _live: self._id, of_hosts)
        if refused:
            raise Refused(f"{self._name} is not taken out of rotation: {'; '.join(refused)}.")
        if marks.stage(live.node(self._id)) == marks.BACK:
            return marks.BACK
        if check_mode:
            self.done.append(f"{self._name}: taken out of rotation")
            return marks.AWAY
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._write("taken out of rotation", lambda raw: marks.away(raw, now))
        self._start_elsewhere([one for one in self._moves(live) if not one.gap])
        self._write("drained", marks.drained)
        self._wait_until_drained()
        self._wait_until_well(f"while {self._name} is away")
        return marks.AWAY

    def back(self, check_mode: bool) -> None:
        """Give the node the availability that it had, and wait until everything is well.

        Raises:
            FlotillaError: the node or a service is not well.
        """
        if check_mode:
            self.done.append(f"{self._name}: back in rotation")
            return
        self._wait_until_ready()
        self._write("back in rotation", marks.back)
        self._wait_until_well(f"with {self._name} back")
        self._write("maintenance ended", marks.done)

    def _moves(self, live: Live) -> list[Departure]:
        return moves(self._id, live.nodes, live.services, live.tasks)

    def _start_elsewhere(self, leaving: list[Departure]) -> None:
        """Start tasks elsewhere and stop those on the node then; afterwards every service has its spec as it was."""
        moment = marks.since(self._client.get(f"/nodes/{self._id}"))
        try:
            rollouts = [
                Rollout(one.service["ID"], one.name, written=self._surge(one, moment)) for one in leaving
            ]
            wait_for_rollouts(self._client, rollouts, self._seconds)
            self.done += [f"{one.name}: started elsewhere, then stopped on {self._name}" for one in rollouts]
        except FlotillaError as error:
            raise error.prefixed(
                f"{self._name} is paused and what runs on it goes on; run the same command again once the cause is gone: "
            ) from None
        finally:
            self.settle()

    def _surge(self, one: Departure, moment: str) -> bool:
        """Have a service leave the node; whether it was written, and did not begin to leave in an earlier run."""
        path = f"/services/{one.service['ID']}"
        return update(self._client, path, lambda live: surge.surging(live["Spec"], moment)).changed

    def settle(self) -> None:
        """Put the spec of every service back that left a node, in an earlier run too."""
        for raw in self._client.get("/services"):
            if surge.is_surging(raw["Spec"]):
                update(self._client, f"/services/{raw['ID']}", lambda live: surge.settled(live["Spec"]))

    def _write(self, sentence: str, change: t.Callable[[Raw], Raw | None]) -> None:
        with step(self.done, f"{self._name}: {sentence}") as taken:
            taken.did = update(self._client, f"/nodes/{self._id}", change).changed

    def _wait_until_drained(self) -> None:
        if view(self._client.get(f"/nodes/{self._id}"))["state"] != "ready":
            return  # It cannot report the end of its tasks.
        state = Draining({self._id: self._name})
        self._wait(
            lambda: state.see(self._client.get("/tasks", filters={"node": [self._id]})) or None,
            lambda: f"still draining: {state.late}",
            lambda: state.doing,
        )

    def _wait_until_ready(self) -> None:
        seen: dict[str, str] = {"is": "not read yet"}

        def ready() -> bool | None:
            node = view(self._client.get(f"/nodes/{self._id}"))
            manager = node["manager"]
            seen["is"] = node["state"] if not manager else f"{node['state']} and {manager['reachability']}"
            return (
                True if node["state"] == "ready" and seen["is"] in ("ready", "ready and reachable") else None
            )

        self._wait(
            ready,
            lambda: f"{self._name} did not come back, it is {seen['is']}",
            lambda: f"waiting for {self._name}: it is {seen['is']}",
        )

    def _wait_until_well(self, when: str) -> None:
        """Wait until every service is well that can be."""
        left: list[str] = []

        def well() -> bool | None:
            left[:] = self._problems()
            return None if left else True

        self._wait(well, lambda: f"{when}: {'; '.join(left)}", lambda: f"{when}: {'; '.join(left[:3])}")

    def _problems(self) -> list[str]:
        live = read(self._client)
        if marks.stage(live.node(self._id)) != marks.AWAY:
            return live.problems
        missing = {
            raw["Spec"]["Name"] for raw in live.services if move(self._id, live.nodes, raw, live.tasks).waits
        }
        return [one for one in live.problems if one.split(": ")[0] not in missing]

    def _wait(
        self, check: t.Callable[[], bool | None], late: t.Callable[[], str], doing: t.Callable[[], str]
    ) -> None:
        wait_until(
            check,
            Deadline(self._seconds),
            lambda: f"{late()} (waited {self._seconds:g} s). {self.way_back}",
            doing,
        )

    @property
    def way_back(self) -> str:
        """What to do once the cause is gone."""
        return f"{self._name} stays out of rotation. Run the same command again once the cause is gone: it goes on here."


def mark(client: Client, node: Raw) -> bool:
    """Mark a node whose turn comes; whether something was written."""
    return update(client, f"/nodes/{node['ID']}", marks.planned).changed
