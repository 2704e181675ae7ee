# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until the managers of a swarm have chosen a leader. PRIVATE to the collection."""

from __future__ import annotations

import socket
import time
import typing as t

from .client import Client
from .errors import EngineTimeout, FlotillaError, NoQuorum
from .wait import Deadline, waiting_for

#: Seconds that managers need at the worst. An election takes some 10 s; where the group of managers was about to change, it was
#: seen to take more than a minute, since managers that had lost each other connect again after ever longer pauses.
ELECTION = 120.0
# Seconds between two looks, for one look, and until a manager's port is taken for closed.
_INTERVAL, _PATIENCE, _CONNECTING = 1.0, 8.0, 2.0


def managers_of(info: dict[str, t.Any]) -> list[str]:
    """The addresses of the managers that an Engine knows of, its own among them, from ``/info``."""
    return [manager.get("Addr", "") for manager in (info.get("Swarm") or {}).get("RemoteManagers") or []]


def wait_for_leader(client: Client, managers: t.Sequence[str], seconds: float = ELECTION) -> bool:
    """Wait for a leader, as long as more than half of the managers are up, so that they can choose one.

    Args:
        client: the Engine of a manager without a leader.
        managers: the addresses of all managers.
        seconds: how long to wait at most.

    Returns:
        Whether there is a leader now.
    """
    deadline = Deadline(seconds)
    with waiting_for("waiting until the managers have chosen a leader", deadline):
        while deadline.left and 2 * sum(map(answers, managers)) > len(managers):
            time.sleep(min(_INTERVAL, deadline.left))
            if _has_leader(client):
                return True
    return False


def answers(address: str) -> bool:
    """Whether a manager's Engine takes connections of the other managers.

    Args:
        address: ``HOST:PORT``, as the Engine names its managers.
    """
    host, _colon, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECTING).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _has_leader(client: Client) -> bool:
    try:
        client.get("/swarm", timeout=_PATIENCE)
    except (NoQuorum, EngineTimeout):
        return False
    except FlotillaError:
        # Something else is wrong, and whoever asks again says it.
        return True
    return True
