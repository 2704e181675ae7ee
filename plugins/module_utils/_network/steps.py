# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of creating and recreating a network. PRIVATE to the collection."""

from __future__ import annotations

import contextlib

from .._engine.client import Client
from .._engine.errors import Conflict, EngineError, NotFound, Overtaken, WaitTimeout
from .._engine.update import create, remove, update
from .._engine.wait import Deadline, wait_until
from .._rollout.references import is_of_swarm
from .._rollout.resume import sent_again_if_paused
from .._rollout.wait import Rollout
from .attachments import Raw, awaits_network, detached, reattached, uses
from .plan import NetworkPlan

#: Seconds within which a new network gets its addresses. The leader's allocator needs some 20 ms; if it cannot give what is
#: wanted, it never says so.
ALLOCATION = 15.0
# For how long an Engine may go on refusing a name whose network was removed from the swarm.
_LEFTOVERS = 10.0


def create_network(client: Client, body: Raw, deadline: Deadline, predecessor: str = "") -> str:
    """Create a network; its addresses come later.

    Args:
        client: a manager's Engine.
        body: what is sent.
        deadline: when to give up.
        predecessor: the ID of one that was removed just now, which an Engine may go on reporting for a while.

    Returns:
        Its ID.

    Raises:
        FlotillaError: it could not be created.
    """
    patience = deadline if predecessor else Deadline(min(deadline.left, _LEFTOVERS))
    objection = [""]

    def created() -> str | None:
        try:
            return create(client, "/networks", body, counts=is_of_swarm).id
        except EngineError as error:
            if not isinstance(error, Conflict) and "already present" not in str(error):
                raise
            if exists(client, body["Name"], but=predecessor):
                raise Overtaken(
                    "another client created a network of that name just now; run again."
                ) from None
            objection[0] = str(error)
            return None

    return wait_until(
        created,
        patience,
        lambda: f"it could not be created within {patience.seconds:.0f} s: {objection[0]}",
        f"creating network {body['Name']}: the Engine does not take the name yet",
    )


def exists(client: Client, name: str, identity: str = "", but: str = "") -> bool:
    """Whether the swarm has a network of a name: of that ID, where one is given, and of another than ``but``."""
    return any(
        raw["Name"] == name and is_of_swarm(raw) and raw["Id"] != but and identity in ("", raw["Id"])
        for raw in client.get("/networks")
    )


def wait_for_addresses(client: Client, network_id: str, name: str, deadline: Deadline) -> None:
    """Wait until a new network has its addresses: it has no driver until the leader has given it a subnet.

    Raises:
        WaitTimeout: it gets none, and was removed again.
    """

    live: Raw = {}

    def allocated() -> bool | None:
        with contextlib.suppress(NotFound):
            live.update(client.get(f"/networks/{network_id}"))
            return bool(live.get("Driver")) or None
        return None

    try:
        wait_until(
            allocated,
            deadline,
            lambda: "it got no addresses",
            f"creating network {name}: it has no addresses yet",
        )
    except WaitTimeout:
        raise _removed_again(client, network_id, live.get("EnableIPv6", False)) from None


def _removed_again(client: Client, network_id: str, with_ipv6: bool) -> WaitTimeout:
    """The error of a network without addresses, which no service could use."""
    actions = ["removed again, since it got no addresses"]
    outcome = "so it was removed again"
    try:
        remove(client, f"/networks/{network_id}")
    except EngineError as error:
        actions, outcome = [], f"and it could not be removed again ({error})"
    newer = ", or that Engine is 28 or newer, which has no IPv6 subnets for swarms (moby#52469)"
    return WaitTimeout(
        f"the swarm's leader gives it no addresses, {outcome}: its subnet overlaps with another network's, or the swarm's "
        f"address pool is used up; the log of the leader's Engine says which{newer if with_ipv6 else ''}",
        {"actions": actions},
    )


def detach_service(client: Client, service: Raw, plan: NetworkPlan) -> bool:
    """Detach a service from a network; its tasks leave the network later.

    Returns:
        Whether anything had to be written: another client may remove or change the service meanwhile.

    Args:
        client: a manager's Engine.
        service: the service as it was read a moment ago.
        plan: what is done about the network.
    """
    live = plan.live or {}

    def change(raw: Raw) -> Raw | None:
        spec = raw["Spec"]
        return detached(spec, live, plan.name) if uses(spec, live) else None

    try:
        return update(client, f"/services/{service['ID']}", change, known=service).changed
    except NotFound:
        return False


def reattach_service(client: Client, service: Raw, name: str, network_id: str) -> list[Rollout]:
    """Reattach a service that remembers a network of a name, to the network of an ID.

    Returns:
        What to wait for: nothing where another client removed the service meanwhile.
    """

    def change(raw: Raw) -> Raw | None:
        spec = raw["Spec"]
        return reattached(spec, name, network_id) if awaits_network(spec, name) else None

    try:
        update(client, f"/services/{service['ID']}", change, known=service)
    except NotFound:
        return []
    return [Rollout(service["ID"], service["Spec"]["Name"])]


def resume_service(client: Client, service: Raw) -> bool:
    """Send the paused update of a service again.

    Returns:
        Whether anything had to be written: another client may have updated or removed the service meanwhile.
    """
    try:
        return update(client, f"/services/{service['ID']}", sent_again_if_paused, known=service).changed
    except NotFound:
        return False
