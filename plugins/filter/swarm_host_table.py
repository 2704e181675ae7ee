# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table with a row for each host, from what each host returned."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._run.table import table

DOCUMENTATION = r"""
name: swarm_host_table
short_description: What each host returned, as a table
description:
  - Makes a table from RV(flotilla.swarm.swarm_prune#module:row) or its like on each host, and a line below it for every host that
    has something to say - its C(problem), its error, or that it was not reached.
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
    description: The variable that the result of the module was registered in.
    type: str
    required: true
  skipped:
    description: The sentence for a host on which the task was skipped. Without, nothing is said of it.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show what was removed
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | flotilla.swarm.swarm_host_table(hostvars, 'pruned') }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""


def swarm_host_table(
    hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str, skipped: str = ""
) -> list[str]:
    """See DOCUMENTATION."""
    found = {host: hostvars[host].get(result) or {} for host in hosts}
    rows = {host: one["row"] for host, one in found.items() if one.get("row")}
    head: dict[str, str] = next(iter(rows.values()), {})
    lines = table(["HOST", *head], [[host, *row.values()] for host, row in rows.items()]) if rows else []
    said = {host: _sentence(one, skipped) for host, one in found.items()}
    return lines + [f"{host}: {sentence}" for host, sentence in said.items() if sentence]


def _sentence(found: dict[str, t.Any], skipped: str) -> str:
    if not found or found.get("unreachable"):
        return "was not reached."
    if found.get("skipped"):
        return skipped
    return str((found.get("msg") if found.get("failed") else found.get("problem")) or "")


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_host_table": swarm_host_table}
