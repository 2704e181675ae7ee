# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with hosts beneath their Engines: clocks that differ, and disks that are full."""

from __future__ import annotations

import statistics
import typing as t

DOCUMENTATION = r"""
name: swarm_host_problems
short_description: Hosts whose clock differs or whose disk is full
description:
  - The hosts whose clock differs by more than 30 seconds from that of most hosts, since nodes check each other's certificates by
    it, and those whose file system with the Engine's directory has less than 5 % free, on which tasks that move find no room for
    their images.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hostvars, result, disk
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
  disk:
    description:
      - The variable that the result of M(flotilla.swarm.swarm_disk_info) was registered in. Without it, only clocks count.
    type: str
"""

EXAMPLES = r"""
- name: Read the clocks
  flotilla.swarm.swarm_info:
  register: swarm

- name: Read the disks
  flotilla.swarm.swarm_disk_info:
  register: disk

- name: Stop where a host is not fit
  ansible.builtin.assert:
    that: ansible_play_hosts | flotilla.swarm.swarm_host_problems(hostvars, 'swarm', 'disk') | length == 0
  run_once: true
"""

RETURN = r"""
_value:
  description: A sentence for each problem, without its full stop.
  type: list
  elements: str
"""

# Seconds. Certificates are valid from an hour before they are made (swarmkit ca/certificates.go), so a minute harms nothing yet.
_CLOCK = 30.0
# Percent of a file system.
_FULL = 95


def swarm_host_problems(
    hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str, disk: str | None = None
) -> list[str]:
    """See DOCUMENTATION."""
    clocks = {host: (hostvars[host].get(result) or {}).get("clock") or {} for host in hosts}
    return [
        *_clocks({host: clock for host, clock in clocks.items() if "ahead" in clock}),
        *(
            _disk(host, hostvars[host].get(disk) or {})
            for host in hosts
            if disk and _is_full(hostvars[host].get(disk))
        ),
    ]


def _clocks(clocks: dict[str, dict[str, t.Any]]) -> t.Iterator[str]:
    if not clocks:
        return
    usual = statistics.median_low([clock["ahead"] for clock in clocks.values()])
    for host, clock in clocks.items():
        ahead = clock["ahead"] - usual
        if abs(ahead) > _CLOCK + clock["within"]:
            yield (
                f"{host}: its clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} that of most hosts, and nodes "
                "check certificates by it: set it right, and have a time service keep it so"
            )


def _is_full(disk: dict[str, t.Any] | None) -> bool:
    return int(((disk or {}).get("filesystem") or {}).get("used_percent", 0)) > _FULL


def _disk(host: str, disk: dict[str, t.Any]) -> str:
    return f"{host}: {disk['problem'].rstrip('.')}"


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_host_problems": swarm_host_problems}
