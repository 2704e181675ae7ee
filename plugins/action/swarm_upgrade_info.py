# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what an upgrade has to know of a host: by a program, or by the module (see ``plugin_utils/_program/action.py``)."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_upgrade.info.VERB"
    interface = "_upgrade.options.INFO"
