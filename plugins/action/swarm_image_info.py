# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the images of services: as ``swarm_deploy`` reads what is declared, with another verb."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.action.swarm_deploy import ActionModule as DeployAction


class ActionModule(DeployAction):
    """See the module of the same name."""

    verb = "_image.info.VERB"
    interface = "_image.options.INFO"
