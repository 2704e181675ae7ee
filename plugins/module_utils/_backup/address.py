# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address that a manager keeps, wherever it is restored. PRIVATE to the collection.

The raft log names it. An Engine that forces a new cluster with another address tells that one to nobody: workers that join are
sent to the old one, and a second manager that joins never reaches the first, so that both have no leader from then on (20.10 and
26.1, docker/for-linux#523). What works is a host that has the old address beside its own, until it has left and joined again.
"""

from __future__ import annotations

import json
import os
import socket

from .._swarm.nodes import without_port
from .manifest import Manifest


def is_own(address: str) -> bool:
    """Whether this host has the address of a manager."""
    host = without_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as own:
            own.bind((host, 0))
    except OSError:
        return False
    return True


def refusal(content: Manifest) -> str | None:
    """Why others could not join a manager that is restored here; ``None`` where they can.

    Args:
        content: what the archive says of itself.
    """
    # Where addresses are translated, no host has it.
    if not content["address_is_own"] or is_own(content["address"]):
        return None
    host = without_port(content["address"])
    return (
        f"the manager that was saved has the address {host}, which this host does not have, and others would be sent there to "
        f"join. Restore on the host with that address, or give it to this one beside its own (ip address add {host}/32 dev ...) "
        "until another manager has joined and this one has left and joined again (see the page of flotilla.swarm.restore)"
    )


def given(folder: str, content: Manifest) -> dict[str, str]:
    """The addresses of a manager as ``swarm_init`` has them.

    An Engine does not choose one by itself where it has several.

    Args:
        folder: the swarm's state.
        content: what its archive says of itself.
    """
    with open(os.path.join(folder, "docker-state.json"), encoding="utf-8") as stream:
        saved = json.load(stream)
    return {
        "advertise_addr": content["address"],
        "listen_addr": saved.get("ListenAddr") or "",
        "data_path_addr": saved.get("DataPathAddr") or "",
    }
