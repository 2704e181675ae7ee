#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_info
short_description: Read the state of a host in a swarm, and of the swarm
description:
  - Works on any host in any state, and returns that state - no Engine, not in a swarm, worker, locked, without
    quorum, manager.
  - On a manager it returns the swarm's settings, its quorum and its nodes, with the reason if a node has a problem.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
options:
  tokens:
    description:
      - Return the join tokens in RV(join_tokens). Use C(no_log) on the task.
    type: bool
    default: false
  unlock_key:
    description:
      - Return the unlock key in RV(unlock_key). Use C(no_log) on the task.
    type: bool
    default: false
  nodes:
    description:
      - Add the keys of a short row, as in C(docker node ls), to each entry of RV(nodes).
      - This and the options below are those of M(community.docker.docker_swarm_info). M(flotilla.swarm.swarm_node_info),
        M(flotilla.swarm.swarm_service_info) and M(flotilla.swarm.swarm_task_info) return more.
    type: bool
    default: false
  nodes_filters:
    description:
      - With O(nodes=true), which nodes to list, by the filters of C(docker node ls), such as C(name) or C(role).
    type: dict
  services:
    description:
      - List the services in RV(services).
    type: bool
    default: false
  services_filters:
    description:
      - With O(services=true), which services to list, by the filters of C(docker service ls).
    type: dict
  tasks:
    description:
      - List the tasks in RV(tasks).
    type: bool
    default: false
  tasks_filters:
    description:
      - With O(tasks=true), which tasks to list, by the filters of C(docker service ps) and C(docker node ps), such as
        C(service), C(node) or C(desired-state).
    type: dict
  verbose_output:
    description:
      - Whether the requested lists contain complete objects of the Engine's API instead of short rows. Values that
        may be secrets are hidden in them.
    type: bool
    default: false
  published_ports:
    description:
      - Return the ports that services publish in RV(published_ports).
    type: bool
    default: false
  held_ports:
    description:
      - Return the ports that other programs of this host use in RV(held_ports). Requires root to identify the
        programs.
    type: bool
    default: false
  certificate:
    description:
      - Return the expiry of the certificate of this host's node in RV(certificate).
    type: bool
    default: false
  wait_for:
    description:
      - Before anything is read, wait until the host has this role in its swarm, for example after its Engine was
        restarted.
    type: str
    choices: [worker, manager]
  wait_for_managers:
    description:
      - With O(wait_for=manager), wait until this number of managers are reachable, including this one.
    type: int
    default: 1
  wait_timeout:
    description:
      - The number of seconds that O(wait_for) may take.
    type: int
    default: 60
seealso:
  - module: flotilla.swarm.swarm_node_info
"""

EXAMPLES = r"""
- name: Read the swarm
  flotilla.swarm.swarm_info:
  register: swarm

- name: Stop where no manager may fail
  ansible.builtin.assert:
    that: swarm.quorum.may_fail > 0
    fail_msg: "{{ swarm.why }}"

- name: Wait until a manager is back after a restart of its Engine, and all three managers are reachable
  flotilla.swarm.swarm_info:
    wait_for: manager
    wait_for_managers: 3

- name: List the running tasks of a service
  flotilla.swarm.swarm_info:
    tasks: true
    tasks_filters: {service: web, desired-state: running}
"""

RETURN = r"""
state:
  description:
    - The state of the host in a swarm.
    - V(no_engine), V(inactive) (in no swarm), V(pending) (joining), V(error), V(locked), V(worker), V(no_quorum)
      (a manager without a leader) or V(manager).
  returned: always
  type: str
  sample: manager
why:
  description: A sentence that explains RV(state); on a manager, one about the quorum.
  returned: always
  type: str
  sample: "Quorum holds: 3 of 3 managers reachable, 2 needed, 1 more may fail."
summary:
  description: The swarm as lines of text, its nodes as a table.
  returned: always
  type: list
  elements: str
can_talk_to_docker:
  description: Whether an Engine answers.
  returned: always
  type: bool
docker_swarm_active:
  description: Whether the host is in a swarm.
  returned: always
  type: bool
docker_swarm_manager:
  description: Whether the host is a manager with a quorum.
  returned: always
  type: bool
node_id:
  description: The ID of the host's node.
  returned: when it is in a swarm
  type: str
address:
  description: The address that the host advertises.
  returned: when it is in a swarm
  type: str
clock:
  description: The host's clock, as reported by its Engine.
  returned: if an Engine answers
  type: dict
  contains:
    time:
      description: Its time, in UTC.
      type: str
      returned: always
      sample: "2026-11-28T03:47:00.123456789Z"
    ahead:
      description: The number of seconds by which it is ahead of the control node's clock, negative if it is behind.
      type: float
      returned: where the module ran from a control node
    within:
      description: The accuracy of RV(clock.ahead) in seconds; the reading took twice as long.
      type: float
      returned: where the module ran from a control node
