# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a host: by a program, or by the module (see ``plugin_utils/_program/action.py``)."""

from __future__ import annotations

import secrets
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._host.options import SALT
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_host.info.VERB"
    interface = "_host.options.HOST_INFO"
    # Made with the class, before the workers of the hosts start.
    salt = secrets.token_hex(16)

    def options(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options of the task, with the salt that all hosts of a run share."""
        return {**super().options(variables), SALT: self.salt}
