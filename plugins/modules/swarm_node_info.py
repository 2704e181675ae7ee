#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_node_info
short_description: Read the nodes of a swarm and their state
description:
  - Returns one, several or all nodes of the swarm, with the reason if a node has a problem.
  - Works on any host in any state. On a host that is not a manager with a quorum, RV(state) and RV(why) say so, and
    no nodes are returned.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  name:
    description:
      - The nodes to return, by host name, ID or ID prefix. By default, all nodes.
    type: list
    elements: str
  self:
    description:
      - Return only the node on which the module runs.
    type: bool
    default: false
  verbose_output:
    description:
      - Add all keys of the Engine's node, such as C(ID), C(Spec), C(Description) and C(Status), to each entry of RV(nodes), as
        M(community.docker.docker_node_info) returns them.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_node
  - module: flotilla.swarm.swarm_info
"""

EXAMPLES = r"""
- name: Read all nodes
  flotilla.swarm.swarm_node_info:
  register: result

- name: Show those that are not fine
  ansible.builtin.debug:
    msg: "{{ result.nodes | selectattr('problems') | list }}"

- name: Read two nodes
  flotilla.swarm.swarm_node_info:
    name: [w1, w2]
"""

RETURN = r"""
state:
  description: The state of the host in a swarm, see M(flotilla.swarm.swarm_info).
  returned: always
  type: str
  sample: manager
why:
  description: A sentence that explains RV(state).
  returned: always
  type: str
missing:
  description: The names in O(name) that do not exist.
  returned: always
  type: list
  elements: str
nodes:
  description: The nodes.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the node.
      type: str
      returned: always
    hostname:
      description: Its host name, which is not unique.
      type: str
      returned: always
    role:
      description: The role it should have, V(manager) or V(worker).
      type: str
      returned: always
    availability:
      description: V(active), V(pause) or V(drain).
      type: str
      returned: always
    state:
      description: V(ready), V(down), V(unknown) or V(disconnected).
      type: str
      returned: always
    address:
      description: Its address in the swarm.
      type: str
      returned: always
    manager:
      description: C(leader), C(reachability) and C(address) of a manager, V(null) for other nodes.
      type: dict
      returned: always
    engine_version:
      description: The version of its Engine.
      type: str
      returned: always
    labels:
      description: Its labels.
      type: dict
      returned: always
    problems:
      description: The problems of the node, one sentence each.
      type: list
      elements: str
      returned: always
    ID:
      description: See C(id).
      type: str
      returned: with O(verbose_output=true)
    Version:
      description: The version of the node in the swarm's store.
      type: dict
      returned: with O(verbose_output=true)
    CreatedAt:
      description: When it joined.
      type: str
      returned: with O(verbose_output=true)
    UpdatedAt:
      description: When it was last changed.
      type: str
      returned: with O(verbose_output=true)
    Spec:
      description: Its name, labels, role and availability.
      type: dict
      returned: with O(verbose_output=true)
    Description:
      description: Its host name, platform, resources and Engine.
      type: dict
      returned: with O(verbose_output=true)
    Status:
      description: Its state and address.
      type: dict
      returned: with O(verbose_output=true)
    ManagerStatus:
      description: Its status in the Raft group, only for managers.
      type: dict
      returned: with O(verbose_output=true)
"""

from ..module_utils._node.info import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
