#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_plan
short_description: Plan how the inventory's hosts become the swarm that the inventory declares
description:
  - Reads the variables of every host and what M(flotilla.swarm.swarm_host_info) returned for it, and plans Engines,
    firewalls, membership, settings and labels. It changes nothing itself; the roles of this collection carry the plan out.
  - Refuses early, in one sentence, what cannot work - an even number of managers, a variable that no role has, a label that
    is not a string, hosts in two swarms, a quorum that is lost.
  - Prints the plan, a line for each change, before the roles carry it out.
  - In check mode its diff is the whole plan, and the roles find nothing to do.
  - It is an action that runs on the control node, once; used by the role P(flotilla.swarm.swarm_quorum#role) and the others.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff is returned in check mode only, since outside of it the tasks that carry the plan out return their own.
  idempotent:
    support: full
options:
  stage:
    description:
      - With V(inventory), only check the inventory, before any host is touched.
      - With V(hosts), plan.
    type: str
    choices: [inventory, hosts]
    default: hosts
  status:
    description:
      - Where nothing has to be changed, print the swarm as well, as its manager returned it. It was read already.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_host_info
"""

EXAMPLES = r"""
- name: Check the inventory
  flotilla.swarm.swarm_plan:
    stage: inventory
  run_once: true

- name: Read every host and plan
  ansible.builtin.include_role:
    name: flotilla.swarm.swarm_plan
"""

RETURN = r"""
lines:
  description: The plan in the user's words, a line for each change.
  returned: when O(stage=hosts)
  type: list
  elements: str
  sample: ["m1: create the swarm (advertise 10.0.0.11)", "w1: join as worker (advertise 10.0.0.21)"]
roles:
  description: The declared role of each host.
  returned: when O(stage=hosts)
  type: dict
  sample: {m1: manager, w1: worker}
todo:
  description: The hosts on which something has to be done.
  returned: when O(stage=hosts)
  type: list
  elements: str
hosts:
  description: Per host, the parts of the plan that concern it - C(engine), C(firewall), C(firewall_after), C(join), C(prove).
  returned: when O(stage=hosts)
  type: dict
entry:
  description: The manager through which the swarm is changed, V(null) while there is none.
  returned: when O(stage=hosts)
  type: str
run:
  description: An ID of this run, which keeps its port proofs apart from those of another run at the same time.
  returned: when O(stage=hosts)
  type: str
steps:
  description: The roles that carry the plan out once the Engines run, in order, each with C(role) and C(tasks).
  returned: when O(stage=hosts)
  type: list
  elements: dict
engine_steps:
  description: The steps of the role P(flotilla.swarm.swarm_engine#role) that are needed, in order.
  returned: when O(stage=hosts)
  type: list
  elements: str
quorum_steps:
  description: The steps of the role P(flotilla.swarm.swarm_quorum#role) that are needed, in order.
  returned: when O(stage=hosts)
  type: list
  elements: str
engines_todo:
  description: Where an Engine is changed, the hosts that are read again afterwards, which are all that were reached.
  returned: when O(stage=hosts)
  type: list
  elements: str
manager_after:
  description: A host that was reached and that is a manager once the plan is carried out.
  returned: when O(stage=hosts)
  type: str
init:
  description: The host that creates the swarm, V(null) where there is one already.
  returned: when O(stage=hosts)
  type: str
reset:
  description: The hosts that hold the remains of a membership and leave it before they join.
  returned: when O(stage=hosts)
  type: list
  elements: str
join_managers:
  description: The hosts that join as managers, in order.
  returned: when O(stage=hosts)
  type: list
  elements: str
join_workers:
  description: The hosts that join as workers.
  returned: when O(stage=hosts)
  type: list
  elements: str
stale:
  description: The entries of nodes whose hosts are other nodes now, as options of M(flotilla.swarm.swarm_node).
  returned: when O(stage=hosts)
  type: list
  elements: dict
roles_to_change:
  description: The nodes that change their roles, promotions first, as options of M(flotilla.swarm.swarm_node).
  returned: when O(stage=hosts)
  type: list
  elements: dict
settings:
  description: Options of M(flotilla.swarm.swarm_init), those that create the swarm or those that have to change.
  returned: when O(stage=hosts)
  type: dict
labels:
  description: The nodes whose labels or availability have to change, as options of M(flotilla.swarm.swarm_node).
  returned: when O(stage=hosts)
  type: list
  elements: dict
prove:
  description: The hosts whose ports are proven before any host joins.
  returned: when O(stage=hosts)
  type: list
  elements: str
"""
