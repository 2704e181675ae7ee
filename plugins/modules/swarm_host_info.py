#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_host_info
short_description: Read the state of a host, before or after it is in a swarm
description:
  - Returns everything that decides what a host needs to be in a swarm - its addresses, its Engine, its swarm, the ports that are
    held and what its firewall lets through.
  - Works on any host in any state, and needs nothing on it but Python.
  - A run of the playbook C(flotilla.swarm.site) that changes nothing runs only this task on a host.
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
      - Seconds to wait at most where the host is a manager of a swarm without a leader, while as many of its managers as are
        needed to choose one take connections from this host. An election takes some 10 s, and more than a minute where
        an Engine stopped while another manager joined.
      - With V(0), and where fewer managers take connections, the state is returned as it is.
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
        link-local addresses are left out.
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
        - C(version) and C(api_version) are known when it runs, C(package) and C(held) where a package manager brought it;
          C(daemon) is the parsed C(/etc/docker/daemon.json), C(daemon_error) why it cannot be parsed; C(error) is a
          sentence when it does not run.
        - In C(daemon) a salted scrypt hash stands in place of each value that may be a secret (see
          M(flotilla.swarm.swarm_engine_options)), or V((hidden\)) where the Python of the host has no scrypt.
      type: dict
      returned: always
    swarm:
      description: Its swarm, in the form of M(flotilla.swarm.swarm_info). C(state) is V(unknown) as well, where the Engine does
        not answer in time. Of an Engine that is too old, only what the host itself knows is returned. A manager returns
        C(published_ports) too. A host that takes no part in its swarm now, as its Engine is stopped, locked or without a quorum,
        returns C(stored), what its files say of it - C(node_id), C(swarm_id), C(role), C(sealed) where autolock
        encrypts its key, C(managers), and of a manager C(term) and
        C(index) of the last entry of its raft log. It takes root to read them.
      type: dict
      returned: always
    listeners:
      description: The ports that are held - C(protocol), C(port), C(address), C(process), C(pid). On a host that is in a swarm
        without those that its Engine, and tasks of services, hold.
      type: list
      elements: dict
      returned: always
    firewall:
      description: Its firewall, in the form of M(flotilla.swarm.swarm_firewall). C(backend) is V(unknown) and C(note) says
        why where it cannot be read.
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
