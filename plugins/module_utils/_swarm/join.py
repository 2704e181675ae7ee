# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Joining and leaving. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import os
import typing as t

from .._engine.client import Client
from .._engine.errors import (
    AlreadyInSwarm,
    EngineError,
    EngineTimeout,
    FlotillaError,
    JoinTimeout,
    NotInSwarm,
    Refused,
    StillManager,
)
from .._engine.wait import Clock, in_sequence, until
from .._ports.conflicts import Wanted, port_conflicts
from .._ports.listeners import listeners
from . import nodes, quorum, state
from .token import digest_in, digest_of


class Membership:
    """This Engine's place in a swarm.

    Args:
        client: the Engine that joins or leaves.
        check: plan only.
        wait_timeout: seconds until the membership has to be real; ``None`` waits for nothing.
    """

    def __init__(self, client: Client, check: bool, wait_timeout: float | None) -> None:
        self._client = client
        self._check = check
        self._wait_timeout = wait_timeout
        self.done: list[str] = []
        self.warnings: list[str] = []

    def join(self, params: dict[str, t.Any]) -> None:
        """Join the swarm of the given managers, unless this node is in it already.

        Raises:
            Refused: it is in another swarm, or the token or the addresses cannot work.
        """
        wanted_ca = digest_in(params["join_token"])
        addresses = [with_port(address) for address in params["remote_addrs"]]
        if not addresses:
            raise Refused("remote_addrs is empty; name at least one manager of the swarm to join.")
        found = self._settled()
        if found["state"] in ("worker", "manager", "no_quorum", "locked"):
            self._check_membership(found, wanted_ca, addresses)
            if found["state"] in ("worker", "manager") and found["state"] != params["role"]:
                self.warnings.append(
                    f"This node is a {found['state']}, not a {params['role']}: joining does not change roles, "
                    "swarm_node with role does."
                )
            return
        if found["state"] in ("pending", "error"):
            raise Refused(f"{found['why']} Make it leave first: swarm_join with state=absent and force=true.")
        self._check_ports(params["published_ports"] or [], params["port_conflicts"] == "refuse")
        through = addresses[0] if self._check else self._join_through(addresses, params)
        self.done.append(f"joined as {params['role']} through {through}")
        if not self._check:
            self._await_membership(params["role"])

    def leave(self, force: bool) -> None:
        """Leave the swarm, a manager only after its demotion was seen through.

        Raises:
            Refused: the swarm would lose its quorum, or its last manager.
        """
        found = state.look(self._client)
        if found["state"] in ("inactive", "no_engine"):
            return
        if not force:
            self._check_leaving(found)
        if not self._check:
            if found["state"] == "manager" and len(nodes.managers(found["nodes"])) > 1:
                self._step_down(found["node_id"], force)
            self._send_leave(force)
        self.done.append("left the swarm")

    def node_id(self) -> str | None:
        """The node ID this Engine has now."""
        return state.look(self._client).get("node_id")

    def _settled(self) -> dict[str, t.Any]:
        """The state, once an earlier join that goes on in the background has ended one way or the other."""
        if self._check:
            return state.look(self._client)
        clock = Clock(self._wait_timeout or 0)
        return until(
            lambda: _unless(state.look(self._client), "pending", clock),
            clock,
            lambda: f"The Engine at {self._client.where} is still trying to join.",
        )

    def _check_membership(self, found: dict[str, t.Any], wanted_ca: str, addresses: list[str]) -> None:
        known = [manager["address"] for manager in found["remote_managers"]]
        if set(known) & set(addresses) or self._root_digest() == wanted_ca:
            return
        raise Refused(
            f"This node is in another swarm already (its managers: {', '.join(known) or 'unknown'}), not in that of "
            f"{', '.join(addresses)}; make it leave first: swarm_join with state=absent and force=true."
        )

    def _check_ports(self, published: list[dict[str, t.Any]], refuse: bool) -> None:
        """Report what holds a published port before the swarm's traffic is sent to it."""
        wanted = [Wanted(row["protocol"], row["port"], f"service {row['service']}") for row in published]
        held = (
            port_conflicts("This host", listeners({need.port for need in wanted}), wanted) if wanted else []
        )
        if held and refuse:
            raise Refused(" ".join(held))
        self.warnings += held

    def _root_digest(self) -> str | None:
        """The digest of the root certificate in force here, ``None`` where it cannot be read."""
        info = self._client.get("/info")
        trusted = ((info.get("Swarm") or {}).get("Cluster") or {}).get("TLSInfo") or {}
        if trusted.get("TrustRoot"):
            return digest_of(trusted["TrustRoot"].encode())
        # A worker does not report it, but keeps it here (moby daemon/cluster/noderunner.go).
        path = os.path.join(info.get("DockerRootDir", ""), "swarm/certificates/swarm-root-ca.crt")
        try:
            with open(path, "rb") as file:
                return digest_of(file.read())
        except OSError:
            return None

    def _join_through(self, addresses: list[str], params: dict[str, t.Any]) -> str:
        """Try each manager in turn, since the Engine itself only ever tries the first address.

        Returns:
            The address that worked.
        """
        failures: list[str] = []
        for address in addresses:
            request = {
                "ListenAddr": params["listen_addr"] or "0.0.0.0:2377",
                "AdvertiseAddr": params["advertise_addr"] or "",
                "DataPathAddr": params["data_path_addr"] or "",
                "RemoteAddrs": [address],
                "JoinToken": params["join_token"].strip(),
                "Availability": params["availability"] or "active",
            }
            try:
                self._client.post("/swarm/join", request)
                return address
            except (JoinTimeout, EngineTimeout):
                # The Engine goes on in the background; whether it gets there is seen by waiting.
                if state.look(self._client)["state"] in ("worker", "manager", "no_quorum"):
                    return address
                failures.append(f"{address}: no answer within 20 s")
            except AlreadyInSwarm:
                return address
            except EngineError as error:
                failures.append(f"{address}: {told(error)}")
            self._forget_attempt()
        raise EngineError(f"Joining failed: {'; '.join(failures)}.".replace("..", "."))

    def _forget_attempt(self) -> None:
        """End a join that would go on in the background, so that the next one is not refused."""
        # An error says that nothing was left of the attempt.
        with contextlib.suppress(EngineError):
            self._client.post("/swarm/leave", force=True)

    def _await_membership(self, role: str) -> None:
        if self._wait_timeout is None:
            return

        def member() -> bool | None:
            found = state.look(self._client)
            if found["state"] == "error":
                raise EngineError(
                    f"{found['why']} Make it leave with swarm_join state=absent force=true and try again."
                )
            if role == "worker":
                return found["state"] == "worker" or None
            own = next((node for node in found.get("nodes", []) if node["id"] == found["node_id"]), None)
            manager = own["manager"] if own else None
            return True if manager and manager["reachability"] == "reachable" else None

        until(
            member,
            Clock(self._wait_timeout),
            lambda: (
                f"The node joined but is no {'reachable manager' if role == 'manager' else 'worker'} after "
                f"{self._wait_timeout:g} s: {state.look(self._client)['why']}"
            ),
        )

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

        def demote() -> None:
            raw = self._client.get(f"/nodes/{node_id}")
            if raw["Spec"]["Role"] == "manager":
                spec = {**raw["Spec"], "Role": "worker"}
                self._client.post(f"/nodes/{node_id}/update", spec, version=raw["Version"]["Index"])

        try:
            in_sequence(demote)
            self.done.append("demoted this manager")
            until(
                lambda: state.local_state(self._client.get("/info")) != "manager" or None,
                Clock(self._wait_timeout or 60),
                lambda: (
                    "This manager's demotion is not finished: the swarm postpones it while that would cost the quorum."
                ),
            )
        except FlotillaError:
            if not force:
                raise
        else:
            # Part of leaving, told only where it is all that was done.
            self.done.clear()

    def _send_leave(self, force: bool) -> None:
        def sent() -> bool | None:
            try:
                self._client.post("/swarm/leave", force=force)
            except StillManager:
                # The certificate of a node that was just demoted still says manager for some seconds.
                return None
            except NotInSwarm:
                pass
            return True

        until(sent, Clock(self._wait_timeout or 60), lambda: "The Engine still counts itself as a manager.")


