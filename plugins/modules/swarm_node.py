#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_node
short_description: Set labels, role and availability of swarm nodes, or remove them
description:
  - Changes one or more nodes in one call, through any reachable manager of the swarm.
  - Promotions come before demotions, and each is complete before the next begins. A step that would lose the quorum
    is refused before anything is sent.
  - A drain is complete when the node runs no task of a service; the module also waits for a drain that an earlier run
    started.
  - Omitted options stay unchanged on the swarm.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  hostname:
    description:
      - The node, by its ID, the beginning of its ID (six characters or more), its host name, or V(self) for the node
        that the module runs on.
      - Host names are not unique in a swarm. If several nodes have the same name, the one that is neither down nor
        disconnected is selected.
      - One of O(hostname) and O(nodes) is required.
    type: str
    aliases: [node_id]
  nodes:
    description:
      - Several nodes, each with the options that this module has for one. These options cannot be combined with the
        list.
      - All are planned and checked before anything is sent. A node that is declared twice is refused.
    type: list
    elements: dict
    suboptions:
      hostname:
        description:
          - See O(hostname).
        type: str
        required: true
        aliases: [node_id]
      labels:
        description:
          - See O(labels).
        type: dict
      labels_state:
        description:
          - See O(labels_state).
        type: str
        choices: [merge, owned, replace]
        default: merge
      labels_to_remove:
        description:
          - See O(labels_to_remove).
        type: list
        elements: str
      role:
        description:
          - See O(role).
        type: str
        choices: [manager, worker]
      availability:
        description:
          - See O(availability).
        type: str
        choices: [active, pause, drain]
      state:
        description:
          - See O(state).
        type: str
        choices: [present, absent, remove]
        default: present
  labels:
    description:
      - Labels of the node. Values are strings or whole numbers; a V(yes) or V(1.10) without quotes is refused, since YAML would
        change it.
      - Names that begin with C(flotilla.) are reserved for the collection.
      - O(labels_state) decides which other labels stay.
    type: dict
  labels_state:
    description:
      - What to do with labels of the node that are not in O(labels).
    type: str
    choices:
      merge: They stay.
      owned: Those that were declared last time with V(owned) and are no longer declared are removed; other labels
        stay. The names of the declared labels are kept in the node label C(flotilla.declared).
      replace: They are removed. Without O(labels), all labels are removed.
    default: merge
  labels_to_remove:
    description:
      - Labels to remove, regardless of their values.
      - A label that is also in O(labels) is refused.
    type: list
    elements: str
  role:
    description:
      - The role of the node. A promotion is complete when the node is a reachable manager, a demotion when it has left
        the raft group.
    type: str
    choices: [manager, worker]
  availability:
    description:
      - Whether the node takes tasks.
    type: str
    choices:
      active: It takes tasks.
      pause: It keeps its tasks and takes no new ones.
      drain: Its tasks are moved to other nodes and it takes no new ones.
  state:
    description:
      - With V(absent), the node is removed from the swarm, and so are other nodes of the same host name that are down or
        disconnected. A manager is demoted first.
      - A node has to be down or disconnected before it can be removed; the module waits for a node that is leaving. Make a
        running node leave first, with M(flotilla.swarm.swarm_join) and O(flotilla.swarm.swarm_join#module:state=absent).
      - For a node that does not exist, nothing is changed.
      - V(remove) is a synonym of V(absent), as in M(community.docker.docker_swarm).
    type: str
    choices: [present, absent, remove]
    default: present
  force:
    description:
      - With O(state=absent), remove the node even if it is not down. Its Engine is not informed and keeps running.
    type: bool
    default: false
  wait:
    description:
      - Wait until every change is complete.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that each promotion, demotion, drain or removal may take.
    type: int
    default: 120
seealso:
  - module: flotilla.swarm.swarm_join
  - module: flotilla.swarm.swarm_node_info
"""

EXAMPLES = r"""
- name: Label a node and keep its other labels
  flotilla.swarm.swarm_node:
    hostname: w1
    labels:
      disk: ssd

- name: Drain the node that the module runs on, and wait until its tasks are gone
  flotilla.swarm.swarm_node:
    hostname: self
    availability: drain
    wait_timeout: 600

- name: Change many nodes in one call
  flotilla.swarm.swarm_node:
    nodes:
      - hostname: w1
        role: manager
      - hostname: m3
        role: worker
      - hostname: w2
        labels: {zone: b, disk: ssd}
        labels_state: owned
        availability: active

- name: Remove a node that has left, and older entries of the same name
  flotilla.swarm.swarm_node:
    hostname: w9
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action, in order. Also
    returned on failure.
  returned: always
  type: list
  elements: str
  sample: ["w1: labels.disk: not set → ssd"]
nodes:
  description: The nodes that were named, as they are now, in the form of M(flotilla.swarm.swarm_node_info).
  returned: success
  type: list
  elements: dict
node:
  description: As M(community.docker.docker_node) has it, the node object of the Engine's API, as it is now. In check mode, as it
    was before.
  returned: success, when one node was named and is still there
  type: dict
"""

from ..module_utils._node.deploy import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
