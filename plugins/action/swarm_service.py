# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell of the progress while services are deployed."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._service.masks import masked_options
from ansible_collections.flotilla.swarm.plugins.module_utils._service.spec import (
    SERVICES_RULES,
    SERVICES_SPEC,
)
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.host_program import ENGINE, HostProgram
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.progress import SlicedAction


class ActionModule(SlicedAction):
    """Does the module's work in slices."""

    program = HostProgram("_service.run", {**ENGINE, **SERVICES_SPEC}, **SERVICES_RULES)

    def _told(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        return args if args.get("show_values") else masked_options(args)
