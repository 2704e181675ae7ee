# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes that are to leave, and the manager that sees them off."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

DOCUMENTATION = r"""
name: swarm_leaving
short_description: The nodes that are to leave a swarm, and the manager that sees them off
description:
  - Used by the playbook C(flotilla.swarm.remove_nodes). A host that was reached is known by its node ID, another one by its
    name.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hosts, hostvars, result
options:
  _input:
    description: The hosts or nodes that are to leave, a list or names with commas between them.
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
- name: Drain them
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
    - C(entry) is a manager that stays, C(names) the names asked for, C(present) those that are nodes now, each as
      C(hostname) for M(flotilla.swarm.swarm_node).
  type: dict
"""


def swarm_leaving(
    names: str | list[str], hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    wanted = [name for name in wanted if name]
    if not wanted:
        raise AnsibleFilterError("swarm_remove names nobody; give it as -e swarm_remove=w1,w2.")
    told = {host: hostvars[host].get(result) or {} for host in hosts}
    staying = [host for host in hosts if told[host].get("state") == "manager" and host not in wanted]
    if not staying:
        raise AnsibleFilterError(
            "No manager with a quorum stays, so nobody could remove the others; flotilla.swarm.teardown ends a whole swarm."
        )
    nodes = told[staying[0]]["nodes"]
    present = []
    for name in wanted:
        node_id = (told.get(name) or {}).get("node_id")
        found = [
            node
            for node in nodes
            if node["id"] == node_id or (not node_id and name in (node["id"], node["hostname"]))
        ]
        if not node_id and any(node["state"] != "down" for node in found):
            raise AnsibleFilterError(
                f"{name} runs in the swarm but was not reached, so it could not leave: put it back into the inventory, or "
                "stop its Engine, and run again."
            )
        present += [{"hostname": node["id"]} for node in found]
    return {"entry": staying[0], "names": wanted, "present": present}


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_leaving": swarm_leaving}
