# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of what is done with the images of hosts. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._deploy.options import DECLARED
from .._options.value_types import NAMES, SECONDS
from .._run.interface import Interface
from .._run.progress import PROGRESS
from .._service.options import AUTH_ARGUMENTS

INFO = Interface(DECLARED)
DISK = Interface({"sizes": {"type": "bool", "default": False}})
PRUNE = Interface(
    {
        "keep": {**NAMES, "required": True},
        "older_than": {"type": "str", "default": "168h"},
        "images": {"type": "str", "choices": ["unused", "dangling", "none"], "default": "unused"},
        "containers": {"type": "str", "choices": ["tasks", "all", "none"], "default": "tasks"},
        "build_cache": {"type": "bool", "default": True},
        **PROGRESS,
    },
    waits=True,
)
PULL = Interface(
    {
        "images": {"type": "list", "elements": "str", "required": True},
        "registry_auth": {"type": "list", "elements": "dict", "options": AUTH_ARGUMENTS, "default": []},
        "with_registry_auth": {"type": "bool", "default": False},
        "timeout_pull": {**SECONDS, "default": 1800},
        **PROGRESS,
    },
    waits=True,
)

Row = t.Dict[str, str]
