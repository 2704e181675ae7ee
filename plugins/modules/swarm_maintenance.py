#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_maintenance
short_description: Take swarm nodes out of rotation without a gap, and back
description:
  - Plans the maintenance of nodes, and takes one node out of rotation and back. The playbook C(flotilla.swarm.maintenance) and
    the role P(flotilla.swarm.swarm_maintenance#role) do this for one host after the other, with an operator's own tasks in
    between.
  - A node on its way out is paused, and each service with tasks on it gets a constraint that keeps it off this node, with
    C(update_config.order=start-first). Only the tasks on this node are replaced, each by one that runs elsewhere before it
    stops. Then every service has its options again as they were, and the node is drained.
  - A service is left to the drain, which stops its tasks before others start, where it is global, a job, has ports in mode host,
    writes to a volume or a path of the host, fits no other node, or has one replica and the declared order C(stop-first). The
    plan names these.
  - How far a node is stands in its label C(flotilla.maintenance), V(planned), V(away) or V(back), with the availability that
    it had. A later run goes on from there.
  - Afterwards a rollback of a service that was moved leads to the options that it has, with a constraint that every node meets
    that is not in maintenance, and to C(update_config.order=start-first). Its rollback target of before is lost.
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
    support: none
  idempotent:
    support: full
options:
  nodes:
    description:
      - The nodes, by their IDs or host names. With O(state=away) and O(state=back), one.
    type: list
    elements: str
    required: true
  state:
    description:
      - One step of the maintenance. It is asked of a manager that is not the node itself.
    type: str
    required: true
    choices:
      planned: Plan the order, check the gates of the first node, and mark all nodes.
      away: Check the gates, then take the node out of rotation, so that it runs nothing.
      back: Wait until the node is ready, give it the availability that it had, and wait until every service is well.
  problems:
    description:
      - What speaks against it on the hosts beneath, a sentence each without its full stop, such as from the filter
        P(flotilla.swarm.swarm_host_problems#filter). It is a gate as the others are, so a node that an earlier run has taken goes
        on.
    type: list
    elements: str
    default: []
  anew:
    description:
      - With O(state=planned), take nodes too that an earlier run has finished, where that run has left others.
    type: bool
    default: false
  timeout:
    description:
      - The number of seconds that each wait may take.
    type: int
    default: 600
seealso:
  - module: flotilla.swarm.swarm_node
"""

EXAMPLES = r"""
- name: Take a node out of rotation
  flotilla.swarm.swarm_maintenance:
    nodes: [w1]
    state: away
  delegate_to: m1

- name: Put it back
  flotilla.swarm.swarm_maintenance:
    nodes: [w1]
    state: back
  delegate_to: m1
"""

RETURN = r"""
order:
  description: The IDs of the nodes in the order in which they are taken - begun ones first, then workers, then managers, and the
    leader last.
  returned: when O(state=planned)
  type: list
  elements: str
refused:
  description: Why the first of them may not be taken now, a sentence each.
  returned: when O(state=planned)
  type: list
  elements: str
summary:
  description: The plan as lines of text.
  returned: when O(state=planned)
  type: list
  elements: str
stage:
  description: With O(state=away), V(away), or V(back) where an earlier run has finished what was to be done on the node.
  returned: when O(state) is not V(planned)
  type: str
actions:
  description: What was done, a sentence each, in order. It is returned with a failure as well.
  returned: when O(state) is not V(planned)
  type: list
  elements: str
"""

from ..module_utils._maintenance.maintain import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
