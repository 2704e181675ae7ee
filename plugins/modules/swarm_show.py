#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_show
short_description: Show lines of text
description:
  - Prints lines as they are, so that tables stay aligned - M(ansible.builtin.debug) prints a list as JSON.
  - Where the callback in use makes JSON of the whole output, the lines go to the standard error; they are in the result anyway.
  - It is an action that runs on the control node; the playbooks of this collection show with it what the swarm is like.
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
      - It changes nothing.
  idempotent:
    support: full
options:
  lines:
    description: The lines.
    type: list
    elements: str
    required: true
seealso:
  - module: flotilla.swarm.swarm_info
"""

EXAMPLES = r"""
- name: Read the swarm from every host
  flotilla.swarm.swarm_info:
  register: swarm

- name: Show the swarm
  flotilla.swarm.swarm_show:
    lines: "{{ ansible_play_hosts_all | flotilla.swarm.swarm_status(hostvars, 'swarm') }}"
  run_once: true
"""

RETURN = r"""
lines:
  description: The lines.
  returned: always
  type: list
  elements: str
  sample: ["NODE  ROLE", "m1    leader"]
"""
