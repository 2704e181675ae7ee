# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copying a manager's state: the verb of ``swarm_backup``. PRIVATE to the collection."""

from __future__ import annotations

import os
import shutil
import tempfile
import time

from .._engine.client import Client
from .._engine.errors import EngineAbsent, FlotillaError, Refused
from .._engine.wait import Deadline, wait_until
from .._host.back import wait_until_back
from .._run.verb import Options, Result, Verb
from .._swarm import state
from .._swarm.init import Swarm
from . import address, copy, engine, plan
from .manifest import Manifest, manifest
from .options import BACKUP


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Stop the Engine, copy its part of the swarm, start it, and wait until it is back.

    Raises:
        Refused: something speaks against it; nothing was changed.
        FlotillaError: no copy was made; the Engine runs.
    """
    info = client.info()
    swarm = state.read(client)
    if swarm["state"] != "manager":
        raise _refused(swarm["why"].rstrip("."))
    content = manifest(swarm, info, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    content["address_is_own"] = address.is_own(content["address"])
    key = options["unlock_key"] or ""
    problem = plan.refusal(
        swarm["nodes"], content["node_id"], options["outage"], content["locked"], bool(key)
    )
    folder = os.path.join(info.get("DockerRootDir", ""), "swarm")
    if problem is None and not os.path.isdir(folder):
        problem = f"{folder} is no folder of this host"
    if problem is None and not check_mode:
        copy.remove_earlier(options["staging"])
    problem = problem or _no_room(folder, options["staging"])
    if problem:
        raise _refused(problem)
    # A copy that goes nowhere changes nothing that anybody looks at, but the manager is away for a moment.
    result: Result = {"changed": True, "manifest": content, "actions": [f"copied {folder}"]}
    if check_mode:
        return result
    made, where = _copy(folder, options, content)
    try:
        _come_back(client, swarm["quorum"]["reachable"], key, options["wait_timeout"])
    except FlotillaError as error:
        raise error.after({"changed": True, "path": made}) from None
    return {**result, "manifest": where, "path": made, "sha256": copy.file_sum(made)}


VERB = Verb(BACKUP, work)


def _copy(folder: str, options: Options, content: Manifest) -> tuple[str, Manifest]:
    """The path of the archive and its manifest; what a failure has left is removed, and the Engine runs in any case."""
    staged = tempfile.mkdtemp(prefix=copy.STAGED, dir=options["staging"])
    path = os.path.join(staged, plan.name(content["cluster_id"], content["created"]))
    try:
        with engine.stopped(options["wait_timeout"]):
            return path, copy.save(folder, path, content)
    except OSError as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise FlotillaError(
            f"The copy failed: {error.strerror or error}. There is no backup; the Engine was started again."
        ) from None
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _come_back(client: Client, managers: int, key: str, seconds: float) -> None:
    answers(client, seconds)
    if key and state.local_state(client.info()) == "locked":
        Swarm(client, check_mode=False).unlock(key)
    wait_until_back(client, "manager", managers, seconds)


def answers(client: Client, seconds: float) -> None:
    """Wait until an Engine that was started answers."""

    def look() -> bool | None:
        try:
            # It may be on its way into its swarm, and is locked only then.
            return state.local_state(client.get("/info")) != "pending" or None
        except EngineAbsent:
            return None

    wait_until(
        look,
        Deadline(seconds),
        lambda: f"The Engine at {client.where} was started, and does not answer after {seconds:g} s.",
        "waiting for the Engine to answer",
    )


def _no_room(folder: str, staging: str) -> str | None:
    if not os.path.isdir(staging):
        return f"the folder {staging} (staging) does not exist"
    return plan.no_room(copy.size(folder), copy.free(staging), staging)


def _refused(why: str) -> FlotillaError:
    return Refused(f"The swarm is not backed up here: {why}. Nothing was changed.")
