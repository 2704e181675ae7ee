# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a swarm comes to a quorum again, and what is left to do afterwards."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError
from ansible_collections.flotilla.swarm.plugins.module_utils._recover.plan import plan, rest
from ansible_collections.flotilla.swarm.plugins.module_utils._recover.seen import seen

DOCUMENTATION = r"""
name: swarm_recovery
short_description: Plan how to restore the quorum of a swarm
description:
  - Used by the playbook C(flotilla.swarm.recover). A new cluster is planned only where no quorum comes back by starting Engines
    or unlocking managers, and on the manager whose raft log goes furthest, by term and then by index.
  - It refuses hosts of several swarms.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hostvars, result
options:
  _input:
    description: The hosts of the inventory.
    type: list
    elements: str
    required: true
  hostvars:
    description: The variables of all hosts.
    type: dict
    required: true
  result:
    description: The variable that the result of M(flotilla.swarm.swarm_host_info) was registered in.
    type: str
    required: true
  survivor:
    description: The manager on which a new cluster is to be forced, where the operator names one.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show how the swarm comes to a quorum again
  ansible.builtin.debug:
    msg: "{{ (ansible_play_hosts_all | flotilla.swarm.swarm_recovery(hostvars, 'read')).lines }}"
"""

RETURN = r"""
_value:
  description:
    - C(way) is C(none) where there is a quorum, C(rest) where there is one and managers of the cluster before it are not part of
      it, C(unlock) or C(start) where that suffices, C(leaderless) where enough managers run and have no leader, C(sealed) where
      a new cluster is needed and C(autolock_managers) is on, with which the Engine makes none, C(force), or C(impossible) where
      no manager is left.
    - C(lines) say so, a sentence each.
    - C(start) are the hosts whose Engines are started, C(unlock) those that are unlocked, C(survivor) the one that is forced.
    - C(entry) is a manager with a quorum, C(leave) are the hosts that leave the old cluster, C(dead) the IDs of nodes that were
      managers and are no host that was reached.
  type: dict
"""


def swarm_recovery(
    hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str, survivor: str = ""
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    read = [seen(name, (hostvars[name].get(result) or {}).get("host")) for name in hosts]
    try:
        return {**vars(plan(read, survivor)), **vars(rest(read))}
    except FlotillaError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_recovery": swarm_recovery}
