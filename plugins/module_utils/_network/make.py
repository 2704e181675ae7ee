# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a network, and seeing that the swarm gives it its addresses. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.client import Client
from .._engine.errors import Conflict, EngineError, NotFound, Overtaken, WaitTimeout
from .._engine.wait import Clock, until
from .networks import is_of_swarm

# The leader's allocator needs some 20 ms; if it cannot give what is wanted, it never says so.
_PATIENCE = 15.0
# For how long an Engine may go on refusing a name whose network was removed from the swarm.
_LEFTOVERS = 10.0


def make(client: Client, body: dict[str, t.Any], clock: Clock, again: bool) -> str:
    """Make a network; its addresses come later.

    Args:
        client: a manager's Engine.
        body: what is sent.
        clock: the deadline.
        again: its predecessor was removed just now, of which an Engine may go on telling for a while.

    Returns:
        Its ID.

    Raises:
        FlotillaError: it could not be made.
    """
    patience = clock if again else Clock(min(clock.left, _LEFTOVERS))
    said = [""]

    def create() -> str | None:
        try:
            return str(client.post("/networks/create", body)["Id"])
        except EngineError as error:
            if not isinstance(error, Conflict) and "already present" not in str(error):
                raise
            if not again and _is_there(client, body["Name"]):
                raise Overtaken("somebody else made a network of that name just now; run again.") from None
            said[0] = str(error)
            return None

    return until(create, patience, lambda: f"it could not be made within {patience.seconds:.0f} s: {said[0]}")


def _is_there(client: Client, name: str) -> bool:
    return any(raw["Name"] == name and is_of_swarm(raw) for raw in client.get("/networks"))


def await_addresses(client: Client, made: str) -> None:
    """Wait until a network that was made has its addresses: it has no driver until the leader has given it a subnet.

    Raises:
        WaitTimeout: it gets none, and was removed again.
    """

    def allocated() -> bool | None:
        with contextlib.suppress(NotFound):
            return bool(client.get(f"/networks/{made}").get("Driver")) or None
        return None

    try:
        until(
            allocated,
            Clock(_PATIENCE),
            lambda: (
                "the swarm's leader gives it no addresses, so it was removed again: its subnet overlaps with another "
                "network's, or the swarm's address pool is used up; the log of the leader's Engine says which"
            ),
        )
    except WaitTimeout:
        with contextlib.suppress(EngineError):
            client.delete(f"/networks/{made}")
        raise
