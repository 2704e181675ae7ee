# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_init: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._options.option import argument_spec
from .._run.own_engine import on_own_engine
from . import state
from .init import TABLE, ensure, read_tokens, read_unlock_key

# The flags hold no secret, whatever their names suggest.
_FLAG: dict[str, t.Any] = {"type": "bool", "default": False, "no_log": False}
_FLAGS = (
    "rotate_worker_token",
    "rotate_manager_token",
    "rotate_unlock_key",
    "return_tokens",
    "return_unlock_key",
)
OPTIONS: dict[str, t.Any] = {
    **argument_spec(TABLE),
    "labels": {"type": "dict"},
    "advertise_addr": {"type": "str"},
    "listen_addr": {"type": "str"},
    "data_path_addr": {"type": "str"},
    "data_path_port": {"type": "int"},
    "default_addr_pool": {"type": "list", "elements": "str"},
    "subnet_size": {"type": "int"},
    "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
    "force_new_cluster": {"type": "bool", "default": False, "aliases": ["force"]},
    "unlock_key": {"type": "str", "no_log": True},
    "signing_ca_cert": {"type": "str"},
    "signing_ca_key": {"type": "str", "no_log": True},
    **dict.fromkeys(_FLAGS, _FLAG),
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
}
REQUIRED_TOGETHER = [("signing_ca_cert", "signing_ca_key")]


def work(params: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Make the swarm or bring its settings to what is declared."""
    swarm = ensure(client, params, check_mode)
    live = state.look(client)
    result: dict[str, t.Any] = {
        "changed": bool(swarm.done),
        "actions": swarm.done,
        "diff": {"before": swarm.before, "after": swarm.after},
        **{key: live[key] for key in ("node_id", "swarm_id", "settings") if key in live},
    }
    if live["state"] == "manager" and not check_mode:
        if params["return_tokens"]:
            result["join_tokens"] = read_tokens(client)
        if params["return_unlock_key"]:
            result["unlock_key"] = read_unlock_key(client)
    return result


program = on_own_engine(work)
