# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The labels and the availability of the nodes of hosts that have just joined."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: swarm_new_nodes
short_description: The nodes of hosts that have just joined, as M(flotilla.swarm.swarm_node) takes them
description:
  - Used by the role P(flotilla.swarm.swarm_quorum#role). A host is identified by the node ID that its Engine got when it
    joined, since host names are not unique in a swarm.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hostvars
options:
  _input:
    description: The result of M(flotilla.swarm.swarm_plan).
    type: dict
    required: true
  hostvars:
    description: The variables of all hosts, with the results of the role's tasks.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Set the labels of the new nodes
  flotilla.swarm.swarm_node:
    nodes: "{{ plan | flotilla.swarm.swarm_new_nodes(hostvars) }}"
"""

RETURN = r"""
_value:
  description: A list for O(flotilla.swarm.swarm_node#module:nodes), without hosts that failed to join.
  type: list
  elements: dict
"""

_RESULTS = ("__swarm_quorum_init", "__swarm_quorum_join")


def swarm_new_nodes(plan: dict[str, t.Any], hostvars: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """See DOCUMENTATION."""
    nodes = []
    for host, part in plan["hosts"].items():
        if "join" not in part:
            continue
        names = _RESULTS if host == plan["init"] else _RESULTS[1:]
        results = [hostvars[host].get(name) or {} for name in names]
        node_id = next((result["node_id"] for result in results if result.get("node_id")), None)
        if node_id:
            nodes.append(
                {
                    "hostname": node_id,
                    "labels": part["join"]["labels"],
                    "labels_state": "owned",
                    "availability": part["join"]["availability"],
                }
            )
    return nodes


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_new_nodes": swarm_new_nodes}
