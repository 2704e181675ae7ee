# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument spec of the module swarm_stack. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._run.progress import WAITING
from .._service.spec import AUTH_SPEC

STACK_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "compose": {"type": "list", "elements": "raw"},
    "remote_src": {"type": "bool", "default": True},
    "project_dir": {"type": "path"},
    "variables": {"type": "dict", "default": {}},
    "env_files": {"type": "list", "elements": "path", "default": []},
    "ignore_unsupported": {"type": "list", "elements": "str", "default": []},
    "prune": {"type": "raw", "default": False},
    "registry_auth": {"type": "list", "elements": "dict", "default": [], "options": AUTH_SPEC},
    "with_registry_auth": {"type": "bool", "default": False},
    "resolve_image": {"type": "str", "choices": ["always", "changed", "never"], "default": "changed"},
    "undeclared": {"type": "str", "choices": ["keep", "reset"], "default": "keep"},
    "recreate": {"type": "bool", "default": False},
    **WAITING,
    "show_values": {"type": "bool", "default": False},
    "detach": {"type": "bool"},
    "absent_retries": {"type": "int", "default": 0},
    "absent_retries_interval": {"type": "int", "default": 1},
    "declared": {"type": "dict"},
    "declared_data": {"type": "dict", "no_log": True},
}
