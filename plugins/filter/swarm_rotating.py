# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a swarm's secrets and its CA are rotated to, and by which manager."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import Node, managers
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.names import names_in

DOCUMENTATION = r"""
name: swarm_rotating
short_description: Plan a rotation of join tokens, unlock key and CA
description:
  - Used by the playbook C(flotilla.swarm.rotate). It refuses what would leave a node behind - a manager that is down needs the
    old unlock key when it starts again, and a rotation of the CA ends only when every node has a new certificate.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: hosts, hostvars, result
options:
  _input:
    description: What to rotate, C(worker_token), C(manager_token), C(unlock_key), C(ca), as a list or with commas between them.
    type: raw
    required: true
  hosts:
    description: The hosts of the inventory.
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
- name: Rotate the tokens
  flotilla.swarm.swarm_init:
    rotate_worker_token: "{{ 'worker_token' in rotating.what }}"
    rotate_manager_token: "{{ 'manager_token' in rotating.what }}"
  delegate_to: "{{ rotating.entry }}"
  run_once: true
  vars:
    rotating: "{{ 'worker_token' | flotilla.swarm.swarm_rotating(ansible_play_hosts_all, hostvars, 'swarm') }}"
"""

RETURN = r"""
_value:
  description:
    - C(entry) is a manager, C(what) is what is rotated, C(lines) say so.
    - C(ca_force_rotate) is the counter with which M(flotilla.swarm.swarm_init) rotates the CA, or goes on with a rotation that an
      earlier run has begun. It is C(null) where the CA is not rotated.
  type: dict
"""

_WHAT = {
    "worker_token": "replace the join token of workers",
    "manager_token": "replace the join token of managers",
    "unlock_key": "replace the unlock key of managers",
    "ca": "replace the root certificate, and the certificates of all {count} nodes",
}


def swarm_rotating(
    what: str | list[str], hosts: list[str], hostvars: t.Mapping[str, t.Any], result: str
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    wanted = names_in(what)
    _refuse_unknown(wanted)
    infos = {host: hostvars[host].get(result) or {} for host in hosts}
    entry = next((host for host in hosts if infos[host].get("state") == "manager"), None)
    if entry is None:
        raise AnsibleFilterError(
            "No host of the inventory is a manager with a quorum, so nothing can be rotated: flotilla.swarm.status says why."
        )
    nodes = infos[entry]["nodes"]
    goes_on = "ca" in wanted and bool(infos[entry]["root_rotation_in_progress"])
    if "unlock_key" in wanted:
        _check_lock(infos[entry])
        _refuse_away(
            managers(nodes), "manager", "a manager that is away needs the old key when it starts again"
        )
    if "ca" in wanted:
        _refuse_away(nodes, "node", "a rotation of the CA ends only when every node has a new certificate")
    lines = [_WHAT[one].format(count=len(nodes)) for one in _WHAT if one in wanted]
    if goes_on:
        lines[-1] = "go on with the rotation of the root certificate that an earlier run has begun"
    counter = infos[entry]["settings"].get("ca_force_rotate") or 0
    return {
        "entry": entry,
        "what": wanted,
        "lines": lines,
        "ca_force_rotate": counter + (not goes_on) if "ca" in wanted else None,
    }


def _refuse_unknown(wanted: list[str]) -> None:
    unknown = [one for one in wanted if one not in _WHAT]
    if unknown or not wanted:
        named = f"swarm_rotate names {', '.join(unknown)}" if unknown else "swarm_rotate is empty"
        raise AnsibleFilterError(
            f"{named}: give some of {', '.join(_WHAT)}, with commas between them. Nothing was changed."
        )


def _check_lock(info: dict[str, t.Any]) -> None:
    if not info["settings"].get("autolock_managers"):
        raise AnsibleFilterError(
            "The managers are not locked (autolock_managers is false), so there is no unlock key to replace. Nothing was changed."
        )


def _refuse_away(nodes: list[Node], role: str, why: str) -> None:
    away = sorted(node["hostname"] or node["id"] for node in nodes if node["state"] != "ready")
    if away:
        are = f"The {role} {away[0]} is" if len(away) == 1 else f"The {role}s {', '.join(away)} are"
        raise AnsibleFilterError(
            f"{are} not ready, and {why}: bring it back, or remove its entry with flotilla.swarm.remove_nodes, and run again. "
            "Nothing was changed."
        )


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_rotating": swarm_rotating}
