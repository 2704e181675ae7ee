#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_maintenance
short_description: Take swarm nodes out of rotation without interruption, and back
description:
  - Plans the maintenance of nodes, and takes one node out of rotation and back. The playbook C(flotilla.swarm.maintenance) and
    the role P(flotilla.swarm.swarm_maintenance#role) do this for one host after the other and run the operator's own
    tasks in between.
  - First the node is paused, and each service with tasks on it gets a constraint that excludes this node, with
    C(update_config.order=start-first). Only the tasks on this node are replaced; each new task runs on another node
    before the old one stops. Then the original options of every service are restored, and the node is drained.
  - Some services cannot be moved in this way, and the drain stops their tasks before new ones start - global
    services, jobs, services that publish ports in mode host, write to a volume or a path of the host, fit on no other
    node, or have one replica and the declared order C(stop-first). The plan names them.
  - The label C(flotilla.maintenance) of a node records its stage, V(planned), V(away) or V(back), and its previous
    availability. A later run resumes from there.
  - The previous rollback target of a service that was moved is lost. A later rollback results in its current options,
    with a constraint that excludes only nodes in maintenance, and with C(update_config.order=start-first).
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
      - The nodes, by their IDs or host names. Only one with O(state=away) and O(state=back).
    type: list
    elements: str
    required: true
  state:
    description:
      - One step of the maintenance. Run it on a manager that is not the node itself.
    type: str
    required: true
    choices:
      planned: Plan the order, check the preconditions of the first node, and mark all nodes.
      away: Check the preconditions, then take the node out of rotation, so that it runs no tasks.
      back: Wait until the node is ready, restore its previous availability, and wait until every service is healthy.
  problems:
    description:
      - Problems on the hosts that prevent the maintenance, one sentence each without its full stop, for example from
        the filter P(flotilla.swarm.swarm_host_problems#filter). They are checked like the other preconditions, so the
        maintenance of a node that an earlier run has taken out of rotation continues.
    type: list
    elements: str
    default: []
  anew:
    description:
      - With O(state=planned), also process the nodes again that an interrupted run had finished.
    type: bool
    default: false
  timeout:
    description:
      - The timeout of each wait in seconds.
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
  description: The IDs of the nodes in processing order - nodes that an earlier run has started first, then workers,
    then managers, and the leader last.
  returned: when O(state=planned)
  type: list
  elements: str
refused:
  description: Why the first node cannot be processed now, one sentence for each reason.
  returned: when O(state=planned)
  type: list
  elements: str
summary:
  description: The plan as lines of text.
  returned: when O(state=planned)
  type: list
  elements: str
stage:
  description: With O(state=away), V(away), or V(back) if an earlier run has already completed the work on the node.
  returned: when O(state) is not V(planned)
  type: str
actions:
  description: What was done, one sentence for each action, in order. Also returned on failure.
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
