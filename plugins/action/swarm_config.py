# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell of the progress while services are moved to another config."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import (
    contents_rules,
    contents_spec,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import CONFIG
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.host_program import ENGINE, HostProgram
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.progress import SlicedAction


class ActionModule(SlicedAction):
    """Does the module's work in slices."""

    program = HostProgram("_secret.config_run", {**ENGINE, **contents_spec(CONFIG)}, **contents_rules(CONFIG))
