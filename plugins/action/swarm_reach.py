# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove that hosts reach each other: by a program, or by the module (see ``plugin_utils/_program/action.py``)."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_ports.reach.VERB"

    def _shows_progress(self) -> bool:
        # A listener goes on in a process of its own anyway, and starts and ends at once.
        return self._task.args.get("state") == "proven" and super()._shows_progress()
