# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes that leave a swarm, and the manager that removes them."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import quorum
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import (
    Node,
    is_gone,
    managers,
    never_reported,
)
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.names import names_in

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
    - C(entry) is a manager that stays, C(names) are the given names.
    - C(present) are those of them that are nodes of the swarm, each as C(hostname) for M(flotilla.swarm.swarm_node);
      C(reached) those of these whose hosts were reached, so that they can be drained and demoted, and leave.
    - C(note) is a sentence where an even number of managers stays, else it is empty.
  type: dict
"""


def swarm_leaving(
    names: str | list[str], hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    leaving = names_in(names)
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
    _refuse_unknown(leaving, hosts, nodes)
    reached, lost = [], []
    for name in leaving:
        node_id = infos.get(name, {}).get("node_id")
        if node_id:
            reached += [node for node in nodes if node["id"] == node_id]
            continue
        entries = [node for node in nodes if name in (node["id"], node["hostname"])]
        if not all(is_gone(node) or never_reported(node) for node in entries):
            raise AnsibleFilterError(
                f"{name} runs in the swarm but was not reached, so it cannot leave: add it to the inventory again, or stop "
                "its Engine, and run again."
            )
        lost += entries
    present = reached + lost
    return {
        "entry": staying[0],
        "names": leaving,
        "present": [{"hostname": node["id"]} for node in present],
        "reached": [{"hostname": node["id"]} for node in reached],
        "note": _note([node for node in nodes if node not in present]),
    }


def _refuse_unknown(names: list[str], hosts: list[str], nodes: list[Node]) -> None:
    """Refuse names of nobody: a typing error would look like a host that has left."""
    known = {*hosts, *(node["id"] for node in nodes), *(node["hostname"] for node in nodes)}
    unknown = [name for name in names if name not in known]
    if unknown:
        nobody = [node["id"] for node in nodes if not node["hostname"]]
        there = sorted({node["hostname"] for node in nodes} - {""}) + nobody
        raise AnsibleFilterError(
            f"swarm_remove names {', '.join(unknown)}, which {'is' if len(unknown) == 1 else 'are'} neither in the inventory "
            f"nor in the swarm: the swarm has {', '.join(there)}. Nothing was changed."
        )


def _note(staying: list[Node]) -> str:
    even = quorum.even(len(managers(staying)))
    return f"The swarm has {even}: make another host a manager, or one of these a worker." if even else ""


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_leaving": swarm_leaving}
