#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_config_info
short_description: Read the configs of a swarm, their versions, and which services use them
description:
  - Returns one, several or all configs of the swarm - which versions there are, how old they are and which services use them.
  - Works on any host in any state. A host that is not a manager with a quorum returns its state and no configs.
  - The number of requests is small and does not depend on the number of configs and services.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._versions.config_info
options:
  show_data:
    description:
      - Return the data of each version as RV(configs[].versions[].data).
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_config
"""

EXAMPLES = r"""
- name: Read all configs
  flotilla.swarm.swarm_config_info:
  register: result

- name: Show the configs that no service uses
  ansible.builtin.debug:
    msg: "{{ result.configs | rejectattr('used_by') | map(attribute='name') | list }}"

- name: Read one config
  flotilla.swarm.swarm_config_info:
    name: nginx_conf
  register: one

- name: Stop when the config is older than a year
  ansible.builtin.assert:
    that: one.configs[0].versions[0].age_days < 365
    fail_msg: "nginx_conf has not been changed for {{ one.configs[0].versions[0].age_days }} days."
"""

RETURN = r"""
state:
  description: The state of the host in a swarm, see M(flotilla.swarm.swarm_info).
  returned: always
  type: str
  sample: manager
why:
  description: A sentence that explains RV(state); on a manager, one about the quorum.
  returned: always
  type: str
missing:
  description: The names and IDs in O(name) that do not exist.
  returned: on a manager with a quorum
  type: list
  elements: str
summary:
  description: The configs as a human-readable table, a list of lines.
  returned: always
  type: list
  elements: str
configs:
  description: The configs, in the order of O(name), or sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The declared name, or the name of the object if another client created it.
      type: str
      returned: always
      sample: nginx_conf
    managed:
      description: Whether M(flotilla.swarm.swarm_config) created it or took it over.
      type: bool
      returned: always
    id:
      description: The ID of the current version.
      type: str
      returned: always
      sample: hzehrmyjigmcp2gb6nlhmjqcv
    object:
      description: The name of the object of the current version.
      type: str
      returned: always
      sample: nginx_conf_v2
    version:
      description: The number of the current version, V(null) if it is not managed.
      type: int
      returned: always
      sample: 2
    used_by:
      description: The services that use any version of it.
      type: list
      elements: str
      returned: always
      sample: [web]
    versions:
      description: Its versions, the current one first.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: The ID of the version.
          type: str
          returned: always
        object:
          description: The name of the object of the version.
          type: str
          returned: always
        version:
          description: Its number, V(null) if it is not managed.
          type: int
          returned: always
        current:
          description: Whether it is the current one.
          type: bool
          returned: always
        created:
          description: When the version was created.
          type: str
          returned: always
          sample: "2026-11-21T03:18:52.342675061Z"
        updated:
          description: When the labels of the version were last written.
          type: str
          returned: always
          sample: "2026-11-21T03:18:52.342675061Z"
        age_days:
          description: The age of the version in whole days, by the clock of this host.
          type: int
          returned: always
          sample: 17
        labels:
          description: The labels of the version, without those of the collection itself.
          type: dict
          returned: always
        used_by:
          description: The services that use the version, and those that would be rolled back to it if their current
            update failed.
          type: list
          elements: str
          returned: always
          sample: [web]
        template_driver:
          description: The driver that expands the content as a template, V(null) for none.
          type: str
          returned: always
        driver:
          description: The external driver that provides the content, V(null) for none.
          type: str
          returned: always
        data:
          description: Its data, in Base64.
          type: str
          returned: when O(show_data=true)
"""

from ..module_utils._run.module import run
from ..module_utils._secret.info import CONFIG_INFO


def main() -> None:
    """Run the module."""
    run(CONFIG_INFO)


if __name__ == "__main__":
    main()
