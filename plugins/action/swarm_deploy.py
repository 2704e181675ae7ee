# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploy all that a swarm shall have: read Compose files on the control node, then do the verb (see ``_program/action.py``)."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.only import only_named
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.short import long_forms

Result = dict[str, t.Any]


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_deploy.deploy.VERB"
    interface = "_deploy.options.INTERFACE"

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        """Run the action; a host that is not reached leaves the work to another one, where the task says so.

        The keyword ``ignore_unreachable`` would not do: a play of one host ends with it all the same.
        """
        try:
            return super().run(tmp, task_vars)
        except AnsibleConnectionFailure:
            # What is done at every call is done once only, and this host may have done it.
            defers = boolean(self._task.args.get("defer", False), strict=False)
            if not defers or self.program.done_anew(self._task.args):
                raise
            name = (task_vars or {}).get("inventory_hostname", "The host")
            return {"changed": False, "deferred": f"{name} was not reached."}

    def options(self, variables: Result) -> Result:
        """The options of the verb, with what the Compose files declare and without short forms."""
        given, self.warnings = long_forms(only_named(self._task.args))
        if not given.get("stacks"):
            return given
        # Ansible compiles what is imported in every run, and most of what reads Compose files is needed for stacks only.
        from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.files import StackFiles
        from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.read import read_many

        options, warnings = read_many(given, StackFiles(self, variables).access)
        self.warnings += warnings
        return options
