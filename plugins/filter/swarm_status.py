# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm as lines of text, from what each host returned about it."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.hosts import (
    NO_MANAGER,
    beside_summary,
    why,
)

DOCUMENTATION = r"""
name: swarm_status
short_description: A swarm, as lines of text
description:
  - Combines what M(flotilla.swarm.swarm_info) returned on each host - the summary of a manager that has a quorum, and a line
    for every host that is not in its swarm, unless the summary tells of its node that it is gone.
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

- name: Show the swarm
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | flotilla.swarm.swarm_status(hostvars, 'swarm') }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""


def swarm_status(hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str) -> list[str]:
    """See DOCUMENTATION."""
    infos = {host: hostvars[host].get(result) or {} for host in hosts}
    manager = next((infos[host] for host in hosts if infos[host].get("state") == "manager"), None)
    if manager is None:
        return [NO_MANAGER, *(f"{host}: {why(infos[host])}" for host in hosts)]
    told = [f"{host}: {sentence}" for host, sentence in beside_summary(infos, manager["nodes"])]
    return [*manager["summary"], *told]


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_status": swarm_status}
