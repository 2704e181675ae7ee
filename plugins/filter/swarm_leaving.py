# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes that leave a swarm, and the manager that removes them."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import is_gone

DOCUMENTATION = r"""
name: swarm_leaving
short_description: The nodes that leave a swarm, and the manager that removes them
description:
  - Used by the playbook C(flotilla.swarm.remove_nodes). A host that was reached is identified by its node ID, any other host
    by its name.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hosts, hostvars, result
options:
  _input:
    description: The hosts or nodes that leave, as a list or as names with commas between them.
    type: raw
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
- name: Drain the leaving nodes
  flotilla.swarm.swarm_node:
    nodes: "{{ leaving.present | map('combine', {'availability': 'drain'}) }}"
  delegate_to: "{{ leaving.entry }}"
  run_once: true
  vars:
    leaving: "{{ 'w1,w2' | flotilla.swarm.swarm_leaving(ansible_play_hosts_all, hostvars, 'swarm') }}"
"""

RETURN = r"""
_value:
  description:
    - C(entry) is a manager that stays, C(names) are the given names, C(present) those of them that are nodes of the swarm,
      each as C(hostname) for M(flotilla.swarm.swarm_node).
  type: dict
"""


def swarm_leaving(
    names: str | list[str], hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    leaving = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    leaving = [name for name in leaving if name]
    if not leaving:
        raise AnsibleFilterError(
            "swarm_remove is empty: name the hosts to remove, such as -e swarm_remove=w1,w2."
        )
    infos = {host: hostvars[host].get(result) or {} for host in hosts}
    staying = [host for host in hosts if infos[host].get("state") == "manager" and host not in leaving]
    if not staying:
        raise AnsibleFilterError(
            "No manager with a quorum would stay, so the others could not be removed: flotilla.swarm.teardown ends the whole "
            "swarm."
        )
    nodes = infos[staying[0]]["nodes"]
    present = []
    for name in leaving:
        node_id = (infos.get(name) or {}).get("node_id")
        entries = [
            node
            for node in nodes
            if node["id"] == node_id or (not node_id and name in (node["id"], node["hostname"]))
        ]
        if not node_id and not all(is_gone(node) for node in entries):
            raise AnsibleFilterError(
                f"{name} runs in the swarm but was not reached, so it cannot leave: add it to the inventory again, or stop "
                "its Engine, and run again."
            )
        present += [{"hostname": node["id"]} for node in entries]
    return {"entry": staying[0], "names": leaving, "present": present}


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_leaving": swarm_leaving}
