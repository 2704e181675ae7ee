# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell of the progress while services are put back on a network that was made anew."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._network.spec import (
    NETWORKS_RULES,
    NETWORKS_SPEC,
)
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.host_program import ENGINE, HostProgram
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.progress import SlicedAction


class ActionModule(SlicedAction):
    """Does the module's work in slices."""

    program = HostProgram("_network.run", {**ENGINE, **NETWORKS_SPEC}, **NETWORKS_RULES)
