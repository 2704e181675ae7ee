# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at a swarm from any host: what a manager says, or why this host cannot say it. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineAbsent, EngineTimeout, NoQuorum, NotAManager
from . import nodes, quorum, state

# A leaderless manager may take 20 s to say so; whoever looks does not wait for that.
_PATIENCE = 8.0
Look = t.Callable[[t.List[nodes.Node], str], t.Dict[str, t.Any]]


def on_manager(client: Client, look: Look, nothing: dict[str, t.Any]) -> dict[str, t.Any]:
    """Look at the swarm if this host can.

    Args:
        client: any host's Engine.
        look: gets the nodes and the ID of this host's own, and returns what was seen.
        nothing: what is returned in its place where the host cannot look.

    Returns:
        ``state`` and ``why`` as ``_state.look`` has them, and what was seen.
    """
    try:
        info = client.info()
    except EngineAbsent as error:
        return {"state": "no_engine", "why": str(error), **nothing}
    told = state.local(info)
    if told["state"] != "manager":
        return {"state": told["state"], "why": told["why"], **nothing}
    try:
        seen = nodes.views(client.get("/nodes", timeout=_PATIENCE))
        why = quorum.sentence(len(nodes.managers(seen)), len(nodes.reachable(seen)))
        return {"state": "manager", "why": why, **look(seen, told["node_id"])}
    except (NoQuorum, EngineTimeout) as error:
        why = f"{info.get('Name')} is a manager of a swarm that has lost its quorum: {error}"
        return {"state": "no_quorum", "why": why, **nothing}
    except NotAManager as error:
        # It was demoted between two requests.
        return {"state": "worker", "why": str(error), **nothing}
