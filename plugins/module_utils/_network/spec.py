# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs of one network and of the module swarm_network. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.one_or_many import several_rules, several_spec
from .._options.option import argument_spec
from .._run.progress import WAITING
from .options import NETWORK

NETWORK_SPEC: dict[str, t.Any] = {
    **argument_spec(NETWORK),
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "str", "choices": ["swarm"]},
    "recreate": {"type": "bool", "default": False, "aliases": ["force"]},
}
NETWORKS_SPEC: dict[str, t.Any] = {
    **several_spec(NETWORK_SPEC, "networks", aliases=["network_name"]),
    **WAITING,
}
NETWORKS_RULES = several_rules("networks")
