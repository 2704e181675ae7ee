#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_restore
short_description: Restore the swarm state of a manager from an archive
description:
  - Verifies an archive of M(flotilla.swarm.swarm_backup), stops the Engine, replaces the swarm state of the host by
    that of the archive, keeps the previous state, and starts the Engine. If the run is interrupted, a systemd timer
    starts the Engine.
  - Before anything is stopped, it refuses if the archive is damaged, if the Engine is older than the Engine that was
    backed up, if the disk has not enough space, if this host does not have the address of the manager that was backed
    up, which the restored manager keeps, or if the host is in a swarm.
  - Afterwards, the manager may be locked, and waits for the other managers of the backed-up swarm.
    M(flotilla.swarm.swarm_init) with O(flotilla.swarm.swarm_init#module:unlock_key) and
    O(flotilla.swarm.swarm_init#module:force_new_cluster) turns it into a swarm.
  - The archive contains the identity of a node. The node that was backed up must not run anywhere else.
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
      - A restored host is in a swarm, so a second run is refused.
options:
  path:
    description:
      - The archive, on the host.
    type: path
    required: true
  wait_timeout:
    description:
      - How many seconds the Engine may take to start. The timer starts it when they have expired.
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
  description: What was done, or what would be done in check mode.
  returned: always
  type: list
  elements: str
aside:
  description: Where the previous state of the host is kept.
  returned: if it had one
  type: str
manifest:
  description: The metadata of the archive, see M(flotilla.swarm.swarm_backup).
  returned: success
  type: dict
addresses:
  description:
    - The addresses of the manager that was backed up, as the options of M(flotilla.swarm.swarm_init) with the same
      names - C(advertise_addr), C(listen_addr), and C(data_path_addr), which is empty if it is the same as the first
      one.
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
