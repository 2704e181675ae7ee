#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_join
short_description: Join a host to a swarm, or make it leave
description:
  - Joins the host on which the module runs to a swarm, through any of the given managers, and waits until it is a
    member.
  - A host that is already in this swarm is not changed, even if its role differs; use M(flotilla.swarm.swarm_node) to
    change roles. A host that is in another swarm is refused.
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
  state:
    description:
      - With V(join) or V(present), the host is a member.
      - With V(absent), it leaves. A manager is demoted first, and only if the quorum holds without it; its node entry
        stays in the swarm with the state down until M(flotilla.swarm.swarm_node) removes it.
    type: str
    choices: [present, join, absent]
    default: present
  role:
    description:
      - The role that O(join_token) belongs to. It determines what the module waits for.
    type: str
    choices: [manager, worker]
    default: worker
  remote_addrs:
    description:
      - Addresses of managers, with or without a port (the default is 2377). They are tried in order.
      - Required with O(state=present).
    type: list
    elements: str
  join_token:
    description:
      - The token of the role, as M(flotilla.swarm.swarm_info) returns it with
        O(flotilla.swarm.swarm_info#module:tokens=true).
      - Required with O(state=present).
    type: str
  advertise_addr:
    description:
      - The address or interface of this host that the other nodes use, with or without a port.
      - The Engine chooses it if the host has only one address.
      - It must be an address of one host. V(0.0.0.0), V(::), multicast, broadcast, and link-local IPv6 addresses are refused,
        here and in every other option for such an address; only O(listen_addr) can be V(0.0.0.0) or V(::). A loopback address
        causes a warning, since no other host can reach it.
    type: str
  listen_addr:
    description:
      - The address or interface and port that the manager's API listens on.
      - The default is V(0.0.0.0:2377).
    type: str
  data_path_addr:
    description:
      - The address or interface for the traffic of overlay networks, if it differs from O(advertise_addr).
    type: str
  availability:
    description:
      - The availability with which the node joins. V(pause) or V(drain) keeps tasks away until labels are set.
      - It is not changed on a node that is already a member.
    type: str
    choices: [active, pause, drain]
  published_ports:
    description:
      - The ports that services of the swarm publish, as M(flotilla.swarm.swarm_info) returns them with
        O(flotilla.swarm.swarm_info#module:published_ports=true). If another program on this host uses one of them,
        traffic to that port would not reach the service.
    type: list
    elements: dict
    suboptions:
      port:
        description: The port.
        type: int
        required: true
      protocol:
        description: The protocol.
        type: str
        default: tcp
      service:
        description: The service that publishes it.
        type: str
        required: true
      mode:
        description: How it is published.
        type: str
      constraints:
        description: The placement constraints of the service, which the node may not meet yet.
        type: list
        elements: str
  port_conflicts:
    description:
      - What to do if another program uses one of O(published_ports).
    type: str
    choices: [refuse, warn]
    default: refuse
  force:
    description:
      - With O(state=absent), leave even if the quorum or the last manager is lost, or if this manager has no quorum
        or is locked.
    type: bool
    default: false
  wait:
    description:
      - Wait until the host is a member; for a manager, until it is reachable.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that joining or leaving may take.
    type: int
    default: 60
seealso:
  - module: flotilla.swarm.swarm_init
  - module: flotilla.swarm.swarm_node
"""

EXAMPLES = r"""
- name: Read the join tokens on a manager
  flotilla.swarm.swarm_info:
    tokens: true
  delegate_to: m1
  register: swarm
  no_log: true

- name: Join as a worker that takes no task yet
  flotilla.swarm.swarm_join:
    remote_addrs: [10.0.0.11, 10.0.0.12]
    join_token: "{{ swarm.join_tokens.worker }}"
    availability: pause

- name: Leave the swarm
  flotilla.swarm.swarm_join:
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action. Also returned on
    failure.
  returned: always
  type: list
  elements: str
  sample: [joined as worker through 10.0.0.11:2377]
node_id:
  description: The ID of this host's node, V(null) if it is not in a swarm.
  returned: success
  type: str
  sample: 1ojdhhlh5qxpfyhbeuhtqqfhl
"""

from ..module_utils._run.module import run
from ..module_utils._swarm.join import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
