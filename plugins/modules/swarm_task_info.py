#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_task_info
short_description: Read the tasks of a swarm's services
description:
  - Returns the tasks of services, the nodes on which they run and the reason why they ended; on request, including tasks that
    were replaced.
  - Works on any host in any state. A host that is not a manager with a quorum returns its state and no tasks.
  - A task is returned when it matches every option that is set, and at least one entry of each.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  service:
    description:
      - Tasks of these services, by name, ID, or six characters or more of the beginning of an ID.
      - A name is matched as a whole.
    type: list
    elements: str
  node:
    description:
      - Tasks on these nodes, by host name, ID, or six characters or more of the beginning of an ID, or V(self) for the node on
        which the module runs.
    type: list
    elements: str
  id:
    description:
      - Tasks with these IDs, or with IDs that begin so. They are returned whether or not they were replaced.
    type: list
    elements: str
  state:
    description:
      - Tasks that are in one of these states.
    type: list
    elements: str
    choices: &states
      - new
      - allocated
      - pending
      - assigned
      - accepted
      - preparing
      - ready
      - starting
      - running
      - complete
      - shutdown
      - failed
      - rejected
      - remove
      - orphaned
  desired_state:
    description:
      - Tasks that the swarm wants to be in one of these states.
      - V(running) is the desired state of a service's task, V(complete) that of a job's task, V(ready) that of a task that
        waits for its start, and V(shutdown) that of a task that the swarm no longer wants.
    type: list
    elements: str
    choices: *states
  label:
    description:
      - Tasks of services that had all these labels when the task was created, each C(NAME) or C(NAME=value).
    type: list
    elements: str
  history:
    description:
      - Return also the tasks that were replaced, as many as the swarm remembers (see
        O(flotilla.swarm.swarm_init#module:task_history_retention_limit)).
      - Without it, only the newest task of each slot is returned; for a global service, of each node.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_service_info
  - module: flotilla.swarm.swarm_service_log_info
"""

EXAMPLES = r"""
- name: Read the tasks of a service
  flotilla.swarm.swarm_task_info:
    service: web
  register: result

- name: Show the tasks
  ansible.builtin.debug:
    var: result.summary

- name: Read all tasks that failed
  flotilla.swarm.swarm_task_info:
    state: [failed, rejected]
    history: true

- name: Read the tasks that run on this node
  flotilla.swarm.swarm_task_info:
    node: self
    state: running
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
  description: The entries of O(service), O(node) and O(id) that match no service, node or task.
  returned: on a manager with a quorum
  type: list
  elements: str
summary:
  description: The tasks as a table, a list of lines made for reading.
  returned: always
  type: list
  elements: str
  sample:
    - "TASK   NODE  STATE    WANTED    SINCE                IMAGE   ERROR"
    - "web.1  w1    running  running   2026-11-20 23:54:51  site:1"
    - "web.1  w2    failed   shutdown  2026-11-20 23:54:46  site:1  task: non-zero exit (7)"
tasks:
  description: The tasks, sorted by service and slot, the newest of each slot first.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the task.
      type: str
      returned: always
    service:
      description: The name of its service.
      type: str
      returned: always
    service_id:
      description: The ID of its service.
      type: str
      returned: always
    slot:
      description: Its slot. V(0) for a task of a global service; the slots of a job begin with 0.
      type: int
      returned: always
    node:
      description: The host name of its node, or the ID of a node that was removed; empty while it has none.
      type: str
      returned: always
    node_id:
      description: The ID of its node.
      type: str
      returned: always
    state:
      description: The state of the task, see O(state). For a node that is down, the state that it reported last.
      type: str
      returned: always
    desired_state:
      description: The state that the swarm wants the task to be in, see O(desired_state).
      type: str
      returned: always
    image:
      description: Its image.
      type: str
      returned: always
    error:
      description: The Engine's reason, empty where there is none.
      type: str
      returned: always
      sample: "task: non-zero exit (7)"
    message:
      description: What the Engine last did with the task.
      type: str
      returned: always
    exit_code:
      description: The exit code of its container, V(null) while none has ended.
      type: int
      returned: always
    container_id:
      description: The ID of its container.
      type: str
      returned: always
    created:
      description: When the task was created.
      type: str
      returned: always
    updated:
      description: When the task was last written.
      type: str
      returned: always
"""

from ..module_utils._run.module import run
from ..module_utils._service.task_info import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
