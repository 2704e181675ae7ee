# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an upgrade has to know of a host: the verb of ``swarm_upgrade_info``. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._engine.errors import EngineAbsent
from .._engine.wait import Deadline, waiting_for
from .._host import facts
from .._host.install import update_lists
from .._run.commands import Run, run_command
from .._run.verb import Options, Result, Verb
from . import lost
from .options import INFO
from .policy import COMPANIONS, Package, packages_in


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Read the packages of a host's Engine, and what is in use that newer Engines may not have."""
    if options["update"] and not check_mode:
        with waiting_for("updating the package lists", Deadline(float("inf"))) as wait:
            update_lists(wait)
    return {"changed": False, **read(client)}


def read(client: Client, run: Run = run_command) -> Result:
    """Read a host.

    Args:
        client: its Engine, which may be stopped.
        run: runs a command.

    Returns:
        As the module documents it.
    """
    try:
        info: Result = client.info()
    except EngineAbsent:
        info = {}
    services = client.get("/services") if (info.get("Swarm") or {}).get("ControlAvailable") else []
    return {
        "state": "running" if info else "no_engine",
        "version": info.get("ServerVersion"),
        "packages": _packages(run),
        "uses": [*lost.of_engine(info, facts.daemon()), *lost.of_services(services)],
    }


VERB = Verb(INFO, work)


def _packages(run: Run) -> list[Package]:
    """The package that brought the Engine, then those that come with it; none where it was not apt that brought it."""
    name = facts.package(run) or ""
    if name not in COMPANIONS:
        return []
    code, text, _errors = run(["apt-cache", "policy", name, *COMPANIONS[name]])
    found = packages_in(text) if code == 0 else []
    for one in found:
        one["held"] = facts.is_held(one["name"])
    return found
