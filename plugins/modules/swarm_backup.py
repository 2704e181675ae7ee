#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_backup
short_description: Copy a manager's part of the swarm to an archive
description:
  - Stops the Engine of a manager, writes its part of the swarm (services, secrets, configs, networks, nodes, the CA) to an
    archive on the host, starts the Engine, and waits until the manager is back. A timer of systemd starts the Engine where this
    run is interrupted.
  - It refuses before anything is stopped where this manager leads the others, where the swarm would have no leader meanwhile,
    where the disk has no room for the copy, or where several managers are locked, since an Engine makes no new swarm of one of
    them (moby#36852). A locked manager that is the only one needs its O(unlock_key).
  - Containers on this host stop with the Engine, and the swarm starts their tasks elsewhere where it can.
  - The archive is as secret as the swarm. It holds the identity of this node and the keys of the CA. Of a locked swarm it does
    not hold the unlock key, which is needed to restore it.
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
      - Checks what it would refuse, and stops nothing.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - Each run makes another archive.
options:
  staging:
    description:
      - A folder of the host that the archive is written to, in a new folder which only its owner can read. Remove that one when
        the archive was fetched; the next call removes it otherwise.
    type: path
    default: /var/tmp
  outage:
    description:
      - Accept that the swarm has no leader while this manager is stopped. A swarm of one or two managers needs it. Services run
        on meanwhile.
    type: bool
    default: false
  unlock_key:
    description:
      - The unlock key, where the only manager is locked.
    type: str
  wait_timeout:
    description:
      - Seconds that the copy, and then the Engine's start, may take. The timer starts the Engine when they are over.
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
  description: What was done, or would be.
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
    - What the archive says of itself - C(created), C(cluster_id), C(node_id), C(hostname), C(address),
      C(address_is_own), C(engine_version), C(managers), C(locked), and C(files) with their SHA-256.
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
