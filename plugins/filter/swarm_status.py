# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm in one glance, from what each host says of it."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: swarm_status
short_description: The swarm in one glance, as lines of text
description:
  - Puts together what M(flotilla.swarm.swarm_info) said on each host - the summary of a manager that has a quorum, and
    every host that is not where the inventory wants it.
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
- name: Look at the swarm from every host
  flotilla.swarm.swarm_info:
  register: swarm

- name: Show it
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
    told = {host: hostvars[host].get(result) or {} for host in hosts}
    best = next((told[host] for host in hosts if told[host].get("state") == "manager"), None)
    if best is None:
        return ["No manager with a quorum was seen.", *(_line(host, told[host]) for host in hosts)]
    members = {node["id"] for node in best["nodes"]}
    outside = [host for host in hosts if told[host].get("node_id") not in members]
    return [*best["summary"], *(_line(host, told[host]) for host in outside)]


def _line(host: str, told: dict[str, t.Any]) -> str:
    return f"{host}: {told.get('why') or 'was not reached.'}"


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_status": swarm_status}
