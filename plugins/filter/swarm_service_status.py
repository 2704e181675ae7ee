# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services in one glance, from what the managers say of them."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: swarm_service_status
short_description: The services in one glance, as lines of text
description:
  - Takes the summary of M(flotilla.swarm.swarm_service_info) from the first host that could tell the services.
  - No lines where no host could, or where there are no services.
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
    description: The variable that the result of M(flotilla.swarm.swarm_service_info) was registered in.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Look at the services from every manager
  flotilla.swarm.swarm_service_info:
  register: services

- name: Show them
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | flotilla.swarm.swarm_service_status(hostvars, 'services') }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""


def swarm_service_status(hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str) -> list[str]:
    """See DOCUMENTATION."""
    told = [hostvars[host].get(result) or {} for host in hosts]
    return next((list(one["summary"]) for one in told if one.get("services")), [])


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_service_status": swarm_service_status}
