# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove that hosts reach each other by a program sent to them, or by the module of the same name."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._ports.reach import OPTIONS
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.host_program import (
    HostProgram,
    ProgramAction,
)


class ActionModule(ProgramAction):
    """See the module of the same name."""

    program = HostProgram("_ports.reach", OPTIONS)
