#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_network_info
short_description: Read the networks of a swarm, the services that use them, and how full they are
description:
  - Returns one, several or all networks of the swarm with their options, the services that use them, and how full they are.
  - Works on any host in any state; for a host that is not a manager with a quorum, the result says so and has no networks.
  - Networks of single hosts are omitted.
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
      - The networks to return, by name, by ID, or by an ID prefix of at least six characters. By default, all
        networks.
      - A name is matched as a whole.
    type: list
    elements: str
  raw:
    description:
      - Return the Engine's own data of each network as RV(networks[].raw).
    type: bool
    default: false
notes:
  - For playbooks that use M(community.docker.docker_network_info), RV(exists) and RV(network) are returned too.
seealso:
  - module: flotilla.swarm.swarm_network
  - module: flotilla.swarm.swarm_service_info
"""

EXAMPLES = r"""
- name: Read all networks
  flotilla.swarm.swarm_network_info:
  register: result

- name: Show the networks that have problems
  ansible.builtin.debug:
    msg: "{{ result.networks | selectattr('problems') | list }}"

- name: Read one network
  flotilla.swarm.swarm_network_info:
    name: front
  register: front

- name: Stop where there is no room for fifty more tasks
  ansible.builtin.assert:
    that:
      - front.exists
      - front.networks[0].addresses[0].total - front.networks[0].addresses[0].taken >= 50
"""

RETURN = r"""
state:
  description: The state of the host in a swarm, see M(flotilla.swarm.swarm_info).
  returned: always
  type: str
  sample: manager
why:
  description: A sentence that explains RV(state); on a manager, one about the quorum.
  returned: always
  type: str
missing:
  description: The names in O(name) that do not exist.
  returned: on a manager with a quorum
  type: list
  elements: str
exists:
  description: Whether there is a network of that name.
  returned: when O(name) has one entry, on a manager with a quorum
  type: bool
network:
  description: The Engine's own data of the network, with values that may be secrets hidden; V(null) if there is none.
  returned: when O(name) has one entry, on a manager with a quorum
  type: dict
summary:
  description: The networks as a human-readable table, a list of lines.
  returned: always
  type: list
  elements: str
  sample:
    - "NETWORK  DRIVER   SUBNETS      TAKEN    SERVICES  KIND"
    - "front    overlay  10.0.1.0/24  230/254  41        attachable"
    - "ingress  overlay  10.0.0.0/24  12/254   4         ingress"
networks:
  description: The networks, in the order of O(name), or sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the network.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    driver:
      description: Its driver; empty if the swarm has never allocated an address space for the network.
      type: str
      returned: always
    scope:
      description: V(swarm).
      type: str
      returned: always
    subnets:
      description: Its subnets.
      type: list
      elements: str
      returned: always
    gateways:
      description: The addresses of its gateways.
      type: list
      elements: str
      returned: always
    attachable:
      description: Whether containers that do not belong to a service may attach.
      type: bool
      returned: always
    internal:
      description: Whether it is isolated from external networks.
      type: bool
      returned: always
    ingress:
      description: Whether it is the ingress network.
      type: bool
      returned: always
    config_only:
      description: V(false), since a swarm has no networks that are only a configuration.
      type: bool
      returned: always
    config_from:
      description: The network of each host from which it takes its configuration, V(null) if there is none.
      type: str
      returned: always
    encrypted:
      description: Whether the traffic between nodes is encrypted.
      type: bool
      returned: always
    mtu:
      description: The configured MTU of the network between the nodes, V(null) if the Engine uses its default.
      type: int
      returned: always
    enable_ipv6:
      description: Whether tasks get IPv6 addresses as well.
      type: bool
      returned: always
    driver_options:
      description: The other options of its driver. Values that may be credentials are hidden.
      type: dict
      returned: always
    ipam_driver:
      description: The driver that allocates addresses.
      type: str
      returned: always
    ipam_driver_options:
      description: The options of that driver. Their values may be credentials and are hidden.
      type: dict
      returned: always
    ipam_config:
      description: The address space, in the form of the option of M(flotilla.swarm.swarm_network).
      type: list
      elements: dict
      returned: always
    labels:
      description: Its labels, without the collection's own.
      type: dict
      returned: always
    declared:
      description: The options that were declared when the network was created.
      type: list
      elements: str
      returned: always
    created:
      description: When it was created.
      type: str
      returned: always
    services:
      description: The names of the services that use it; of the ingress network, those that publish ports over it.
      type: list
      elements: str
      returned: always
    addresses:
      description:
        - The usage of its IPv4 subnets. Each task uses an address, each service with a virtual IP one more, and each
          node with a task one for its load balancer.
      type: list
      elements: dict
      returned: always
      contains:
        subnet:
          description: The subnet.
          type: str
          returned: always
        total:
          description: The number of usable addresses in the subnet.
          type: int
          returned: always
        taken:
          description: The number of addresses in use.
          type: int
          returned: always
    problems:
      description: The problems of the network, one sentence each. A subnet with four fifths of its addresses in use
        is a problem.
      type: list
      elements: str
      returned: always
    raw:
      description: The Engine's own data, as in RV(network).
      type: dict
      returned: when O(raw=true)
"""

from ..module_utils._network.info import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
