# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of frontends, as they are declared and as they are once the swarm was read. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.value_types import NAME, SECONDS
from .._run.interface import Interface

#: What a user declares of a frontend, in the inventory or in a label.
FRONTEND: dict[str, t.Any] = {
    "service": {**NAME, "required": True},
    "port": {"type": "int"},
    "published_port": {"type": "int"},
    "mode": {"type": "str", "choices": ["tcp", "http"], "default": "tcp"},
    "check": {"type": "str", "default": "tcp"},
    "certificate": {"type": "str"},
    "proxy_protocol": {"type": "bool", "default": False},
    "only_running": {"type": "bool", "default": False},
    "timeout": {**SECONDS},
}
_SERVER: dict[str, t.Any] = {
    "node": {"type": "str", "required": True},
    "node_id": {"type": "str", "required": True},
    "address": {"type": "str", "required": True},
    "drained": {"type": "bool", "default": False},
}
#: What is known of it once the swarm was read.
_READ: dict[str, t.Any] = {
    **{name: one for name, one in FRONTEND.items() if name != "only_running"},
    "port": {"type": "int", "required": True},
    "published_port": {"type": "int", "required": True},
    "publish_mode": {"type": "str", "choices": ["ingress", "host"], "default": "ingress"},
    "servers": {"type": "list", "elements": "dict", "options": _SERVER, "default": []},
}
_CERTIFICATE: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "path": {"type": "str"},
    "content": {"type": "str", "no_log": True, "text": "lines"},
}
_VIRTUAL_IP: dict[str, t.Any] = {
    "address": {"type": "str", "required": True},
    "own": {"type": "str", "required": True},
    "balancers": {"type": "list", "elements": "str", "required": True},
    "router_id": {"type": "int", "default": 51},
}

INFO = Interface(
    {
        "frontends": {"type": "list", "elements": "dict", "options": FRONTEND, "default": []},
        "labels": {"type": "bool", "default": True},
        "certificates": {"type": "list", "elements": "str", "default": []},
    }
)
ARGUMENTS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "drain", "ready"], "default": "present"},
    "frontends": {"type": "list", "elements": "dict", "options": _READ},
    "certificates": {"type": "list", "elements": "dict", "options": _CERTIFICATE, "default": []},
    "virtual_ip": {"type": "dict", "options": _VIRTUAL_IP},
    "node": {"type": "str"},
    "timeout": {**SECONDS, "default": 60},
}
RULES: dict[str, t.Any] = {
    "required_if": [
        ("state", "present", ["frontends"]),
        ("state", "drain", ["node"]),
        ("state", "ready", ["node"]),
    ]
}
INTERFACE = Interface(ARGUMENTS, RULES, connects=False)
