# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploy services: by a program, or by the module (see ``plugin_utils/_program/action.py``)."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.short import long_forms

Result = dict[str, t.Any]


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_service.deploy.VERB"
    interface = "_service.options.INTERFACE"

    def options(self, _variables: Result) -> Result:
        """The options of the verb, without short forms."""
        options, self.warnings = long_forms(self._task.args)
        return options
