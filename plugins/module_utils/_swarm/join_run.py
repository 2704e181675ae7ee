# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_join: options in, result out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._run.own_engine import on_own_engine
from .join import Membership

OPTIONS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "join", "absent"], "default": "present"},
    "role": {"type": "str", "choices": ["manager", "worker"], "default": "worker"},
    "remote_addrs": {"type": "list", "elements": "str"},
    "join_token": {"type": "str", "no_log": True},
    "advertise_addr": {"type": "str"},
    "listen_addr": {"type": "str"},
    "data_path_addr": {"type": "str"},
    "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
    "published_ports": {
        "type": "list",
        "elements": "dict",
        "options": {
            "port": {"type": "int", "required": True},
            "protocol": {"type": "str", "default": "tcp"},
            "service": {"type": "str", "required": True},
            "mode": {"type": "str"},
        },
    },
    "port_conflicts": {"type": "str", "choices": ["refuse", "warn"], "default": "refuse"},
    "force": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 60},
}
_NEEDED = ["remote_addrs", "join_token"]
REQUIRED_IF = [("state", "present", _NEEDED), ("state", "join", _NEEDED)]


def work(params: dict[str, t.Any], check_mode: bool, client: Client) -> dict[str, t.Any]:
    """Join or leave.

    Raises:
        FlotillaError: with ``actions`` telling what was done before it.
    """
    membership = Membership(client, check_mode, params["wait_timeout"] if params["wait"] else None)
    leaving = params["state"] == "absent"
    try:
        if leaving:
            membership.leave(params["force"])
        else:
            membership.join(params)
    except FlotillaError as error:
        error.facts.update(changed=bool(membership.done) and not check_mode, actions=membership.done)
        raise
    changed = bool(membership.done)
    sides = ("member", "in no swarm") if leaving else ("in no swarm", f"member as {params['role']}")
    return {
        "changed": changed,
        "actions": membership.done,
        "node_id": membership.node_id(),
        "warnings": membership.warnings,
        "diff": {"before": {"swarm": sides[0]}, "after": {"swarm": sides[1]}}
        if changed
        else {"before": {}, "after": {}},
    }


program = on_own_engine(work)
