# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mark an operation: by a program, or by the module (see ``plugin_utils/_program/action.py``)."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._control import process
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_operation.operation.VERB"
    interface = "_operation.options.INTERFACE"
    # Read with the class, before the workers of the hosts start: it is the process of the whole run.
    this_run = process.this_one()

    def options(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options of the task, with who it is that operates."""
        return {"operator": process.operator(), "run": self.this_run, **super().options(variables)}

    def _do(self, options: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Do it, and again where the run that is in the way has ended on this control node."""
        done = super()._do(options, variables)
        holder = done.get("holder")
        if holder and process.has_ended(holder["run"]):
            return super()._do({**options, "ended_run": holder["run"]}, variables)
        return done
