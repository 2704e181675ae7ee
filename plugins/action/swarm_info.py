# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a swarm: by a program, or by the module (see ``plugin_utils/_program/action.py``)."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.snapshot import seconds
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.settings import load_filter
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction

load_filter()


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_host.swarm_info.VERB"
    interface = "_swarm.options.INFO_INTERFACE"

    def _do(self, options: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Do it, and compare the host's clock with this one: they were read at about the same moment."""
        begun = time.time()
        done = super()._do(options, variables)
        within = (time.time() - begun) / 2
        if done.get("clock"):
            ahead = seconds(done["clock"]["time"]) - begun - within
            done["clock"].update(ahead=round(ahead, 1), within=round(within, 1))
        return done

    def _shows_progress(self) -> bool:
        # Each host is read in most playbooks, and at once: a process of its own would only cost time.
        return bool(self._task.args.get("wait_for")) and super()._shows_progress()
