# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Putting a manager's state back: the verb of ``swarm_restore``. PRIVATE to the collection."""

from __future__ import annotations

import os
import shutil

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused
from .._run.verb import Options, Result, Verb
from .._swarm import state
from . import address, copy, engine, manifest, plan
from .backup import answers
from .options import RESTORE

# An Engine in one of these takes part in no swarm, so nothing is lost that is not kept aside.
_IDLE = ("inactive", "error", "locked", "no_quorum")


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Replace the state of an Engine that takes part in no swarm by that of an archive.

    Raises:
        Refused: something speaks against it; nothing was changed.
    """
    info = client.info()
    content = copy.verify(options["path"])
    found = state.read(client)
    folder = os.path.join(info.get("DockerRootDir", ""), "swarm")
    problem = manifest.too_old(content["engine_version"], info.get("ServerVersion", "")) or address.refusal(
        content
    )
    if found["state"] not in _IDLE:
        problem = f"{found['why'].rstrip('.')}: make it leave its swarm first (swarm_join with state=absent and force=true)"
    elif not os.path.isdir(os.path.dirname(folder)):
        problem = f"{os.path.dirname(folder)} is no folder of this host"
    else:
        where = os.path.dirname(folder)
        problem = problem or plan.no_room(os.path.getsize(options["path"]), copy.free(where), where)
    if problem:
        raise Refused(f"The swarm is not restored here: {problem}. Nothing was changed.")
    aside = _aside(folder)
    result: Result = {"changed": True, "manifest": content, "actions": [f"replaced {folder}"]}
    if os.path.isdir(folder):
        result.update(aside=aside, actions=[f"kept {folder} as {aside}", *result["actions"]])
    if not check_mode:
        _replace(options, folder, aside)
        answers(client, options["wait_timeout"])
        result["addresses"] = address.given(folder, content)
    return result


VERB = Verb(RESTORE, work)


def _replace(options: Options, folder: str, aside: str) -> None:
    """Unpack beside the state first, so that the Engine is away, and its state half there, for two renamings only."""
    fresh = f"{folder}.restoring"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        copy.unpack(options["path"], fresh)
        with engine.stopped(options["wait_timeout"]):
            if os.path.isdir(folder):
                os.rename(folder, aside)
            os.rename(fresh, folder)
    except OSError as error:
        raise FlotillaError(
            f"The state was not restored: {error.strerror or error}. The Engine runs; what was there is in {folder} or {aside}."
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _aside(folder: str) -> str:
    """Where the state that is replaced goes: never over that of an earlier run."""
    name, number = f"{folder}.before-restore", 1
    while os.path.exists(name):
        number += 1
        name = f"{folder}.before-restore-{number}"
    return name
