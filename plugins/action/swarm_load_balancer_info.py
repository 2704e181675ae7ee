# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what stands behind frontends: by a program, or by the module (see ``plugin_utils/_program/action.py``)."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_haproxy.info.VERB"
    interface = "_haproxy.options.INFO"
