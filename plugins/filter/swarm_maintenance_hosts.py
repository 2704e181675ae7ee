# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts whose nodes are maintained, and the managers that are asked for it."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.names import names_in

DOCUMENTATION = r"""
name: swarm_maintenance_hosts
short_description: The hosts whose nodes are maintained, and the managers that are asked for it
description:
  - Used by the role P(flotilla.swarm.swarm_maintenance#role). A host is identified by its node ID.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hosts, hostvars, groups, result
options:
  _input:
    description: Hosts, groups, and labels of nodes such as C(rack=a), as a list or with commas between them.
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
  groups:
    description: The groups of the inventory.
    type: dict
    required: true
  result:
    description: The variable that the result of M(flotilla.swarm.swarm_info) was registered in.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the node IDs of two hosts and of all nodes in a rack
  ansible.builtin.debug:
    msg: "{{ 'w1,w2,rack=a' | flotilla.swarm.swarm_maintenance_hosts(ansible_play_hosts_all, hostvars, groups, 'swarm') }}"
"""

RETURN = r"""
_value:
  description:
    - C(host_of) has the hosts by their node IDs.
    - C(entry_of) has for each host a manager that is asked while this host is away; of a single manager, itself.
    - C(entry) is the first manager.
    - C(reachable) is the number of managers that are reachable.
  type: dict
"""


def swarm_maintenance_hosts(
    chosen: str | list[str],
    hosts: list[str],
    hostvars: t.Mapping[str, t.Any],
    groups: t.Mapping[str, list[str]],
    result: str,
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    words = names_in(chosen)
    if not words:
        raise AnsibleFilterError(
            "swarm_nodes is empty: name hosts, groups or a label, such as -e swarm_nodes=w1,rack=a."
        )
    infos = {host: hostvars[host].get(result) or {} for host in hosts}
    managers = [host for host in hosts if infos[host].get("state") == "manager"]
    if not managers:
        raise AnsibleFilterError(
            "No host is a manager with a quorum, so no node can be taken out of rotation."
        )
    nodes = infos[managers[0]]["nodes"]
    host_of = {infos[host]["node_id"]: host for host in hosts if infos[host].get("node_id")}
    found: dict[str, str] = {}
    for word in words:
        for host in _named(word, hosts, groups, nodes, host_of):
            node_id = infos.get(host, {}).get("node_id")
            if not node_id:
                raise AnsibleFilterError(
                    f"{host} was not reached, or is in no swarm. Nothing was changed in this run: start it, and run the same "
                    "command again. A node that was taken out of rotation before stays so until then."
                )
            found[node_id] = host
    return {
        "host_of": found,
        "entry": managers[0],
        "entry_of": {
            host: next((one for one in managers if one != host), managers[0]) for host in found.values()
        },
        "reachable": infos[managers[0]]["quorum"]["reachable"],
    }


def _named(
    word: str,
    hosts: list[str],
    groups: t.Mapping[str, list[str]],
    nodes: list[dict[str, t.Any]],
    host_of: dict[str, str],
) -> list[str]:
    """The hosts that a word means."""
    if "=" in word:
        name, _equal, value = word.partition("=")
        labelled = [node for node in nodes if node["labels"].get(name) == value]
        foreign = [node["hostname"] for node in labelled if node["id"] not in host_of]
        if foreign:
            raise AnsibleFilterError(
                f"{', '.join(foreign)} with the label {word} were not reached. Nothing was changed in this run."
            )
        meant = [host_of[node["id"]] for node in labelled]
    else:
        meant = [word] if word in hosts else [host for host in groups.get(word, []) if host in hosts]
    if not meant:
        raise AnsibleFilterError(
            f"swarm_nodes names {word}, and no host, no group and no label of a node is called so. Nothing was changed."
        )
    return meant


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_maintenance_hosts": swarm_maintenance_hosts}
