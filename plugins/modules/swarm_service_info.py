#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_service_info
short_description: Read the services of a swarm, and what is wrong with them
description:
  - Returns one, many or all services of the swarm - how many of their tasks are wanted, how many run, and the reason where
    tasks are missing.
  - Works on any host in any state. A host that is not a manager with a quorum returns its state and no services.
  - A handful of requests is sent, however many services and tasks there are.
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
      - The services to return, by name, ID, or six characters or more of the beginning of an ID. All services when it is left
        out.
      - A name is matched as a whole.
    type: list
    elements: str
  show_values:
    description:
      - Show the values of environment variables, of the log driver's options and of volume driver options, which often are
        secrets. Without it, only their names are shown.
      - Use C(no_log) on the task.
    type: bool
    default: false
  raw:
    description:
      - Return what the Engine itself reports of each service as RV(services[].raw).
    type: bool
    default: false
notes:
  - RV(exists) and RV(service) are as in M(community.docker.docker_swarm_service_info), with two differences. On a host that is
    not a manager the module does not fail but returns RV(state), and values are hidden unless O(show_values=true).
seealso:
  - module: flotilla.swarm.swarm_service
  - module: flotilla.swarm.swarm_task_info
  - module: flotilla.swarm.swarm_service_log_info
"""

EXAMPLES = r"""
- name: Read all services
  flotilla.swarm.swarm_service_info:
  register: result

- name: Show the services that have problems
  ansible.builtin.debug:
    msg: "{{ result.services | selectattr('problems') | list }}"

- name: Read one service
  flotilla.swarm.swarm_service_info:
    name: web
  register: web

- name: Stop unless all its tasks run
  ansible.builtin.assert:
    that:
      - web.exists
      - web.services[0].running == web.services[0].wanted
    fail_msg: "{{ web.services[0].problems | default(['There is no service web.']) }}"
"""

RETURN = r"""
state:
  description: What the host is to a swarm, see M(flotilla.swarm.swarm_info).
  returned: always
  type: str
  sample: manager
why:
  description: A sentence about RV(state); on a manager, about the quorum.
  returned: always
  type: str
missing:
  description: The names and IDs in O(name) that no service has.
  returned: on a manager with a quorum
  type: list
  elements: str
exists:
  description: Whether there is a service of that name.
  returned: when O(name) has one entry, on a manager with a quorum
  type: bool
service:
  description:
    - What the Engine itself reports of the service, without the defaults that C(docker service inspect) fills in; V(null)
      when there is no such service.
    - Values that may be secrets are hidden unless O(show_values=true).
  returned: when O(name) has one entry, on a manager with a quorum
  type: dict
summary:
  description: The services as a table, a list of lines made for reading.
  returned: always
  type: list
  elements: str
  sample:
    - "SERVICE  MODE        RUNS  IMAGE   PORTS"
    - "web      replicated  2/3   site:1  8080->80/tcp"
    - "Not fine:"
    - "web: slot 3 is pending: no suitable node (insufficient resources on 3 nodes)."
services:
  description: The services, in the order of O(name), or sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the service.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    mode:
      description: V(replicated), V(global), V(replicated-job) or V(global-job).
      type: str
      returned: always
    image:
      description: Its image, with the digest to which it is pinned.
      type: str
      returned: always
    wanted:
      description:
        - How many tasks should run; of a job, how many have to complete.
        - A global service should have one task on each node that fits.
      type: int
      returned: always
    running:
      description: How many tasks run. Tasks on nodes that are down or disconnected are not counted.
      type: int
      returned: always
    completed:
      description: How many tasks of the present run of a job have completed, V(null) for other services.
      type: int
      returned: always
    last_execution:
      description: When a job was last started, V(null) for other services.
      type: str
      returned: always
    problems:
      description:
        - What is wrong with the service, a sentence each - why its tasks failed, the scheduler's reason, a paused update.
        - A task that failed before and has run for less than a minute counts as a problem.
      type: list
      elements: str
      returned: always
      sample: ["slots 1 (w1), 2 (w2) failed at least 4 times, the last time: non-zero exit (7)"]
    ports:
      description: The ports that are published, including those that the Engine chose.
      type: list
      elements: dict
      returned: always
      contains:
        published_port:
          description: The port on the nodes.
          type: int
          returned: always
        target_port:
          description: The port in the container.
          type: int
          returned: always
        protocol:
          description: V(tcp), V(udp) or V(sctp).
          type: str
          returned: always
        mode:
          description: V(ingress) or V(host).
          type: str
          returned: always
    update:
      description: The last update or rollback, V(null) where there was none.
      type: dict
      returned: always
      contains:
        state:
          description:
            - V(updating), V(paused), V(completed), V(rollback_started), V(rollback_paused) or V(rollback_completed).
          type: str
          returned: always
        message:
          description: The Engine's sentence about it.
          type: str
          returned: always
        started:
          description: When it was started.
          type: str
          returned: always
        completed:
          description: When it was finished, V(null) before.
          type: str
          returned: always
    labels:
      description: Its labels, without the collection's own.
      type: dict
      returned: always
    declared:
      description: The names of the options that were declared last, as the collection remembers them.
      type: list
      elements: str
      returned: always
    options:
      description:
        - What is set on the service, in the words of the options of M(flotilla.swarm.swarm_service), without those at their
          default.
      type: dict
      returned: always
    previous:
      description: What a rollback would restore, in the form of RV(services[].options); V(null) where there is nothing.
      type: dict
      returned: always
    created:
      description: When the service was created.
      type: str
      returned: always
    updated:
      description: When the service was last written, by any client or by the swarm itself.
      type: str
      returned: always
    raw:
      description: What the Engine itself reports, as in RV(service).
      type: dict
      returned: when O(raw=true)
"""

from ..module_utils._run.module import run
from ..module_utils._service.info import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
