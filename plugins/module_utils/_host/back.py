# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until a node whose Engine was started is back in its swarm. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineAbsent
from .._engine.wait import Deadline, wait_until
from .._swarm import state


def wait_until_back(client: Client, wanted: str, managers: int, seconds: float) -> None:
    """Wait until a node is what it was.

    Args:
        client: its Engine.
        wanted: ``worker`` or ``manager``.
        managers: how many managers a manager has to reach, itself among them.
        seconds: how long.

    Raises:
        WaitTimeout: it is not.
    """
    found: dict[str, t.Any] = {}

    def back() -> bool | None:
        found.clear()
        try:
            found.update(state.read(client))
        except EngineAbsent as error:
            # It went away between two requests.
            found.update(state="no_engine", why=str(error))
        return missing(found, wanted, managers) == "" or None

    wait_until(
        back,
        Deadline(seconds),
        lambda: (
            f"This node is not back as a {wanted} after {seconds:g} s: {missing(found, wanted, managers)}."
        ),
        lambda: f"waiting for this {wanted} to be back: {missing(found, wanted, managers)}",
    )


def missing(found: dict[str, t.Any], wanted: str, managers: int) -> str:
    """Why a node is not back, as the end of a sentence; empty where it is.

    Args:
        found: what the node's Engine is to its swarm, as ``state.read`` has it; empty where it was not read yet.
        wanted: ``worker`` or ``manager``.
        managers: how many managers a manager has to reach.
    """
    if found.get("state") != wanted:
        return str(found.get("why", "it was not read yet")).rstrip(".")
    reachable = (found.get("quorum") or {}).get("reachable", 0)
    if wanted == "manager" and reachable < managers:
        return f"{reachable} of {managers} managers are reachable"
    return ""
