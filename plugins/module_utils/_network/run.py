# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_network: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.one_or_many import listed
from .._run.own_engine import on_own_engine
from .._run.progress import slice_of
from .._service.deploy import wait_on
from .deploy import deploy
from .spec import NETWORK_SPEC


def work(params: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Bring the networks to what is declared."""
    part = slice_of(params)
    if part.left:
        return wait_on(client, part.left, params["wait_timeout"], part.pause_after)
    return deploy(
        client,
        listed(NETWORK_SPEC, params, "networks"),
        check_mode=check_mode,
        seconds=params["wait_timeout"],
        wait=params["wait"],
        pause_after=part.pause_after,
    )


program = on_own_engine(work)
