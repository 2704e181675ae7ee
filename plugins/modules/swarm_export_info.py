#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_export_info
short_description: Export a swarm as the lists that an inventory declares
description:
  - Returns the networks, secrets, configs and services of a live swarm as the lists that the playbook C(flotilla.swarm.deploy)
    takes. Deploying them changes nothing, so you can use this module to bring an existing swarm under the control of
    the collection.
  - Only options that differ from the Engine's defaults are returned. Each entry is compared with the object itself;
    if deploying it would change anything, it is omitted, and RV(left_out) says why.
  - A service has C(undeclared=reset), so its entry defines it completely. A secret, whose data the Engine never
    returns, has only its name and C(take_over=false), which leaves it unchanged. A config has its data.
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
      - What to do with objects that belong to stacks.
    type: str
    choices:
      include: Export them as services, networks, secrets and configs with their full names.
      skip: Omit them, for users who declare the Compose files in C(swarm_stacks).
    default: include
  packed:
    description:
      - Return the lists as RV(packed), so that no connection log contains their values in plain text.
    type: bool
    default: false
notes:
  - The result contains values of environment variables and data of configs, which may be secrets. Use C(no_log), and
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
  description: The state of the host in its swarm, see M(flotilla.swarm.swarm_info).
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
  description: The four lists, compressed; the filter P(flotilla.swarm.swarm_export_text#filter) converts them to
    YAML.
  returned: when O(packed=true)
  type: str
left_out:
  description: What was not exported and why, one sentence each.
  returned: always
  type: list
  elements: str
summary:
  description: What was exported and what was not, as lines of text without values.
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
