# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Joining a swarm. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._engine.client import Client
from .._engine.errors import (
    EngineError,
    FlotillaError,
    Refused,
    WaitTimeout,
)
from .._engine.wait import Deadline, wait_until
from .._files.read import read_file
from .._ports.conflicts import NeededPort, port_conflicts
from .._ports.control import free_ports
from .._ports.listeners import listeners
from .._run.steps import step
from .._run.verb import Verb
from . import state
from .addresses import only_here
from .attempt import Attempt, unless
from .authority import digest_in, digest_of
from .leave import Leaving
from .options import JOIN_INTERFACE

# Bytes of a file with a root certificate, which has less than 1 KiB.
_LARGEST_CERTIFICATE = 1 << 16


class Joining:
    """Has this Engine join a swarm.

    Args:
        client: the Engine that joins.
        check_mode: plan only.
        wait_timeout: seconds until the membership has to be real; ``None`` waits for nothing.
    """

    def __init__(self, client: Client, check_mode: bool, wait_timeout: float | None) -> None:
        self._client = client
        self._check_mode = check_mode
        self._wait_timeout = wait_timeout
        #: What was done, a sentence each; kept when a later step fails.
        self.actions: list[str] = []
        self.warnings: list[str] = []

    def join(self, options: dict[str, t.Any]) -> None:
        """Join the swarm of the given managers, unless this node is in it already.

        Raises:
            Refused: it is in another swarm, or the token or the addresses cannot work.
        """
        expected_root = digest_in(options["join_token"] or "")
        addresses = [with_port(address) for address in options["remote_addrs"] or []]
        if not addresses:
            raise Refused("remote_addrs is empty; name at least one manager of the swarm to join.")
        found = self._settled()
        if found["state"] in ("worker", "manager", "no_quorum", "locked"):
            self._check_membership(found, expected_root, addresses)
            if found["state"] in ("worker", "manager") and found["state"] != options["role"]:
                self.warnings.append(
                    f"This node is a {found['state']}, not a {options['role']}: joining does not change roles, "
                    "swarm_node with role does."
                )
            return
        if found["state"] in ("pending", "error"):
            raise Refused(f"{found['why']} Make it leave first: swarm_join with state=absent and force=true.")
        if only_here(options["advertise_addr"]):
            self.warnings.append(
                "advertise_addr is a loopback address: no node on another host reaches this one by it."
            )
        self._check_ports(options["published_ports"] or [], options["port_conflicts"] == "refuse")
        if not self._check_mode:
            free_ports()
        through = addresses[0] if self._check_mode else self._join_through(addresses, options)
        self.actions.append(f"joined as {options['role']} through {through}")
        if not self._check_mode:
            self._wait_for_membership(options["role"])

    def _settled(self) -> dict[str, t.Any]:
        """The state, once an earlier join that goes on in the background has ended one way or the other."""
        if self._check_mode:
            return state.read(self._client)
        deadline = Deadline(self._wait_timeout or 0)
        return wait_until(
            lambda: unless(state.read(self._client), ("pending",), deadline),
            deadline,
            lambda: f"The Engine at {self._client.where} is still trying to join.",
            "waiting for an earlier join, with which the Engine goes on",
        )

    def _check_membership(self, found: dict[str, t.Any], expected_root: str, addresses: list[str]) -> None:
        known = [manager["address"] for manager in found["remote_managers"]]
        if set(known) & set(addresses) or self._root_digest() == expected_root:
            return
        raise Refused(
            f"This node is in another swarm already (its managers: {', '.join(known) or 'unknown'}), not in that of "
            f"{', '.join(addresses)}; make it leave first: swarm_join with state=absent and force=true."
        )

    def _check_ports(self, published: list[dict[str, t.Any]], refuse: bool) -> None:
        """Report what holds a published port before the swarm's traffic is sent to it."""
        wanted = [NeededPort(row["protocol"], row["port"], f"service {row['service']}") for row in published]
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
            return digest_of(read_file(path, _LARGEST_CERTIFICATE))
        except OSError:
            return None

    def _join_through(self, addresses: list[str], options: dict[str, t.Any]) -> str:
        """Try each manager in turn, since the Engine itself only ever tries the first address.

        Returns:
            The address that worked.
        """
        failures: list[str] = []
        for address in addresses:
            attempt = Attempt(self._client, join_request(address, options), self._wait_timeout)
            try:
                with step(self.actions, f"joined as {options['role']} through {address}") as joining:
                    joining.did = False
                    failure = attempt.make()
            except WaitTimeout:
                self.actions.append(f"began to join as {options['role']} through {address}")
                raise
            if not failure:
                return address
            failures.append(f"{address}: {failure}")
        raise EngineError(f"Joining failed: {'; '.join(failures)}.".replace("..", "."))

    def _wait_for_membership(self, role: str) -> None:
        if self._wait_timeout is None:
            return

        def member() -> bool | None:
            found = state.read(self._client)
            if found["state"] == "error":
                raise EngineError(
                    f"{found['why']} Make it leave with swarm_join state=absent force=true and try again."
                )
            if role == "worker":
                return found["state"] == "worker" or None
            own = next((node for node in found.get("nodes", []) if node["id"] == found["node_id"]), None)
            manager = own["manager"] if own else None
            return True if manager and manager["reachability"] == "reachable" else None

        wait_until(
            member,
            Deadline(self._wait_timeout),
            lambda: (
                f"The node joined but is no {'reachable manager' if role == 'manager' else 'worker'} after "
                f"{self._wait_timeout:g} s: {state.read(self._client)['why']}"
            ),
            f"joined as {role}, but this is no {'reachable manager' if role == 'manager' else 'worker'} yet",
        )


def work(options: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Join or leave.

    Raises:
        FlotillaError: with ``actions`` among its facts for what was done before it.
    """
    seconds = options["wait_timeout"] if options["wait"] else None
    leaves = options["state"] == "absent"
    step = Leaving(client, check_mode, seconds) if leaves else Joining(client, check_mode, seconds)
    try:
        if isinstance(step, Leaving):
            step.leave(options["force"])
        else:
            step.join(options)
    except FlotillaError as error:
        raise error.after(
            {"changed": bool(step.actions) and not check_mode, "actions": step.actions}
        ) from None
    changed = bool(step.actions)
    before, after = ("member", "in no swarm") if leaves else ("in no swarm", f"member as {options['role']}")
    return {
        "changed": changed,
        "actions": step.actions,
        "node_id": state.read(client).get("node_id"),
        "warnings": step.warnings,
        "diff": {
            "before": {"swarm": before} if changed else {},
            "after": {"swarm": after} if changed else {},
        },
    }


VERB = Verb(JOIN_INTERFACE, work)


def join_request(address: str, options: dict[str, t.Any]) -> dict[str, t.Any]:
    """The body of ``POST /swarm/join`` through one manager."""
    return {
        "ListenAddr": options["listen_addr"] or "0.0.0.0:2377",
        "AdvertiseAddr": options["advertise_addr"] or "",
        "DataPathAddr": options["data_path_addr"] or "",
        "RemoteAddrs": [address],
        "JoinToken": options["join_token"].strip(),
        "Availability": options["availability"] or "active",
    }


def with_port(address: str) -> str:
    """A manager's address with the default port where none was given; IPv6 is put in brackets."""
    if address.startswith("[") or address.count(":") == 1:
        return address if ":" in address.rsplit("]", 1)[-1] else f"{address}:2377"
    return f"[{address}]:2377" if ":" in address else f"{address}:2377"
