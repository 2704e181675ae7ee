# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an archive of a swarm can be restored."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.flotilla.swarm.plugins.module_utils._backup.copy import verify
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError

DOCUMENTATION = r"""
name: swarm_restore_plan
short_description: Verify an archive of a swarm, and plan its restore
description:
  - Used by the playbook C(flotilla.swarm.restore), and by C(flotilla.swarm.backup) to verify what it has fetched. It reads the
    archive on the control node, and refuses one that is damaged.
  - It refuses a restore while another manager of the same swarm runs - the restored one would join it again, with a state that is
    older than what it has promised.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: host, hosts, hostvars, result
options:
  _input:
    description: The archive on the control node.
    type: path
    required: true
  host:
    description: The host that becomes the first manager. Empty only verifies.
    type: str
    default: ""
  hosts:
    description: The hosts of the inventory.
    type: list
    elements: str
    default: []
  hostvars:
    description: The variables of all hosts.
    type: dict
    default: {}
  result:
    description: The variable that the result of M(flotilla.swarm.swarm_info) was registered in.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Verify an archive
  ansible.builtin.debug:
    msg: "{{ ('backups/swarm.tar' | flotilla.swarm.swarm_restore_plan).manifest.created }}"
"""

RETURN = r"""
_value:
  description: C(manifest) is what the archive says of itself, C(lines) say what will be done.
  type: dict
"""


def swarm_restore_plan(
    path: str,
    host: str = "",
    hosts: t.Sequence[str] = (),
    hostvars: t.Mapping[str, t.Any] | None = None,
    result: str = "",
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    try:
        manifest = verify(path)
    except FlotillaError as error:
        raise AnsibleFilterError(str(error)) from None
    if host and host not in hosts:
        raise AnsibleFilterError(
            f"swarm_restore_host is {host}, which is no host of this play: {', '.join(hosts)}."
        )
    for other in hosts:
        info = (hostvars or {})[other].get(result) or {}
        _refuse_running(other, info, manifest["cluster_id"], manifest["node_id"], other == host)
    saved = (
        f"{manifest['hostname']} from {manifest['created']} "
        f"(swarm {manifest['cluster_id']}, Engine {manifest['engine_version']})"
    )
    return {
        "manifest": manifest,
        "lines": [
            f"replace the swarm's state on {host} by that of {saved}",
            f"create a new swarm of it with {host} as its only manager",
        ],
    }


def _refuse_running(host: str, info: dict[str, t.Any], cluster: str, node: str, is_own: bool) -> None:
    ready = any(one["id"] == node and one["state"] == "ready" for one in info.get("nodes") or [])
    # A locked manager does not say of which swarm it is.
    runs = info.get("state") == "locked" or (
        info.get("state") in ("manager", "no_quorum") and info.get("swarm_id") in (cluster, None)
    )
    if ready or (runs and not is_own):
        raise AnsibleFilterError(
            f"{host} runs as a manager of the swarm that the archive is of, and the restored manager would join it again: make "
            "it leave first (flotilla.swarm.teardown, or swarm_join with state=absent and force=true). Nothing was changed."
        )


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_restore_plan": swarm_restore_plan}
