#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_service_info
short_description: Tell how the services of a swarm are
description:
  - Tells one, several or all services of the swarm - how many tasks are wanted and run, and why not more.
  - Works on any host in any state; a host that is no manager with a quorum says so and returns no services.
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
      - The services to tell, by name, ID, or the twelve characters or more of an ID that the command line shows.
        All services when it is left out.
      - A name is matched as a whole.
    type: list
    elements: str
  show_values:
    description:
      - Show the values of environment variables, of the log driver's options and of volume driver options, which often
        are secrets. Otherwise only their names are shown.
      - Use C(no_log) on the task.
    type: bool
    default: false
  raw:
    description:
      - Return what the Engine itself says of each service as RV(services[].raw).
    type: bool
    default: false
notes:
  - A playbook that uses M(community.docker.docker_swarm_service_info) finds RV(exists) and RV(service) here as there, with
    two differences. A host that is no manager is told in RV(state) and is no failure, and values are hidden unless
    O(show_values=true).
seealso:
  - module: flotilla.swarm.swarm_service
  - module: flotilla.swarm.swarm_task_info
  - module: flotilla.swarm.swarm_service_logs
"""

EXAMPLES = r"""
- name: Look at all services
  flotilla.swarm.swarm_service_info:
  register: result

- name: Show those that are not fine
  ansible.builtin.debug:
    msg: "{{ result.services | selectattr('problems') | list }}"

- name: Look at one service
  flotilla.swarm.swarm_service_info:
    name: web
  register: web

- name: Stop where it is not as it should be
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
  description: The names in O(name) that no service has.
  returned: on a manager with a quorum
  type: list
  elements: str
exists:
  description: Whether there is a service of that name.
  returned: when O(name) has one entry, on a manager with a quorum
  type: bool
service:
  description:
    - What the Engine itself says of the service, without the defaults that C(docker service inspect) fills in; V(null) when
      there is none.
    - Values that may be secrets are hidden unless O(show_values=true).
  returned: when O(name) has one entry, on a manager with a quorum
  type: dict
summary:
  description: The services in one glance, a list of lines made for reading.
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
      description: Its image, with the digest that it is pinned to.
      type: str
      returned: always
    wanted:
      description:
        - How many tasks should run; of a job, how many have to complete.
        - A global service should have one on each node that is fit.
      type: int
      returned: always
    running:
      description: How many tasks run. Those on nodes that are down are not counted, whatever the Engine says.
      type: int
      returned: always
    completed:
      description: How many tasks of the present run of a job have completed, V(null) for others.
      type: int
      returned: always
    last_execution:
      description: When a job was last started, V(null) for others.
      type: str
      returned: always
    problems:
      description:
        - Why it is not fine, a sentence each - what its tasks failed of, the scheduler's reason, an update that is paused.
        - A task that has failed before and runs for less than a minute is not taken for fine.
      type: list
      elements: str
      returned: always
      sample: ["slots 1 (w1), 2 (w2) failed at least 4 times, the last time: task: non-zero exit (7)"]
    ports:
      description: The ports that are published, those that the Engine chose included.
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
      description: How the last update or rollback went, V(null) where the Engine tells of none.
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
      description: The options that the collection remembers as declared on it.
      type: list
      elements: str
      returned: always
    options:
      description:
        - What is set on it, in the words of the options of M(flotilla.swarm.swarm_service).
        - Only C(mode) where another client has set something that these options cannot say.
      type: dict
      returned: always
    previous:
      description: What a rollback would bring back, in the form of RV(services[].options); V(null) where there is nothing.
      type: dict
      returned: always
    created:
      description: When it was made.
      type: str
      returned: always
    updated:
      description: When it was last written, by whomever, the swarm itself included.
      type: str
      returned: always
    raw:
      description: What the Engine itself says, as in RV(service).
      type: dict
      returned: when O(raw=true)
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._engine.client import Client
from ..module_utils._run.module import run
from ..module_utils._service.info import look
from ..module_utils._service.summary import lines
from ..module_utils._swarm.on_manager import on_manager


def work(module: AnsibleModule, client: Client) -> dict[str, t.Any]:
    """Look at the services."""
    names, raw, show_values = (module.params[option] for option in ("name", "raw", "show_values"))
    one = len(names or []) == 1
    found = on_manager(
        client, lambda nodes, _own: look(client, nodes, names, raw or one, show_values), {"services": []}
    )
    result: dict[str, t.Any] = {"changed": False, **found, "summary": lines(found)}
    if one and "missing" in found:
        seen = found["services"][0] if found["services"] else None
        result.update(exists=seen is not None, service=seen["raw"] if seen else None)
        if seen and not raw:
            del seen["raw"]
    return result


def main() -> None:
    """Run the module."""
    flag: dict[str, t.Any] = {"type": "bool", "default": False}
    run({"name": {"type": "list", "elements": "str"}, "show_values": flag, "raw": flag}, work)


if __name__ == "__main__":
    main()