certificate:
  description: The validity of the certificate of the host's node; V(null) if it cannot be read, which requires root.
  returned: when O(certificate=true), and it is in a swarm
  type: dict
  contains:
    expires:
      description: When it expires, in UTC.
      type: str
      returned: always
      sample: "2027-02-26T03:47:00Z"
    days_left:
      description: The whole days until it expires, negative after that.
      type: int
      returned: always
    overdue:
      description: Whether its renewal is overdue. Nodes renew it by themselves after 50 to 80 % of its lifetime.
      type: bool
      returned: always
error:
  description: The Engine's error about its membership, V(null) if there is none.
  returned: when an Engine answers
  type: str
remote_managers:
  description: The managers that the host knows, each with C(id) and C(address).
  returned: when an Engine answers
  type: list
  elements: dict
swarm_id:
  description: The ID of the swarm.
  returned: on a manager
  type: str
quorum:
  description: The quorum in numbers.
  returned: on a manager with a quorum
  type: dict
  contains:
    managers:
      description: How many managers the swarm has.
      type: int
      returned: always
    reachable:
      description: How many managers are reachable.
      type: int
      returned: always
    majority:
      description: How many managers have to be reachable.
      type: int
      returned: always
    may_fail:
      description: How many more managers may fail.
      type: int
      returned: always
nodes:
  description:
    - The nodes, in the form of M(flotilla.swarm.swarm_node_info); those of O(nodes_filters) with O(nodes=true).
    - With O(nodes=true), each has as M(community.docker.docker_swarm_info) has it C(ID), C(Hostname), C(Status),
      C(Availability), C(ManagerStatus) and C(EngineVersion) beside that; with O(verbose_output=true), all keys of the
      Engine's node instead.
  returned: on a manager with a quorum
  type: list
  elements: dict
services:
  description: As M(community.docker.docker_swarm_info) has them, the services - C(ID), C(Name), C(Mode), C(Replicas), C(Image)
    and C(Ports), or all that the Engine knows with O(verbose_output=true). The C(Replicas) of a global service are its
    wanted tasks, those of a job its completions.
  returned: when O(services=true), on a manager with a quorum
  type: list
  elements: dict
tasks:
  description: As M(community.docker.docker_swarm_info) has them, the tasks - C(ID), C(ContainerID), C(Image), C(Node),
    C(DesiredState), C(CurrentState) and C(Error), or all that the Engine knows with O(verbose_output=true).
  returned: when O(tasks=true), on a manager with a quorum
  type: list
  elements: dict
swarm_facts:
  description: As M(community.docker.docker_swarm_info) has it, the swarm object of the Engine's API. Its C(JoinTokens) are
    there with O(tokens=true) only.
  returned: on a manager with a quorum
  type: dict
unfinished:
  description: The IDs of nodes whose join was interrupted before their labels were set. They are paused and have
    never run a task.
  returned: on a manager with a quorum
  type: list
  elements: str
settings:
  description: The settings of the swarm, by the names of the options of M(flotilla.swarm.swarm_init).
  returned: on a manager with a quorum
  type: dict
labels:
  description: The labels of the swarm.
  returned: on a manager with a quorum
  type: dict
data_path_port:
  description: The UDP port for the traffic of overlay networks.
  returned: on a manager with a quorum
  type: int
default_addr_pool:
  description: The address pools from which networks get their subnets; empty if the Engine's default is used.
  returned: on a manager with a quorum
  type: list
  elements: str
subnet_size:
  description: The prefix length of the subnets from these pools.
  returned: on a manager with a quorum
  type: int
root_rotation_in_progress:
  description: Whether a CA rotation is in progress.
  returned: on a manager with a quorum
  type: bool
join_tokens:
  description: The join tokens, C(worker) and C(manager).
  returned: when O(tokens=true), on a manager with a quorum
  type: dict
unlock_key:
  description: The unlock key, V(null) if autolock is off.
  returned: when O(unlock_key=true), on a manager with a quorum
  type: str
swarm_unlock_key:
  description: The same, as M(community.docker.docker_swarm_info) has it.
  returned: when O(unlock_key=true), on a manager with a quorum
  type: str
published_ports:
  description: The published ports, each with C(port), C(protocol), C(mode), C(service) and its placement
    C(constraints).
  returned: when O(published_ports=true), on a manager with a quorum
  type: list
  elements: dict
held_ports:
  description: The ports in use, except those of the Engine and of tasks of services - C(host), C(node_id),
    C(protocol), C(port), C(address), C(process) and C(pid).
  returned: when O(held_ports=true), and an Engine answers
  type: list
  elements: dict
"""

from ..module_utils._host.swarm_info import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
