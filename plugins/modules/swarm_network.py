#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_network
short_description: Create, recreate and remove the networks of a swarm, and move the services that use them
description:
  - Brings one network or many to what is declared. They are overlays of the whole swarm, and one of them may be the ingress
    network.
  - No Engine can change a network in place. A difference is refused, with the names of the services that use the network,
    unless O(recreate=true) is given.
  - With O(recreate=true), the services that use the network are detached from it, the network is removed and created again,
    and the services are reattached with the aliases and options they had. B(The services are without this network meanwhile,
    and all their tasks are replaced twice.) Until a service is reattached, its label C(flotilla.moving) remembers how it was
    attached, so a run that was killed is finished by the next one. So is a reattachment that the swarm has paused.
  - An option that is declared is the whole truth for that option. An option that was never declared stays as it is on the
    swarm, whichever client set it, also when the network is recreated. An option that was declared when the network was
    created, and is declared no longer, counts as a difference where the network has another value than the Engine's default.
  - The names of the options that were declared are remembered in the network's label C(flotilla.declared). Labels and driver
    options are owned key by key. Those of other clients are left alone and kept.
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
  - Some options of M(community.docker.docker_network) do not exist here, since a swarm does not support them. Containers are
    connected by services (O(ignore:connected), O(ignore:appends)), a swarm ignores reserved addresses (C(aux_addresses)) and
    the switching off of IPv4 (O(ignore:enable_ipv4)).
  - M(community.docker.docker_network) with O(ignore:force=true) recreates the network in every run. Here O(recreate=true)
    recreates it only where something differs.
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
      - The module waits for everything before that in any case, so a network that was removed does not exist any longer.
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
      - The networks, each with the options that stand beside this one, except O(wait), O(wait_timeout) and O(progress).
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
            - V(present) creates the network, or recreates it where it differs and O(recreate=true).
            - V(absent) removes the network and waits until it does not exist any longer. The removal is refused while a
              service uses the network, or a container is attached that no service runs. Tasks that are ending are waited for.
          type: str
          choices: [present, absent]
          default: present
        recreate:
          description:
            - Where something differs, remove the network and create it again, and move the services that use it.
            - Refused while a job uses the network, since the job would run again, and while a container is attached that no
              service runs.
            - Until its next update, a rollback of a moved service detaches it from the network again.
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
            - The network is nothing but a configuration that this host keeps for a network of the swarm, which names it in
              O(config_from). It can be created on any host, and has no driver.
            - It is also needed with O(state=absent) to remove such a network.
            - The host's Engine refuses to remove it while a task of the host uses it.
          type: bool
        config_from:
          description:
            - The name of a network with O(config_only=true), from which each host takes the options of the driver and the
              address space. The drivers of single hosts need it, such as V(macvlan) and V(ipvlan), since a swarm keeps
              nothing of them but the name of the driver.
            - A task on a host that has no such network is rejected, and M(flotilla.swarm.swarm_service) says so.
            - The Engine takes no labels for such a network, so what was declared is not remembered.
          type: str
        scope:
          description:
            - A network that services use spans the swarm, so the option changes nothing.
          type: str
          choices: [swarm]
        attachable:
          description:
            - Allow containers that no service runs to attach as well.
          type: bool
        internal:
          description:
            - Give the network no way out of the swarm.
          type: bool
        ingress:
          description:
            - This is the ingress network, over which published ports of mode V(ingress) reach the tasks. A swarm has only one,
              so the existing one is meant, whatever its name.
            - With O(recreate=true), the ports that services publish in mode V(ingress) are removed from the services, and
              published again on the new network.
          type: bool
        encrypted:
          description:
            - Encrypt the traffic from node to node. The nodes have to let IP protocol 50 (ESP) pass.
            - The Engine encrypts as soon as the driver option C(encrypted) exists, even with the value V(false). So with
              V(false) here, that driver option is left out.
          type: bool
        mtu:
          description:
            - The largest packet in bytes that the network between the nodes carries, as the driver option
              C(com.docker.network.driver.mtu). The Engine assumes V(1500) when it is left out.
            - The interfaces of the tasks get 50 bytes less, since each packet is wrapped into another, and still less when
              O(encrypted=true).
          type: int
        enable_ipv6:
          description:
            - Give tasks IPv6 addresses as well. Needs an IPv6 subnet in O(ipam_config), since the swarm gives none by itself.
            - Do not rely on these addresses, as seen with Engines 20.10 and 26.1. Each Engine hands out the addresses for its
              own node alone, so tasks on different nodes get the same one, and tasks may be rejected with C(Invalid address)
              before they run. The module warns when it creates such a network.
          type: bool
        driver_options:
          description:
            - Options of the driver. Values are strings, whole numbers, or true and false. They are owned key by key.
            - The values may be credentials, so no result, diff or log shows those of names that do not begin with
              C(com.docker.network.).
          type: dict
        ipam_driver:
          description:
            - The driver that hands out addresses.
          type: str
        ipam_driver_options:
          description:
            - Options of that driver. Values are strings. They are owned key by key.
            - The values may be credentials, so no result, diff or log shows them.
          type: dict
        ipam_config:
          description:
            - The address space. When it is left out, the swarm takes a subnet of its pool, a /24 unless the swarm was
              initialized with another size.
            - Every task takes an address, every service one more, and so does every node with a task. So 100 services with one
              task each nearly fill a /24.
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
                - The part of the subnet that addresses are taken from.
              type: str
            gateway:
              description:
                - The address of the gateway. The Engine chooses one when it is left out.
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
  description: What was done (in check mode, what would be done), a sentence each, in order. It is returned with a failure
    as well, and then ends with the steps of the network that failed.
  returned: always
  type: list
  elements: str
  sample: ["front: recreated (ipam_config); web reattached"]
network:
  description: The network as the Engine has it in the end, empty when there is none; in check mode, as it is before. Values
    that may be secrets are hidden.
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
  description: What became of the services that were reattached, in the form of M(flotilla.swarm.swarm_service). It is
    returned with a failure as well.
  returned: when something was waited for
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
