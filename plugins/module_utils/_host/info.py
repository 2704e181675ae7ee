# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one look at a host that everything is planned from. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineAbsent, EngineForbidden, EngineTimeout, FlotillaError, Refused
from .._firewall import firewall
from .._ports.listeners import listeners
from .._swarm import state
from . import facts as host


def look(client: Client, run: host.Run) -> dict[str, t.Any]:
    """Look at a host in any state.

    Args:
        client: the host's Engine, whether it answers or not.
        run: starts a program given as a list; returns its status, output and errors.

    Returns:
        ``hostname os python addresses default_address engine swarm listeners firewall``, as documented by the
        module ``swarm_host_info``.

    Raises:
        EngineForbidden: this user may not use the Engine.
    """
    engine = _engine(client)
    swarm = _swarm(client, engine)
    in_swarm = swarm["state"] not in ("no_engine", "inactive")
    return {
        **host.look(run),
        "engine": engine,
        "swarm": swarm,
        # A member's own Engine holds the ports that would be asked about.
        "listeners": [] if in_swarm else listeners(),
        "firewall": _firewall(run),
    }


def _swarm(client: Client, engine: dict[str, t.Any]) -> dict[str, t.Any]:
    if engine["state"] != "running":
        state_name = "unknown" if engine["state"] == "unreachable" else "no_engine"
        return {"state": state_name, "why": engine["error"]}
    # An Engine that is too old still says whether it is in a swarm, so that it is not replaced under one.
    return state.local(client.info()) if engine["error"] else state.look(client)


def _engine(client: Client) -> dict[str, t.Any]:
    found = host.engine_files()
    installed = found.pop("installed")
    told: dict[str, t.Any] = {"version": None, "api_version": None, "error": None, **found}
    try:
        version = client.version()
        told.update(state="running", version=version.get("Version"), api_version=version.get("ApiVersion"))
        client.api()
    except EngineForbidden:
        raise
    except EngineAbsent as error:
        told.update(state="stopped" if installed else "absent", error=str(error))
    except EngineTimeout as error:
        told.update(state="unreachable", error=str(error))
    except Refused as error:
        # It runs, but is too old.
        told.update(error=str(error))
    return told


def _firewall(run: host.Run) -> dict[str, t.Any]:
    try:
        return firewall.look(run)
    except FlotillaError as error:
        return {"backend": "unknown", "note": str(error)}
