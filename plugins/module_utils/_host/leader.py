# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until the managers of a swarm have chosen a leader. PRIVATE to the collection."""

from __future__ import annotations

import socket
import time
import typing as t

from .._engine.client import Client
from .._engine.wait import Deadline, waiting_for
from .._swarm import state
from .._swarm.quorum import majority

# Seconds between two looks, and until a manager's port is taken for closed.
_INTERVAL, _CONNECTING = 1.0, 2.0

Found = t.Dict[str, t.Any]


def answers(address: str) -> bool:
    """Whether a manager's Engine takes connections of the other managers.

    Args:
        address: ``HOST:PORT``, as the Engine names its managers.
    """
    host, _colon, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECTING).close()
    except (OSError, ValueError):
        return False
    return True


def can_be_chosen(found: Found) -> bool:
    """Whether a manager without a leader will have one again: as many managers as are needed to choose one answer.

    An election takes some 10 s. Where the group of managers was about to change, it was seen to take more than a minute,
    since managers that had lost each other connect again after ever longer pauses.

    Args:
        found: the swarm as ``state.read`` returns it.
    """
    managers = [manager["address"] for manager in found.get("remote_managers") or []]
    if found["state"] != "no_quorum" or not managers:
        return False
    return sum(map(answers, managers)) >= majority(len(managers))


def wait(client: Client, seconds: float) -> Found:
    """Read the swarm as ``state.read`` does until it has a leader, or until none can be chosen.

    Args:
        client: a manager's Engine.
        seconds: how long to wait at most.
    """
    deadline = Deadline(seconds)
    with waiting_for("waiting until the managers have chosen a leader", deadline):
        while True:
            found = state.read(client)
            if not deadline.left or not can_be_chosen(found):
                return found
            time.sleep(min(_INTERVAL, deadline.left))