def with_port(address: str) -> str:
    """A manager's address with the default port where none was given; IPv6 is put in brackets."""
    if address.startswith("[") or address.count(":") == 1:
        return address if ":" in address.rsplit("]", 1)[-1] else f"{address}:2377"
    return f"[{address}]:2377" if ":" in address else f"{address}:2377"


def told(error: EngineError) -> str:
    """A join's error in words that say what to do."""
    text = str(error).split(" said: ", 1)[-1].rstrip('"')
    if "valid join token is necessary" in text:
        return "the manager does not know this join token; it was rotated, read it anew with swarm_info and tokens=true"
    if "remote CA does not match fingerprint" in text:
        return "the join token belongs to another swarm (its CA differs); read it from a manager of this one"
    if "could not connect to prospective new cluster member" in text:
        return "the manager cannot reach this node back; open 2377/tcp on it and check advertise_addr"
    if "connection refused" in text or "no route to host" in text or "i/o timeout" in text:
        return f"cannot reach it ({text.rsplit(': ', 1)[-1]}); check that 2377/tcp is open there"
    return text


def _unless(found: dict[str, t.Any], state_name: str, clock: Clock) -> dict[str, t.Any] | None:
    """The state once it is another than the named one, or when time is up."""
    return None if found["state"] == state_name and clock.left else found
