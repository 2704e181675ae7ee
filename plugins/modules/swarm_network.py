#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_network
short_description: Create, recreate and remove the networks of a swarm, and move the services that use them
description:
  - Creates, recreates and removes one or more networks as declared. They are overlay networks of the whole swarm, and
    one of them may be the ingress network.
  - The Engine cannot change a network in place. A difference is refused, and the message names the services that use
    the network, unless O(recreate=true) is set.
  - With O(recreate=true), the services that use the network are detached from it, the network is removed and created again,
    and the services are reattached with their previous aliases and options. B(The services are disconnected from this
    network meanwhile, and all their tasks are replaced twice.) Until a service is reattached, its label
    C(flotilla.moving) stores how it was attached, so the next run can complete a run that was killed, and a
    reattachment that the swarm has paused.
  - A declared option replaces the live value completely. An option that was never declared keeps its value on the
    swarm, regardless of which client set it, even if the network is recreated. An option that was declared when the
    network was created and is no longer declared counts as a difference if its value differs from the Engine's
    default.
  - The network's label C(flotilla.declared) stores the names of the declared options. Labels and driver options are
    owned key by key. Those of other clients are kept.
  - The options of M(community.docker.docker_network) have the same names and meanings here.
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
notes:
  - Some options of M(community.docker.docker_network) do not exist here, since a swarm does not support them.
    Services connect their own containers (O(ignore:connected), O(ignore:appends)), and a swarm ignores reserved
    addresses (C(aux_addresses)) and the option to disable IPv4 (O(ignore:enable_ipv4)).
  - M(community.docker.docker_network) with O(ignore:force=true) recreates the network in every run. Here,
    O(recreate=true) recreates it only if something differs.
options:
  name:
    description:
      - The name of the network. It has at most 63 letters and digits, with C(-) and C(_) between them, and no dots.
      - One of O(name) and O(networks) is required.
    type: str
    aliases: [network_name]
  wait:
    description:
      - Wait for the rollouts of the services that were reattached.
      - The module always waits for the steps before that, so a network that was removed no longer exists.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that the tasks of all services may take to leave their networks and the networks to disappear.
        After that, all rollouts together may take the same number of seconds.
    type: int
    default: 300
  networks:
    description:
      - The networks, each with the options of this module for one network, except O(wait), O(wait_timeout) and
        O(progress).
      - All of them are planned and checked before anything is sent.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the network. It has at most 63 letters and digits, with C(-) and C(_) between them, and no dots.
        type: str
        required: true
        aliases: [network_name]
      <<: &network
        state:
          description:
            - V(present) creates the network, or recreates it if it differs and O(recreate=true).
            - V(absent) removes the network and waits until it no longer exists. The removal is refused while a
              service uses the network, or while a container that does not belong to a service is attached. The module
              waits for tasks that are stopping.
          type: str
          choices: [present, absent]
          default: present
        recreate:
          description:
            - If something differs, remove the network and create it again, and reattach the services that use it.
            - Refused while a job uses the network, since the job would run again, and while a container that does not
              belong to a service is attached.
            - Until the next update of a reattached service, a rollback detaches it from the network again.
          type: bool
          default: false
          aliases: [force]
        driver:
          description:
            - The driver. The default in a swarm is V(overlay). A driver of single hosts, such as V(macvlan), needs
              O(config_from) for its options.
          type: str
        config_only:
          description:
            - The network is only a configuration on this host for a network of the swarm, which refers to it in
              O(config_from). It can be created on any host, and has no driver.
            - It is also needed with O(state=absent) to remove such a network.
            - The host's Engine refuses to remove it while a task of the host uses it.
          type: bool
        config_from:
          description:
            - The name of a network with O(config_only=true), from which each host takes the options of the driver and the
              address space. The drivers of single hosts need it, such as V(macvlan) and V(ipvlan), since a swarm
              stores only the name of such a driver.
            - A task on a host that has no such network is rejected, and M(flotilla.swarm.swarm_service) says so.
            - The Engine accepts no labels for such a network, so the names of the declared options are not stored.
          type: str
        scope:
          description:
            - A network of services always spans the swarm, so the option has no effect.
          type: str
          choices: [swarm]
        attachable:
          description:
            - Also allow containers that do not belong to a service to attach.
          type: bool
        internal:
          description:
            - Isolate the network from external networks.
          type: bool
        ingress:
          description:
            - This is the ingress network, over which published ports of mode V(ingress) reach the tasks. A swarm has
              only one, so this refers to the existing one, whatever its name.
            - With O(recreate=true), the ports that services publish in mode V(ingress) are removed from the services, and
              published again on the new network.
          type: bool
        encrypted:
          description:
            - Encrypt the traffic between nodes. The nodes have to allow IP protocol 50 (ESP).
            - The Engine encrypts as soon as the driver option C(encrypted) exists, even with the value V(false). So
              with V(false) here, that driver option is omitted.
          type: bool
        mtu:
          description:
            - The largest packet in bytes that the network between the nodes carries, as the driver option
              C(com.docker.network.driver.mtu). The Engine uses V(1500) by default.
            - The MTU of the tasks' interfaces is 50 bytes smaller, because of the encapsulation, and even smaller if
              O(encrypted=true).
          type: int
        enable_ipv6:
          description:
            - Also give tasks IPv6 addresses. Requires an IPv6 subnet in O(ipam_config), since the swarm does not
              allocate one by itself.
            - Do not rely on these addresses. With Engines 20.10 and 26.1, each Engine assigns the addresses only for
              its own node, so tasks on different nodes get the same address, and tasks may be rejected with C(Invalid
              address) before they run. The module warns when it creates such a network.
          type: bool
        driver_options:
          description:
            - Options of the driver. Values are strings, whole numbers, or true and false. They are owned key by key.
            - The values may be credentials, so no result, diff or log shows those of names that do not begin with
              C(com.docker.network.).
          type: dict
        ipam_driver:
          description:
            - The driver that allocates addresses.
          type: str
        ipam_driver_options:
          description:
            - Options of that driver. Values are strings. They are owned key by key.
            - The values may be credentials, so no result, diff or log shows them.
          type: dict
        ipam_config:
          description:
            - The address space. By default, the swarm allocates a subnet from its pool, a /24 unless the swarm was
              created with a different size.
            - Every task uses an address, every service one more, and every node with a task one more. So 100 services
              with one task each nearly fill a /24.
            - A subnet that overlaps with that of another network is refused.
          type: list
          elements: dict
          suboptions:
            subnet:
              description:
                - The subnet, such as V(10.5.0.0/16) or V(fd00:5::/64).
              type: str
              required: true
            iprange:
              description:
                - The part of the subnet from which addresses are allocated.
              type: str
            gateway:
              description:
                - The address of the gateway. By default, the Engine chooses one.
              type: str
        labels:
          description:
            - Labels. Values are strings or whole numbers. They cannot be changed in place either.
            - Names that begin with C(flotilla.) are reserved for the collection.
          type: dict
  <<: *network
