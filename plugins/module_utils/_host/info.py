# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is to know of a host before anything is planned: ``swarm_host_info``. PRIVATE to the collection."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from .._engine.client import Client
from .._engine.errors import EngineAbsent, EngineForbidden, FlotillaError, Refused, Unanswered
from .._firewall.host import Host
from .._firewall.read import read_firewall
from .._ports.listeners import listeners
from .._ports.native import read_native
from .._run.commands import Run, run_command
from .._run.verb import Result, Unfinished, Verb
from .._swarm import state
from .._swarm.published import published_ports
from . import facts, leader
from .options import INTERFACE


def read(client: Client, run: Run = run_command) -> dict[str, t.Any]:
    """Read a host in any state.

    Args:
        client: the host's Engine, whether it answers or not.
        run: runs a command.

    Returns:
        ``hostname os python addresses default_address engine swarm listeners firewall``, as documented by the
        module ``swarm_host_info``.

    Raises:
        EngineForbidden: this user may not use the Engine.
    """
    engine = _engine(client, run)
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
        return {"state": state_name, "why": engine["error"]}
    if engine["error"]:
        # An Engine that is too old still says whether it is in a swarm, so that it is not replaced under one.
        return state.local(client.info())
    found = state.read(client)
    if found["state"] == "manager":
        found["published_ports"] = published_ports(client.get("/services"))
    return found


def _engine(client: Client, run: Run) -> dict[str, t.Any]:
    found = facts.engine_files(run)
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


def _now() -> float:
    # Looked up at each call, so that a test can set the clock.
    return time.time()


@dataclass
class Election(Unfinished):
    """A host whose swarm has no leader, though as many managers as are needed to choose one answer.

    Attributes:
        result: the host without a leader.
        seconds: how long to wait for one, from ``started``.
        started: in this host's Unix time, which holds in a later call too.
    """

    result: Result
    seconds: float
    started: float = field(default_factory=_now)

    def finish(self, client: Client, pause_after: float | None) -> Result:
        """Wait for the leader, and read the host again."""
        left = max(0.0, self.started + self.seconds - time.time())
        found = leader.wait(client, left if pause_after is None else min(left, pause_after))
        waited = time.time() - self.started
        if waited < self.seconds and leader.can_be_chosen(found):
            line = f"the managers are choosing a leader: {waited:.0f} s of at most {self.seconds:g} s"
            return {
                "changed": False,
                "progress": [line],
                "left": {"seconds": self.seconds, "started": self.started},
            }
        return {"changed": False, "host": read(client)}


def work(options: dict[str, t.Any], _check_mode: bool, client: Client) -> Result | Unfinished:
    """Read the host."""
    result = {"changed": False, "host": read(client)}
    seconds = options["wait_for_leader"]
    if seconds and leader.can_be_chosen(result["host"]["swarm"]):
        return Election(result, seconds)
    return result


def go_on(client: Client, left: Result, pause_after: float | None) -> Result:
    """Go on waiting from what an earlier call has left."""
    return Election({}, left["seconds"], left["started"]).finish(client, pause_after)


VERB = Verb(INTERFACE, work, go_on)
