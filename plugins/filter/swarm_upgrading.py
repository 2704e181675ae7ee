# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Engines of a swarm are upgraded, to what and in which order."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade.lines import plan_lines
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade.plan import (
    Upgradable,
    UpgradeStep,
    plan,
)

DOCUMENTATION = r"""
name: swarm_upgrading
short_description: Plan an upgrade of the Engines of a swarm
description:
  - Used by the role P(flotilla.swarm.swarm_upgrade#role).
author:
  - Flotilla contributors (@flotilla-swarm)
positional: chosen, hostvars, swarm, found, held
options:
  _input:
    description: The version, or its beginning, such as C(26.1). An empty one takes the newest that the pins of each host allow.
    type: str
    required: true
  chosen:
    description: What P(flotilla.swarm.swarm_maintenance_hosts#filter) returns.
    type: dict
    required: true
  hostvars:
    description: The variables of all hosts.
    type: dict
    required: true
  swarm:
    description: The variable that the result of M(flotilla.swarm.swarm_info) was registered in.
    type: str
    required: true
  found:
    description: The variable that the result of M(flotilla.swarm.swarm_upgrade_info) was registered in.
    type: str
    required: true
  held:
    description: Upgrade packages that are held, too.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Plan
  ansible.builtin.set_fact:
    plan: "{{ '26.1' | flotilla.swarm.swarm_upgrading(chosen, hostvars, 'swarm', 'found') }}"
  run_once: true
  vars:
    chosen: "{{ 'w1,w2' | flotilla.swarm.swarm_maintenance_hosts(ansible_play_hosts_all, hostvars, groups, 'swarm') }}"
"""

RETURN = r"""
_value:
  description:
    - C(hosts) are those whose nodes are taken out of rotation. C(steps) has for each of them C(wanted), C(before), C(install),
      C(held), and C(way_back), the end of a sentence.
    - C(refused) are the reasons why no host may be taken, C(lines) is the plan as text.
    - C(before) has the versions of all Engines by node ID.
  type: dict
"""


def swarm_upgrading(
    wanted: str,
    chosen: dict[str, t.Any],
    hostvars: t.Mapping[str, t.Any],
    swarm: str,
    found: str,
    held: bool = False,
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    nodes = hostvars[chosen["entry"]][swarm]["nodes"]
    by_id = {node["id"]: node for node in nodes}
    hosts = []
    for node_id, name in chosen["host_of"].items():
        known = hostvars[name].get(found) or {}
        if node_id not in by_id or "packages" not in known:
            raise AnsibleFilterError(
                f"{name} could not be read, or is in another swarm. No node was taken out of rotation in this run."
            )
        hosts.append(Upgradable(name, by_id[node_id], known["packages"], known["uses"]))
    plan_found = plan(str(wanted or ""), hosts, nodes, held)
    return {
        "hosts": [step.host for step in plan_found.taken],
        "steps": {step.host: _as_dict(step) for step in plan_found.taken},
        "refused": plan_found.refused,
        "lines": plan_lines(plan_found, nodes),
        "before": {node["id"]: node["engine_version"] for node in nodes},
    }


def _as_dict(step: UpgradeStep) -> dict[str, t.Any]:
    return {
        "wanted": step.wanted,
        "before": step.node["engine_version"],
        "install": list(step.install),
        "held": list(step.held),
        "way_back": step.way_back,
    }


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_upgrading": swarm_upgrading}
