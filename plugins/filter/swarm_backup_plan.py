# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which manager is copied for a backup."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.module_utils._backup.plan import choose

DOCUMENTATION = r"""
name: swarm_backup_plan
short_description: Plan a backup of the swarm
description:
  - Used by the playbook C(flotilla.swarm.backup). It chooses a manager that does not lead, a drained one if there is one.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hosts, hostvars, result
options:
  _input:
    description: The host that is copied; empty chooses one.
    type: str
    required: true
  hosts:
    description: The hosts of the inventory.
    type: list
    elements: str
    required: true
  hostvars:
    description: The variables of all hosts.
    type: dict
    required: true
  result:
    description: The variable that the result of M(flotilla.swarm.swarm_info) was registered in.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Copy the state
  flotilla.swarm.swarm_backup:
  delegate_to: "{{ ('' | flotilla.swarm.swarm_backup_plan(ansible_play_hosts_all, hostvars, 'swarm')).host }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - C(host) is the one that is copied, C(entry) a manager that reads the swarm, C(locked) whether managers need the unlock key,
      and C(lines) say what will be done.
  type: dict
"""


def swarm_backup_plan(
    node: str, hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    infos = {host: hostvars[host].get(result) or {} for host in hosts}
    entry = next((host for host in hosts if infos[host].get("state") == "manager"), None)
    if entry is None:
        raise AnsibleFilterError(
            "No host of the inventory is a manager with a quorum, so nothing can be backed up: flotilla.swarm.status says why."
        )
    if node and node not in hosts:
        raise AnsibleFilterError(
            f"swarm_backup_node is {node}, which is no host of this play: {', '.join(hosts)}."
        )
    ids = {host: infos[host]["node_id"] for host in hosts if infos[host].get("node_id")}
    host = node or choose(infos[entry]["nodes"], ids) or entry
    return {
        "host": host,
        "entry": entry,
        "locked": bool(infos[entry]["settings"].get("autolock_managers")),
        "lines": [f"stop the Engine of {host}, copy its part of the swarm, and start it again"],
    }


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_backup_plan": swarm_backup_plan}
