#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_stack_info
short_description: Read the stacks of a swarm and their state
description:
  - Returns one, several or all stacks, also those that other tools deployed - what belongs to each, and how its services are.
  - A handful of requests is sent, however many stacks there are.
  - Works on any host in any state; a host that is no manager with a quorum says so and returns none.
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
      - The stacks to return. By default, all stacks.
    type: list
    elements: str
  docker_cli:
    description:
      - Has no effect, since Docker's command line is not used. Accepted for playbooks that were written for
        M(community.docker.docker_stack_info).
    type: str
  cli_context:
    description:
      - Only V(default) is accepted, and has no effect. A context of Docker's command line names an Engine; give the address of
        that Engine in O(docker_host).
    type: str
seealso:
  - module: flotilla.swarm.swarm_stack
  - module: flotilla.swarm.swarm_stack_task_info
"""

EXAMPLES = r"""
- name: Look at all stacks
  flotilla.swarm.swarm_stack_info:
  register: result

- name: Show them
  ansible.builtin.debug:
    var: result.summary

- name: Stop where a service of the stack is not fine
  flotilla.swarm.swarm_stack_info:
    name: [shop]
  register: shop
  failed_when: shop.missing or shop.stacks[0].problems
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
summary:
  description: The stacks as lines of text.
  returned: always
  type: list
  elements: str
missing:
  description: The names in O(name) that no stack has.
  returned: on a manager with a quorum
  type: list
  elements: str
results:
  description: The stacks as C(docker stack ls) lists them, for playbooks that use
    M(community.docker.docker_stack_info).
  returned: always
  type: list
  elements: dict
  sample: [{"Name": "shop", "Orchestrator": "Swarm", "Services": "2"}]
stacks:
  description: The stacks, sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of the stack.
      type: str
      returned: always
    services:
      description: Its services, with C(id), C(name), C(mode), C(image), C(wanted), C(running), C(completed), C(ports) and
        C(problems) as RV(flotilla.swarm.swarm_service_info#module:services) has them.
      type: list
      elements: dict
      returned: always
    networks:
      description: The names of its networks.
      type: list
      elements: str
      returned: always
    secrets:
      description: The names of its secrets, every version.
      type: list
      elements: str
      returned: always
    configs:
      description: The names of its configs, every version.
      type: list
      elements: str
      returned: always
    problems:
      description: Why services are not fine, a sentence each; empty when all are.
      type: list
      elements: str
      returned: always
"""

from ..module_utils._run.module import run
from ..module_utils._stack.info import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
