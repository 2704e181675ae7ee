# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploy stacks: read Compose files on the control node, then do the verb as every action does (see ``_program/action.py``)."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.files import StackFiles
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.read import read_one_or_many

Result = dict[str, t.Any]


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_stack.deploy.VERB"
    interface = "_stack.options.INTERFACE"

    def options(self, variables: Result) -> Result:
        """The options of the verb, with what the Compose files declare."""
        options, self.warnings = read_one_or_many(self._task.args, StackFiles(self, variables).access)
        return options
