#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_config_info
short_description: Tell the configs of a swarm, their versions, and which services use them
description:
  - Tells one, several or all configs of the swarm - which versions there are, how old they are and which services use them.
  - Works on any host in any state; a host that is no manager with a quorum says so and returns no configs.
  - A handful of requests is sent, however many configs and services there are.
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
      - The configs to tell, by the declared name, by the name of a version's own object, by ID, or by the twelve characters
        or more of an ID. All configs when it is left out.
      - A name is matched as a whole.
    type: list
    elements: str
  show_data:
    description:
      - Return the data of each version as RV(configs[].versions[].data).
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_config
"""

EXAMPLES = r"""
- name: Look at all configs
  flotilla.swarm.swarm_config_info:
  register: result

- name: Show those that nobody uses
  ansible.builtin.debug:
    msg: "{{ result.configs | rejectattr('used_by') | map(attribute='name') | list }}"

- name: Look at one
  flotilla.swarm.swarm_config_info:
    name: nginx_conf
  register: one

- name: Stop when it is older than a year
  ansible.builtin.assert:
    that: one.configs[0].versions[0].age_days < 365
    fail_msg: "nginx_conf has not been changed for {{ one.configs[0].versions[0].age_days }} days."
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
  description: The names in O(name) that no config has.
  returned: on a manager with a quorum
  type: list
  elements: str
summary:
  description: The configs in one glance, a list of lines made for reading.
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
      description: The name that was declared; the object's own name, where somebody else has made it.
      type: str
      returned: always
      sample: nginx_conf
    managed:
      description: Whether M(flotilla.swarm.swarm_config) has made it or taken it over.
      type: bool
      returned: always
    id:
      description: The ID of the current version.
      type: str
      returned: always
      sample: hzehrmyjigmcp2gb6nlhmjqcv
    object:
      description: The name of the current version's own object.
      type: str
      returned: always
      sample: nginx_conf_v2
    version:
      description: The number of the current version, V(null) where it is not managed.
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
          description: The name of its own object.
          type: str
          returned: always
        version:
          description: Its number, V(null) where it is not managed.
          type: int
          returned: always
        current:
          description: Whether it is the current one.
          type: bool
          returned: always
        created:
          description: When it was made.
          type: str
          returned: always
          sample: "2026-11-21T03:18:52.342675061Z"
        updated:
          description: When its labels were last written.
          type: str
          returned: always
          sample: "2026-11-21T03:18:52.342675061Z"
        age_days:
          description: How many whole days ago it was made, by this host's clock.
          type: int
          returned: always
          sample: 17
        labels:
          description: Its labels, without the collection's own.
          type: dict
          returned: always
        used_by:
          description: The services that use it, and those that would go back to it if their present update failed.
          type: list
          elements: str
          returned: always
          sample: [web]
        template_driver:
          description: The driver that expands it as a template, V(null) for none.
          type: str
          returned: always
        driver:
          description: The external driver that brings its content, V(null) for none.
          type: str
          returned: always
        data:
          description: Its data, in Base64.
          type: str
          returned: when O(show_data=true)
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._engine.client import Client
from ..module_utils._run.module import run
from ..module_utils._secret.info import lines, look
from ..module_utils._secret.versions import CONFIG
from ..module_utils._swarm.on_manager import on_manager


def work(module: AnsibleModule, client: Client) -> dict[str, t.Any]:
    """Look at the configs."""
    names, show_data = module.params["name"], module.params["show_data"]
    found = on_manager(client, lambda _nodes, _own: look(client, CONFIG, names, show_data), {"configs": []})
    return {"changed": False, **found, "summary": lines(CONFIG, found)}


def main() -> None:
    """Run the module."""
    run({"name": {"type": "list", "elements": "str"}, "show_data": {"type": "bool", "default": False}}, work)


if __name__ == "__main__":
    main()
