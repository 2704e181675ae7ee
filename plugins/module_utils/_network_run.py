# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_network: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ._client import Client
from ._network_deploy import deploy
from ._network_spec import NETWORK_SPEC
from ._options import refuse_beside
from ._own_engine import own_engine
from ._service_deploy import wait_on


def work(params: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Bring the networks to what is declared."""
    # The action plugin of the same name runs this in parts, to tell of the progress between them.
    part = params["progress"] if isinstance(params["progress"], dict) else {}
    if part.get("rollouts_left"):
        return wait_on(client, part["rollouts_left"], params["wait_timeout"], part.get("pause_after"))
    if params["networks"] is not None:
        refuse_beside(NETWORK_SPEC, params, "networks")
    return deploy(
        client,
        params["networks"] if params["networks"] is not None else [params],
        check_mode=check_mode,
        seconds=params["wait_timeout"],
        wait=params["wait"],
        pause_after=part.get("pause_after"),
    )


def program(options: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """The same as a program of its own (see ``_program``); ``None`` where only the module knows the way to the Engine."""
    client = own_engine(options)
    return work(options, options["check_mode"], client) if client else None
