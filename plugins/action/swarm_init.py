# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a swarm by a program sent to the host, or by the module of the same name where that does not work."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.init_run import OPTIONS, REQUIRED_TOGETHER
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.host_program import (
    ENGINE,
    HostProgram,
    ProgramAction,
)


class ActionModule(ProgramAction):
    """See the module of the same name."""

    program = HostProgram("_swarm.init_run", {**ENGINE, **OPTIONS}, required_together=REQUIRED_TOGETHER)