seealso:
  - module: flotilla.swarm.swarm_network_info
  - module: flotilla.swarm.swarm_service
  - module: community.docker.docker_network
"""

EXAMPLES = r"""
- name: Create a network with room for many tasks
  flotilla.swarm.swarm_network:
    name: front
    attachable: true
    ipam_config:
      - subnet: 10.5.0.0/16

- name: Create several, one of them encrypted and without a way out
  flotilla.swarm.swarm_network:
    networks:
      - name: front
      - name: back
        internal: true
        encrypted: true
        mtu: 1400
      - name: both
        enable_ipv6: true
        ipam_config:
          - subnet: 10.6.0.0/20
          - subnet: fd00:6::/64

- name: Give a network another subnet, and move the services that use it
  flotilla.swarm.swarm_network:
    name: front
    ipam_config:
      - subnet: 10.7.0.0/16
    recreate: true
    wait_timeout: 600

- name: On every host, say how services get into the network that the host stands in
  flotilla.swarm.swarm_network:
    name: lan-of-host
    config_only: true
    driver_options: {parent: eth0}
    ipam_config:
      - {subnet: 192.168.7.0/24, gateway: 192.168.7.1, iprange: "{{ lan_range }}"}

- name: On one manager, create the network of the swarm from these
  flotilla.swarm.swarm_network:
    name: lan
    driver: macvlan
    config_from: lan-of-host

- name: Give the ingress network another subnet
  flotilla.swarm.swarm_network:
    name: ingress
    ingress: true
    mtu: 1400
    ipam_config:
      - subnet: 10.8.0.0/16
    recreate: true

- name: Remove a network once the tasks of removed services have left it
  flotilla.swarm.swarm_network:
    name: back
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action, in order. Also
    returned on failure; it then ends with the steps of the network that failed.
  returned: always
  type: list
  elements: str
  sample: ["front: recreated (ipam_config); web reattached"]
network:
  description: The network as the Engine reports it after the run, empty if there is none; in check mode, before the
    run. Values that may be secrets are hidden.
  returned: success, when one network was declared
  type: dict
  sample: {"Attachable": true, "Driver": "overlay", "Id": "wl86b3kdu5v0d3jgqc1twpzu1", "Name": "front", "Scope": "swarm"}
networks:
  description: Each network, in the order of the declaration.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    id:
      description: Its ID; empty in check mode for one that would be created.
      type: str
      returned: always
    action:
      description: V(create), V(recreate), V(reattach) (services that an earlier run did not reattach), V(remove) or V(none).
      type: str
      returned: always
    changes:
      description: The names of the options that differed.
      type: list
      elements: str
      returned: always
    services:
      description: The services that were moved.
      type: list
      elements: str
      returned: always
rollouts:
  description: The results of the rollouts of the reattached services, in the form of M(flotilla.swarm.swarm_service).
    Also returned on failure.
  returned: when the module waited for a rollout
  type: list
  elements: dict
"""

from ..module_utils._network.deploy import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
