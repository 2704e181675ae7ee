# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs of one network and of the module swarm_network. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ._network_options import NETWORK
from ._options import argument_spec

NETWORK_SPEC: dict[str, t.Any] = {
    **argument_spec(NETWORK),
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "str", "choices": ["swarm"]},
    "recreate": {"type": "bool", "default": False, "aliases": ["force"]},
}
_NAME: dict[str, t.Any] = {"type": "str", "aliases": ["network_name"]}
NETWORKS_SPEC: dict[str, t.Any] = {
    **NETWORK_SPEC,
    "name": _NAME,
    "networks": {
        "type": "list",
        "elements": "dict",
        "options": {**NETWORK_SPEC, "name": {**_NAME, "required": True}},
    },
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
    "progress": {"type": "raw", "default": True},
}
NETWORKS_RULES: dict[str, t.Any] = {
    "required_one_of": [("name", "networks")],
    "mutually_exclusive": [("name", "networks")],
}
