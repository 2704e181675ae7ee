# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services of a swarm as lines of text, from what its managers returned."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: swarm_service_status
short_description: The services of a swarm, as lines of text
description:
  - Takes the summary of M(flotilla.swarm.swarm_service_info) from the first host that returned services.
  - No lines where no host did, or where there are no services.
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
- name: Read the services from every manager
  flotilla.swarm.swarm_service_info:
  register: services

- name: Show the services
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
    infos = [hostvars[host].get(result) or {} for host in hosts]
    return next((list(info["summary"]) for info in infos if info.get("services")), [])


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_service_status": swarm_service_status}
