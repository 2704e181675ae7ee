# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs of one service and of the module swarm_service. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.one_or_many import several_rules, several_spec
from .._options.option import argument_spec
from .._run.progress import WAITING
from .mode import MODES, mode_options
from .options import SERVICE

AUTH_SPEC: dict[str, t.Any] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "server": {"type": "str"},
    "identity_token": {"type": "str", "no_log": True},
}

SERVICE_SPEC: dict[str, t.Any] = {
    **argument_spec(SERVICE),
    **argument_spec(mode_options("replicated-job")),
    "state": {"type": "str", "choices": ["present", "absent", "rolled_back"], "default": "present"},
    "mode": {"type": "str", "choices": list(MODES)},
    "env_files": {"type": "list", "elements": "path"},
    "registry_auth": {"type": "dict", "options": AUTH_SPEC},
    "resolve_image": {"type": "raw", "default": "changed"},
    "undeclared": {"type": "str", "choices": ["keep", "reset"], "default": "keep"},
    "force_update": {"type": "bool", "default": False},
}
SERVICES_SPEC: dict[str, t.Any] = {
    **several_spec(SERVICE_SPEC, "services"),
    **WAITING,
    "show_values": {"type": "bool", "default": False},
}
SERVICES_RULES = several_rules("services")
