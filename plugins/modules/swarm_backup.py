#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_backup
short_description: Back up the swarm state of a manager to an archive
description:
  - Stops the Engine of a manager, writes its swarm state (services, secrets, configs, networks, nodes, the CA) to an
    archive on the host, starts the Engine, and waits until the manager is back. If the run is interrupted, a systemd
    timer starts the Engine.
  - Before anything is stopped, it refuses if this manager is the leader of several managers, if the swarm would have
    no leader meanwhile, if the disk has not enough space for the copy, or if several managers are locked, since an
    Engine cannot create a new swarm from one of them (moby#36852). If the only manager is locked, its O(unlock_key)
    is required.
  - Containers on this host stop with the Engine, and the swarm starts their tasks on other nodes if possible.
  - Protect the archive like the swarm itself. It contains the identity of this node, all secrets and the keys of the
    CA. It does not contain the unlock key, which is required to restore a locked swarm.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
attributes:
  check_mode:
    support: full
    details:
      - Checks the preconditions and stops nothing.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - Each run creates another archive.
options:
  staging:
    description:
      - The directory on the host for the archive, which is written to a new subdirectory that only its owner can
        read. Remove the subdirectory after you have fetched the archive. The next call removes subdirectories that
        earlier calls left behind.
    type: path
    default: /var/tmp
  outage:
    description:
      - Accept that the swarm has no leader while this manager is stopped. Required in a swarm with one or two
        managers. Services keep running meanwhile.
    type: bool
    default: false
  unlock_key:
    description:
      - The unlock key, if the only manager is locked.
    type: str
  wait_timeout:
    description:
      - How many seconds the copy may take, and then as many for the start of the Engine. The timer starts the Engine
        when they have expired.
    type: int
    default: 300
seealso:
  - module: flotilla.swarm.swarm_restore
"""

EXAMPLES = r"""
- name: Copy the state of a manager that does not lead
  flotilla.swarm.swarm_backup:
  delegate_to: m2
  run_once: true
  register: backup
"""

RETURN = r"""
actions:
  description: What was done, or what would be done in check mode.
  returned: always
  type: list
  elements: str
path:
  description: The archive, on the host.
  returned: outside check mode
  type: str
sha256:
  description: Its SHA-256.
  returned: outside check mode
  type: str
manifest:
  description:
    - The metadata of the archive - C(created), C(cluster_id), C(node_id), C(hostname), C(address), C(address_is_own),
      C(engine_version), C(managers), C(locked), and C(files) with their SHA-256.
  returned: success
  type: dict
"""

from ..module_utils._backup.backup import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
