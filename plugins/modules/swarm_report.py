#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_report
short_description: Write a report of a swarm as an HTML page
description:
  - Writes one self-contained HTML file with the problems, the quorum and how many managers may fail, where each task
    runs or why it does not run, nodes, services, networks, and a timeline of the last rollouts; or the same data as
    JSON.
  - It is an action that runs on the control node. It does not read the swarm itself, but uses the registered results
    of other modules.
  - All values from the swarm are escaped, and every character of them is visible on the page. The page loads no
    external resources.
  - It contains no environment variables, no secrets, and no labels of services.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - No diff of the file is returned.
  idempotent:
    support: full
    details:
      - The file contains the time of the run, so it is written in every run. The task is not changed if everything
        else is the same as before.
options:
  dest:
    description:
      - The file on the control node. A relative path starts in the working directory. The directory has to exist.
      - It is replaced atomically, and readable by everybody.
    type: path
    required: true
  format:
    description: The format of the file. By default, V(json) if the name ends in C(.json), else V(html).
    type: str
    choices: [html, json]
  title:
    description: The title of the page.
    type: str
    default: Docker Swarm
  zone_label:
    description: The node label by which the columns are grouped.
    type: str
    default: zone
  hosts:
    description: The hosts whose results are shown, by their inventory names. By default, all hosts of the play.
    type: list
    elements: str
  swarm_info:
    description:
      - The name of the variable that the result of M(flotilla.swarm.swarm_info) was registered in, on every host.
      - With O(flotilla.swarm.swarm_info#module:certificate=true), the page shows how long certificates are valid.
    type: str
    required: true
  service_info:
    description: The variable with the result of M(flotilla.swarm.swarm_service_info), on a manager.
    type: str
  task_info:
    description:
      - The variable with the result of M(flotilla.swarm.swarm_task_info), on a manager.
      - With O(flotilla.swarm.swarm_task_info#module:history=true), the page shows the last rollouts.
    type: str
  network_info:
    description: The variable with the result of M(flotilla.swarm.swarm_network_info), on a manager.
    type: str
  disk_info:
    description: The variable with the result of M(flotilla.swarm.swarm_disk_info), on every host.
    type: str
  problems:
    description: Further problems, one sentence each, such as those of P(flotilla.swarm.swarm_host_problems#filter).
    type: list
    elements: str
    default: []
seealso:
  - module: flotilla.swarm.swarm_info
  - module: flotilla.swarm.swarm_service_info
  - module: flotilla.swarm.swarm_task_info
"""

EXAMPLES = r"""
- name: Read the swarm from every host
  flotilla.swarm.swarm_info:
    certificate: true
  register: swarm

- name: Read the services
  flotilla.swarm.swarm_service_info:
  register: services

- name: Read the tasks
  flotilla.swarm.swarm_task_info:
    history: true
  register: tasks

- name: Write the page
  flotilla.swarm.swarm_report:
    dest: cluster.html
    title: Shop
    swarm_info: swarm
    service_info: services
    task_info: tasks
  run_once: true
"""

RETURN = r"""
dest:
  description: The path of the file.
  returned: always
  type: str
format:
  description: The format of the file.
  returned: always
  type: str
problems:
  description: The problems that the page shows.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of object - V(swarm), V(node), V(host), V(service), V(network), or empty for O(problems).
      type: str
      returned: always
    name:
      description: Its name, empty if the sentence contains it.
      type: str
      returned: always
    sentence:
      description: The problem.
      type: str
      returned: always
  sample: [{"kind": "node", "name": "w1", "sentence": "its state is down (heartbeat failure)."}]
"""
