#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_task_info
short_description: Tell how the tasks of a swarm's services are
description:
  - Tells the tasks of services, where they run and what became of them, those that others have taken the place of included
    when asked for.
  - Works on any host in any state; a host that is no manager with a quorum says so and returns no tasks.
  - A task has to fit every option that is set, and one of the entries of each.
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
      - Tasks of these services, by name, ID, or the twelve characters or more of an ID that the command line shows.
      - A name is matched as a whole.
    type: list
    elements: str
  node:
    description:
      - Tasks on these nodes, by host name, ID or the beginning of an ID, or V(self) for the node that the module runs on.
    type: list
    elements: str
  id:
    description:
      - Tasks with these IDs, or with IDs that begin so. They are told whether or not others have taken their place.
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
      - V(running) is what a service's task should do, V(complete) what a job's should, V(ready) waits for its start, and
        V(shutdown) is what the swarm has given up.
    type: list
    elements: str
    choices: *states
  label:
    description:
      - Tasks of services that had all these labels when the task was made, each C(NAME) or C(NAME=value).
    type: list
    elements: str
  history:
    description:
      - Tell also the tasks that others have taken the place of, as many as the swarm remembers (see
        O(flotilla.swarm.swarm_init#module:task_history_retention_limit)).
      - Without it, only the newest task of each slot is told; for a global service, of each node.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_service_info
  - module: flotilla.swarm.swarm_service_logs
"""

EXAMPLES = r"""
- name: Look at the tasks of a service
  flotilla.swarm.swarm_task_info:
    service: web
  register: result

- name: Show them
  ansible.builtin.debug:
    var: result.summary

- name: See what became of all tasks that failed
  flotilla.swarm.swarm_task_info:
    state: [failed, rejected]
    history: true

- name: See what runs on this node
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
  description: The entries of O(service), O(node) and O(id) that nothing has.
  returned: on a manager with a quorum
  type: list
  elements: str
summary:
  description: The tasks in one glance, one line each, made for reading.
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
      description: The state it is in, see O(state). What a node that is down said last is not corrected.
      type: str
      returned: always
    desired_state:
      description: The state that the swarm wants it to be in.
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
      description: What the Engine last did with it.
      type: str
      returned: always
    exit_code:
      description: With what its container ended, V(null) where none has ended.
      type: int
      returned: always
    container_id:
      description: The ID of its container.
      type: str
      returned: always
    created:
      description: When it was made.
      type: str
      returned: always
    updated:
      description: When it was last written.
      type: str
      returned: always
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._engine.client import Client
from ..module_utils._rollout.tasks import STATES
from ..module_utils._run.module import run
from ..module_utils._service import task_info as task_look
from ..module_utils._swarm.nodes import Node
from ..module_utils._swarm.on_manager import on_manager


def work(module: AnsibleModule, client: Client) -> dict[str, t.Any]:
    """Look at the tasks."""
    params = module.params
    wanted = task_look.Wanted(
        services=params["service"],
        nodes=params["node"],
        ids=params["id"],
        states=params["state"],
        desired_states=params["desired_state"],
        labels=params["label"],
        history=params["history"],
    )

    def look(nodes: list[Node], own_id: str) -> dict[str, t.Any]:
        return task_look.look(client, nodes, own_id, wanted)._asdict()

    found = on_manager(client, look, {"tasks": []})
    seen = found["state"] == "manager"
    return {"changed": False, **found, "summary": task_look.lines(found["tasks"]) if seen else [found["why"]]}


def main() -> None:
    """Run the module."""
    texts: dict[str, t.Any] = {"type": "list", "elements": "str"}
    states = {**texts, "choices": list(STATES)}
    run(
        {
            **dict.fromkeys(("service", "node", "id", "label"), texts),
            **dict.fromkeys(("state", "desired_state"), states),
            "history": {"type": "bool", "default": False},
        },
        work,
    )


if __name__ == "__main__":
    main()
