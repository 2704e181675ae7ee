#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_service_log_info
short_description: Read the logs of services of a swarm
description:
  - Reads what the tasks of one or more services have written, on whatever node they run, including tasks that have ended.
  - Works on any host in any state. A host that is not a manager with a quorum returns its state and no lines.
  - A log that cannot be read is not a failure but one of RV(problems) - the log of a node that does not answer, or of a log
    driver from which the Engine cannot read.
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
      - The services, by name, ID, or six characters or more of the beginning of an ID.
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
      - Return when each line was written.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_service_info
  - module: flotilla.swarm.swarm_task_info
"""

EXAMPLES = r"""
- name: Read the last lines of a service
  flotilla.swarm.swarm_service_log_info:
    name: web
    tail: 20
  register: result

- name: Show the lines
  ansible.builtin.debug:
    var: result.summary

- name: Read what two services have written to stderr in the last quarter of an hour
  flotilla.swarm.swarm_service_log_info:
    name: [web, worker]
    since: 15m
    tail: all
    timestamps: true
  register: result

- name: Show the lines of stderr
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
  description: The names and IDs in O(name) that no service has.
  returned: on a manager with a quorum
  type: list
  elements: str
problems:
  description: The logs that could not be read, a sentence each.
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
      description: The slot of the task, V(0) for a global service and for a task that the swarm no longer remembers.
      type: int
      returned: always
    node:
      description: The host name of the node on which the line was written.
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

from ..module_utils._run.module import run
from ..module_utils._service.logs import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
