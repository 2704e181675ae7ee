#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_host_info
short_description: Read the state of a host, before or after it is in a swarm
description:
  - Returns everything that determines what a host needs to be in a swarm - its addresses, its Engine, its swarm, the
    ports in use and what its firewall allows.
  - Works on any host in any state, and needs only Python there.
  - If the playbook C(flotilla.swarm.site) has nothing to change, it runs only this task on a host.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._progress
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  wait_for_leader:
    description:
      - The maximum number of seconds to wait if the host is a manager of a swarm without a leader, as long as enough
        managers for an election accept connections from this host. An election takes about 10 s, and more than a
        minute if an Engine stopped while another manager joined.
      - With V(0), and if fewer managers accept connections, the state is returned without a wait.
    type: int
    default: 0
  _salt:
    description:
      - Private, not for tasks. The action of this module gives all hosts of a run one salt for the hashes in RV(host.engine).
    type: str
seealso:
  - module: flotilla.swarm.swarm_info
  - module: flotilla.swarm.swarm_firewall
  - module: flotilla.swarm.swarm_engine_options
"""

EXAMPLES = r"""
- name: Read the host
  flotilla.swarm.swarm_host_info:
  register: result

- name: Show what its firewall lets through
  ansible.builtin.debug:
    var: result.host.firewall.openings
"""

RETURN = r"""
host:
  description: The host.
  returned: always
  type: dict
  contains:
    hostname:
      description: Its name.
      type: str
      returned: always
    os:
      description: Its operating system as in C(/etc/os-release) - C(id), C(version_id), C(id_like), C(codename),
        C(pretty_name).
      type: dict
      returned: always
    python:
      description: The version of the Python that the module ran with.
      type: str
      returned: always
    addresses:
      description: Its addresses - C(interface), C(address), C(prefix), C(family) (V(inet) or V(inet6)). Loopback and
        link-local addresses are omitted.
      type: list
      elements: dict
      returned: always
    default_address:
      description: The source address of its default route, V(null) without one.
      type: str
      returned: always
    engine:
      description:
        - Its Engine. C(state) is V(absent), V(stopped), V(unreachable) or V(running).
        - C(version) and C(api_version) are known when it runs, C(package) and C(held) if a package manager installed
          it; C(daemon) is the parsed C(/etc/docker/daemon.json), C(daemon_error) why it cannot be parsed; C(error) is
          a sentence when it does not run.
        - In C(daemon), each value that may be a secret is replaced by a salted scrypt hash (see
          M(flotilla.swarm.swarm_engine_options)), or by V((hidden\)) if the Python of the host has no scrypt.
      type: dict
      returned: always
    swarm:
      description: Its swarm, in the form of M(flotilla.swarm.swarm_info). C(state) can also be V(unknown), if the
        Engine does not answer in time. If the Engine is too old, only what the host itself knows is returned. A
        manager returns C(published_ports) too. A host that is not active in its swarm, because its Engine is stopped,
        locked or without a quorum, returns C(stored), read from its files - C(node_id), C(swarm_id), C(role),
        C(sealed) where autolock encrypts its key, C(managers), and of a manager C(term) and C(index) of the last
        entry of its raft log. Reading them requires root.
      type: dict
      returned: always
    listeners:
      description: The ports in use - C(protocol), C(port), C(address), C(process), C(pid). On a host in a swarm,
        those of its Engine and of tasks of services are omitted.
      type: list
      elements: dict
      returned: always
    firewall:
      description: Its firewall, in the form of M(flotilla.swarm.swarm_firewall). If it cannot be read, C(backend) is
        V(unknown) and C(note) says why.
      type: dict
      returned: always
"""

from ..module_utils._host.info import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
