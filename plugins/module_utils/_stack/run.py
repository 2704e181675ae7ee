# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_stack: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import Refused
from .._run.own_engine import on_own_engine
from .._run.progress import slice_of
from .auth import give
from .deploy import How, deploy, remove
from .stack import stack


def work(params: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Bring the stack to what is declared, or away."""
    part = slice_of(params)
    how = How(
        check_mode=check_mode,
        wait=params["wait"] if params["detach"] is None else not params["detach"],
        seconds=params["wait_timeout"],
        pause_after=part.pause_after,
        left=part.left,
        show_values=params["show_values"],
    )
    if params["state"] == "absent":
        return remove(client, params["name"], how)
    if params["declared"] is None:
        raise Refused("compose is missing: name the Compose files of the stack. Nothing was sent.")
    declared = stack(params["name"], params["declared"], params["declared_data"] or {}, params["prune"])
    for one in declared.services:
        one.update(resolve_image=params["resolve_image"], undeclared=params["undeclared"])
    for one in declared.networks:
        one["recreate"] = params["recreate"]
    give(declared.services, params["registry_auth"], params["with_registry_auth"])
    return deploy(client, declared, how)


program = on_own_engine(work)
