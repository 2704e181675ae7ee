# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is to know of a host before anything is planned: ``swarm_host_info``. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._engine.client import Client
from .._engine.errors import EngineAbsent, EngineForbidden, FlotillaError, Refused, Unanswered
from .._engine.leader import wait_for_leader
from .._firewall.host import Host
from .._firewall.read import read_firewall
from .._options.fingerprint import SALT as SALT_BYTES
from .._ports.listeners import listeners
from .._ports.native import read_native
from .._run.commands import Run, run_command
from .._run.verb import Verb
from .._swarm import state
from .._swarm.published import published_ports
from . import facts
from .options import HOST_INFO, SALT
from .stored import read_stored

# A host in one of these states may be a manager that is of no use to its swarm now.
_SILENT = ("no_engine", "unknown", "no_quorum", "locked", "pending", "error")


def read(client: Client, salt: bytes = b"", run: Run = run_command) -> dict[str, t.Any]:
    """Read a host in any state.

    Args:
        client: the host's Engine, whether it answers or not.
        salt: that of the fingerprints in place of secrets; without one, it is made.
        run: runs a command.

    Returns:
        ``hostname os python addresses default_address engine swarm listeners firewall``, as documented by the
        module ``swarm_host_info``.

    Raises:
        EngineForbidden: this user may not use the Engine.
    """
    engine = _engine(client, salt or os.urandom(SALT_BYTES), run)
    swarm = _swarm(client, engine)
    in_swarm = swarm["state"] not in ("no_engine", "inactive")
    return {
        **facts.read(run),
        "engine": engine,
        "swarm": swarm,
        # On a member the Engine and its tasks hold ports for the swarm.
        "listeners": read_native(client) if in_swarm else listeners(),
        "firewall": _firewall(run),
    }


def _swarm(client: Client, engine: dict[str, t.Any]) -> dict[str, t.Any]:
    if engine["state"] != "running":
        state_name = "unknown" if engine["state"] == "unreachable" else "no_engine"
        found = {"state": state_name, "why": engine["error"]}
    elif engine["error"]:
        # An Engine that is too old still says whether it is in a swarm, so that it is not replaced under one.
        return state.local(client.info())
    else:
        found = state.read(client)
    # What the quorum needs where it is lost; on all other hosts no file is read.
    if found["state"] in _SILENT and client.where.startswith("unix://"):
        stored = read_stored(engine["daemon"].get("data-root") or "/var/lib/docker")
        found.update({"stored": stored} if stored else {})
    if found["state"] == "manager":
        found["published_ports"] = published_ports(client.get("/services"))
    return found


def _engine(client: Client, salt: bytes, run: Run) -> dict[str, t.Any]:
    found = facts.engine_files(run, salt)
    installed = found.pop("installed")
    engine: dict[str, t.Any] = {"version": None, "api_version": None, "error": None, **found}
    try:
        version = client.version()
        engine.update(state="running", version=version.get("Version"), api_version=version.get("ApiVersion"))
        client.api()
    except EngineForbidden:
        raise
    except EngineAbsent as error:
        engine.update(state="stopped" if installed else "absent", error=str(error))
    except Unanswered as error:
        engine.update(state="unreachable", error=str(error))
    except Refused as error:
        # It runs, but is too old.
        engine.update(error=str(error))
    return engine


def _firewall(run: Run) -> dict[str, t.Any]:
    try:
        return {**read_firewall(Host(run))}
    except FlotillaError as error:
        return {"backend": "unknown", "note": str(error)}


def work(options: dict[str, t.Any], _check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Read the host, and once more where its swarm had no leader and has been waited for."""
    salt, seconds = (options.get(SALT) or "").encode(), options["wait_for_leader"]
    host = read(client, salt)
    if seconds and host["swarm"]["state"] == "no_quorum":
        managers = [manager["address"] for manager in host["swarm"]["remote_managers"]]
        host = read(client, salt) if wait_for_leader(client, managers, seconds) else host
    return {"changed": False, "host": host}


VERB = Verb(HOST_INFO, work)
