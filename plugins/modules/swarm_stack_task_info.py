#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_stack_task_info
short_description: Read the tasks of a stack
description:
  - Returns the newest task of each slot of the services of a stack, also of one that another tool deployed.
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
      - The name of the stack.
    type: str
    required: true
  docker_cli:
    description:
      - Has no effect, since Docker's command line is not used. Accepted for playbooks that were written for
        M(community.docker.docker_stack_task_info).
    type: str
  cli_context:
    description:
      - Only V(default) is accepted, and has no effect. A context of Docker's command line names an Engine; give the address of
        that Engine in O(docker_host).
    type: str
seealso:
  - module: flotilla.swarm.swarm_stack_info
  - module: flotilla.swarm.swarm_task_info
"""

EXAMPLES = r"""
- name: Look at the tasks of a stack
  flotilla.swarm.swarm_stack_task_info:
    name: shop
  register: result

- name: Show them
  ansible.builtin.debug:
    var: result.summary
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
  description: The tasks as lines of text.
  returned: always
  type: list
  elements: str
exists:
  description: Whether the swarm has services of the stack.
  returned: on a manager with a quorum
  type: bool
results:
  description: The tasks in the words of C(docker stack ps), for playbooks that use
    M(community.docker.docker_stack_task_info). The state is without its age.
  returned: always
  type: list
  elements: dict
  sample:
    - CurrentState: Running
      DesiredState: Running
      Error: ""
      ID: 7t6gbu5w0nmx
      Image: nginx:1.27
      Name: shop_web.1
      Node: w1
      Ports: ""
tasks:
  description: The tasks in the form of RV(flotilla.swarm.swarm_task_info#module:tasks).
  returned: always
  type: list
  elements: dict
"""

from ..module_utils._run.module import run
from ..module_utils._stack.info import TASKS_VERB


def main() -> None:
    """Run the module."""
    run(TASKS_VERB)


if __name__ == "__main__":
    main()
