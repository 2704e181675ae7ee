#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_report
short_description: Write a swarm as one page
description:
  - Writes one HTML file that needs nothing else, with what is wrong, the quorum and what it can lose, which task runs where and
    why one does not, nodes, services, networks, and the last rollouts over time; or the same as JSON.
  - It is an action that runs on the control node and reads nothing itself, but shows what other modules have registered.
  - Whatever stands in the swarm is text on the page, and each character of it can be seen. The page loads nothing, from nowhere.
  - It holds no environment, no secrets, and no labels of services.
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
      - The file is made for eyes or programs; what differs is told by neither.
  idempotent:
    support: full
    details:
      - The file tells when it was made, so it is written each time. It is unchanged when it shows the same as before.
options:
  dest:
    description:
      - The file on the control node, from the folder in which Ansible was started. Its own folder has to be there.
      - It is replaced at once, and readable by everybody.
    type: path
    required: true
  format:
    description: What is written. Without it, V(json) where the name ends in C(.json), else V(html).
    type: str
    choices: [html, json]
  title:
    description: The title of the page.
    type: str
    default: Docker Swarm
  zone_label:
    description: The label of nodes by which the columns are grouped.
    type: str
    default: zone
  hosts:
    description: The hosts whose results are shown, by their inventory names. Without it, all hosts of the play.
    type: list
    elements: str
  swarm_info:
    description:
      - The name of the variable that the result of M(flotilla.swarm.swarm_info) was registered in, on every host.
      - With O(flotilla.swarm.swarm_info#module:certificate=true), the page tells how long certificates are valid.
    type: str
    required: true
  service_info:
    description: That of M(flotilla.swarm.swarm_service_info), on a manager.
    type: str
  task_info:
    description:
      - That of M(flotilla.swarm.swarm_task_info), on a manager.
      - With O(flotilla.swarm.swarm_task_info#module:history=true), the page has the last rollouts.
    type: str
  network_info:
    description: That of M(flotilla.swarm.swarm_network_info), on a manager.
    type: str
  disk_info:
    description: That of M(flotilla.swarm.swarm_disk_info), on every host.
    type: str
  problems:
    description: Further sentences about what is wrong, such as those of P(flotilla.swarm.swarm_host_problems#filter).
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
  description: The file, with its folder.
  returned: always
  type: str
format:
  description: What was written.
  returned: always
  type: str
problems:
  description: What is wrong, as the page has it.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: What is meant - V(swarm), V(node), V(host), V(service), V(network), or empty for O(problems).
      type: str
      returned: always
    name:
      description: Its name, empty where the sentence has it.
      type: str
      returned: always
    sentence:
      description: What is wrong with it.
      type: str
      returned: always
  sample: [{"kind": "node", "name": "w1", "sentence": "its state is down (heartbeat failure)."}]
"""
