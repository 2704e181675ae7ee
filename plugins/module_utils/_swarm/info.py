# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_info: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._run.own_engine import own_engine
from . import state
from .init import read_tokens, read_unlock_key
from .summary import lines

_FLAG: dict[str, t.Any] = {"type": "bool", "default": False, "no_log": False}
OPTIONS: dict[str, t.Any] = {"tokens": _FLAG, "unlock_key": _FLAG, "published_ports": _FLAG}


def work(params: dict[str, t.Any], client: Client) -> dict[str, t.Any]:
    """Look at the swarm."""
    found = state.look(client)
    has_quorum = found["state"] == "manager"
    result = {
        "changed": False,
        **found,
        "summary": lines(found),
        "can_talk_to_docker": found["state"] != "no_engine",
        "docker_swarm_active": found["state"] not in ("no_engine", "inactive"),
        "docker_swarm_manager": has_quorum,
    }
    if has_quorum and params["tokens"]:
        result["join_tokens"] = read_tokens(client)
    if has_quorum and params["unlock_key"]:
        result["unlock_key"] = read_unlock_key(client)
    if has_quorum and params["published_ports"]:
        result["published_ports"] = state.published_ports(client.get("/services"))
    return result


def program(options: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """The same as a program of its own (see ``_program``); ``None`` where only the module knows the way to the Engine."""
    client = own_engine(options)
    return work(options, client) if client else None
