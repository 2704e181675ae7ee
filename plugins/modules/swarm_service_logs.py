#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_service_logs
short_description: Read the logs of services of a swarm
description:
  - Reads what the tasks of one or several services have written, wherever they run, those included that have ended.
  - Works on any host in any state; a host that is no manager with a quorum says so and returns no lines.
  - A log that cannot be read is told in RV(problems) and is no failure - that of a node that does not answer, or one that
    goes where the Engine cannot read it back from.
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
      - The services, by name, ID, or the twelve characters or more of an ID that the command line shows.
      - A name is matched as a whole.
    type: list
    elements: str
    required: true
  tail:
    description:
      - How many lines at the end of the log of each task to read, V(all) for the whole log.
    type: str
    default: "100"
  since:
    description:
      - Only lines that were written after this moment.
      - A duration before now such as V(10m) or V(1h30m), a timestamp such as V(2026-11-20T23:54:51Z) (in UTC where it does
        not say otherwise), or seconds of Unix time.
    type: str
  timestamps:
    description:
      - Tell when each line was written.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_service_info
  - module: flotilla.swarm.swarm_task_info
"""

EXAMPLES = r"""
- name: Read the last lines of a service
  flotilla.swarm.swarm_service_logs:
    name: web
    tail: 20
  register: result

- name: Show them
  ansible.builtin.debug:
    var: result.summary

- name: Read what two services have written to stderr in the last quarter of an hour
  flotilla.swarm.swarm_service_logs:
    name: [web, worker]
    since: 15m
    tail: all
    timestamps: true
  register: result

- name: Show it
  ansible.builtin.debug:
    msg: "{{ result.lines | selectattr('stream', 'eq', 'stderr') }}"
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
problems:
  description: What could not be read, a sentence each.
  returned: always
  type: list
  elements: str
summary:
  description: The lines as texts made for reading.
  returned: always
  type: list
  elements: str
  sample: ["web.1 on w1 | listening on port 80"]
lines:
  description: The lines of all services, in the order of time.
  returned: always
  type: list
  elements: dict
  contains:
    service:
      description: The name of the service.
      type: str
      returned: always
    slot:
      description: The slot of the task, V(0) for a global service and where the swarm has forgotten the task.
      type: int
      returned: always
    node:
      description: The host name of the node that it was written on.
      type: str
      returned: always
    task_id:
      description: The ID of the task.
      type: str
      returned: always
    stream:
      description: V(stdout) or V(stderr).
      type: str
      returned: always
    text:
      description: The line.
      type: str
      returned: always
    timestamp:
      description: When it was written.
      type: str
      returned: when O(timestamps=true)
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._engine.client import Client
from ..module_utils._run.module import run
from ..module_utils._service import logs as service_logs
from ..module_utils._swarm.nodes import Node
from ..module_utils._swarm.on_manager import on_manager


def work(module: AnsibleModule, client: Client) -> dict[str, t.Any]:
    """Read the logs."""
    params = module.params
    tail = service_logs.tail_of(params["tail"])
    since = service_logs.since_when(params["since"], time.time()) if params["since"] else None

    def look(nodes: list[Node], _own_id: str) -> dict[str, t.Any]:
        found = service_logs.look(client, nodes, params["name"], tail, since)
        hidden = () if params["timestamps"] else ("timestamp",)
        return {
            **found._asdict(),
            "lines": [
                {key: value for key, value in line.items() if key not in hidden} for line in found.lines
            ],
            "summary": [service_logs.text_of(line, params["timestamps"]) for line in found.lines],
        }

    nothing: dict[str, t.Any] = {"lines": [], "problems": [], "summary": []}
    return {"changed": False, **on_manager(client, look, nothing)}


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "list", "elements": "str", "required": True},
            "tail": {"type": "str", "default": "100"},
            "since": {"type": "str"},
            "timestamps": {"type": "bool", "default": False},
        },
        work,
    )


if __name__ == "__main__":
    main()
