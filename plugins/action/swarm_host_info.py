# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at a host by a program sent to it, or by the module of the same name where that does not work."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.flotilla.swarm.plugins.plugin_utils._host_program import HostProgram

# Made here, when the run begins, so that it is not made for each host.
_PROGRAM = HostProgram(
    "_host_info",
    {
        "docker_host": {"type": "str", "default": "unix:///var/run/docker.sock"},
        "api_version": {"type": "str", "default": "auto"},
        "timeout": {"type": "int", "default": 60},
        "debug": {"type": "bool", "default": False},
    },
)


class ActionModule(ActionBase):
    """Takes the options of the module, and returns its result."""

    TRANSFERS_FILES = False
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the action."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        return {**result, **_PROGRAM.run(self, task_vars or {})}
