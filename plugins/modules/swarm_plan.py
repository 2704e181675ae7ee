#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_plan
short_description: Plan the changes that turn the hosts of the inventory into the declared swarm
description:
  - Reads the variables of every host and what M(flotilla.swarm.swarm_host_info) returned for it, and plans Engines,
    firewalls, membership, settings and labels. It changes nothing itself; the roles of this collection carry the plan out.
  - Refuses invalid states early, with an error message - an even number of managers, a variable that no role has, a
    label that is not a string, hosts in two swarms, a lost quorum.
  - Prints the plan, a line for each change, before the roles carry it out.
  - In check mode, its diff is the whole plan, and the roles do nothing.
  - It is an action that runs once on the control node. The role P(flotilla.swarm.swarm_quorum#role) and the others
    use it.
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
      - The diff is returned only in check mode, since otherwise the tasks that carry out the plan return their own
        diffs.
  idempotent:
    support: full
options:
  stage:
    description:
      - With V(inventory), only check the inventory, before any host is touched.
      - With V(hosts), compute the plan.
    type: str
    choices: [inventory, hosts]
    default: hosts
  status:
    description:
      - If nothing has to be changed, also print the state of the swarm, as already read from a manager.
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
  description: The plan as text, one line for each change.
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
  description: The hosts on which something has to be changed.
  returned: when O(stage=hosts)
  type: list
  elements: str
hosts:
  description: For each host, the parts of the plan that apply to it - C(engine), C(firewall), C(firewall_after),
    C(join), C(prove).
  returned: when O(stage=hosts)
  type: dict
entry:
  description: The manager through which the swarm is changed, V(null) if there is none yet.
  returned: when O(stage=hosts)
  type: str
run:
  description: An ID of this run, which separates its port tests from those of other runs at the same time.
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
  description: If an Engine is changed, the hosts that are read again afterwards, which are all reachable hosts.
  returned: when O(stage=hosts)
  type: list
  elements: str
manager_after:
  description: A reachable host that is a manager after the plan was carried out.
  returned: when O(stage=hosts)
  type: str
init:
  description: The host that creates the swarm, V(null) if there is already a swarm.
  returned: when O(stage=hosts)
  type: str
reset:
  description: The hosts with remains of an earlier membership, which leave it before they join.
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
  description: The stale node entries whose hosts now have other node IDs, as options of M(flotilla.swarm.swarm_node).
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
  description: The hosts whose ports are tested before any host joins.
  returned: when O(stage=hosts)
  type: list
  elements: str
"""
