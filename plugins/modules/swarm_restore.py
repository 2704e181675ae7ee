#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_restore
short_description: Put a manager's part of the swarm back from an archive
description:
  - Verifies an archive of M(flotilla.swarm.swarm_backup), stops the Engine, puts the archive's state in the place of what the
    host has, which is kept aside, and starts the Engine. A timer of systemd starts it where this run is interrupted.
  - It refuses before anything is stopped where the archive is damaged, the Engine is older than the one that was saved, the disk
    has no room, this host does not have the address of the manager that was saved, which that one keeps, or it takes part in a
    swarm.
  - Afterwards the manager may be locked, and waits for the other managers of its time. M(flotilla.swarm.swarm_init) with
    O(flotilla.swarm.swarm_init#module:unlock_key) and O(flotilla.swarm.swarm_init#module:force_new_cluster) makes it a swarm.
  - The archive is an identity. The node that was saved must not run anywhere else.
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
      - A host that was restored takes part in a swarm, and a second run refuses.
options:
  path:
    description:
      - The archive, on the host.
    type: path
    required: true
  wait_timeout:
    description:
      - Seconds that the Engine may take to start. The timer starts it when they are over.
    type: int
    default: 300
seealso:
  - module: flotilla.swarm.swarm_backup
  - module: flotilla.swarm.swarm_init
"""

EXAMPLES = r"""
- name: Put the state back
  flotilla.swarm.swarm_restore:
    path: /root/swarm.tar
  register: restored

- name: Make a swarm of it
  flotilla.swarm.swarm_init:
    force_new_cluster: true
    advertise_addr: "{{ restored.addresses.advertise_addr }}"
"""

RETURN = r"""
actions:
  description: What was done, or would be.
  returned: always
  type: list
  elements: str
aside:
  description: Where the state is that the host had before.
  returned: where it had one
  type: str
manifest:
  description: What the archive says of itself, see M(flotilla.swarm.swarm_backup).
  returned: success
  type: dict
addresses:
  description:
    - The addresses of the manager that was saved, as the options of M(flotilla.swarm.swarm_init) that have the same names -
      C(advertise_addr), C(listen_addr), and C(data_path_addr), which is empty where it is the first one.
  returned: outside check mode
  type: dict
"""

from ..module_utils._backup.restore import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
