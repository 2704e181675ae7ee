#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_export_info
short_description: Read a swarm as the lists that an inventory declares
description:
  - Returns the networks, secrets, configs and services of a live swarm as the lists that the playbook C(flotilla.swarm.deploy)
    takes, such that a deployment of them changes nothing. It is the way for a swarm that was made by hand to come over.
  - Only what differs from the Engine's defaults is written. Each entry is planned against the object itself; one on which a
    deployment would change anything is left out, and RV(left_out) says why.
  - A service has C(undeclared=reset), so that its entry is the whole truth. A secret, whose data the Engine never shows, has its
    name only, and C(take_over=false), which leaves it as it is. A config has its data.
  - Works on any host in any state; for a host that is not a manager with a quorum, the result says so and has empty lists.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  stacks:
    description:
      - What to do with what belongs to stacks.
    type: str
    choices:
      include: Export it as services, networks, secrets and configs of the whole names that they have.
      skip: Leave it out, for whoever declares the Compose files in C(swarm_stacks).
    default: include
  packed:
    description:
      - Return the lists as RV(packed), so that no log of a connection has a value of them in plain text.
    type: bool
    default: false
notes:
  - Values of environment variables and data of configs are in the result, and may be secrets. Use C(no_log), and
    O(packed=true), as the playbook C(flotilla.swarm.export) does.
  - Labels of nodes are not exported.
seealso:
  - module: flotilla.swarm.swarm_deploy
"""

EXAMPLES = r"""
- name: Read the swarm as lists
  flotilla.swarm.swarm_export_info:
  register: exported
  no_log: true

- name: Say what was left out
  ansible.builtin.debug:
    msg: "{{ exported.left_out }}"
"""

RETURN = r"""
state:
  description: What the host is to its swarm, as M(flotilla.swarm.swarm_info) has it.
  returned: always
  type: str
  sample: manager
why:
  description: A sentence about the state.
  returned: always
  type: str
swarm_networks:
  description: The networks, each with options of M(flotilla.swarm.swarm_network).
  returned: when O(packed=false)
  type: list
  elements: dict
swarm_secrets:
  description: The secrets, each with options of M(flotilla.swarm.swarm_secret).
  returned: when O(packed=false)
  type: list
  elements: dict
swarm_configs:
  description: The configs, each with options of M(flotilla.swarm.swarm_config).
  returned: when O(packed=false)
  type: list
  elements: dict
swarm_services:
  description: The services, each with options of M(flotilla.swarm.swarm_service).
  returned: when O(packed=false)
  type: list
  elements: dict
packed:
  description: The four lists, compressed; the filter P(flotilla.swarm.swarm_export_text#filter) makes YAML of them.
  returned: when O(packed=true)
  type: str
left_out:
  description: What was not exported, and why, a sentence each.
  returned: always
  type: list
  elements: str
summary:
  description: What was exported and what not, as lines of text without a value.
  returned: always
  type: list
  elements: str
"""

from ..module_utils._export.export import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
