# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host that is asked for a swarm."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: swarm_manager
short_description: The host from which the state of a swarm is read
description:
  - The first of the hosts that is a manager with a quorum. Where there is none, the first host - what it is asked then fails with
    a sentence that says why.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hostvars, result
options:
  _input:
    description: The hosts, by their inventory names.
    type: list
    elements: str
    required: true
  hostvars:
    description: The variables of all hosts.
    type: dict
    required: true
  result:
    description: The variable that the result of M(flotilla.swarm.swarm_info) was registered in.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Read the swarm from every host
  flotilla.swarm.swarm_info:
  register: swarm

- name: Deploy a service
  flotilla.swarm.swarm_service:
    name: web
    image: nginx:1.27
  delegate_to: "{{ ansible_play_hosts | flotilla.swarm.swarm_manager(hostvars, 'swarm') }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The host, by its inventory name.
  type: str
"""


def swarm_manager(hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str) -> str:
    """See DOCUMENTATION."""
    states = {host: (hostvars[host].get(result) or {}).get("state") for host in hosts}
    return next((host for host in hosts if states[host] == "manager"), hosts[0])


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_manager": swarm_manager}
