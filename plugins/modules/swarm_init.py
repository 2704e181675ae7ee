#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_init
short_description: Create a swarm, or change its settings
description:
  - Creates a swarm whose first manager is the host on which the module runs. If the host is already a manager, the
    declared settings of its swarm are changed, and settings that are not declared stay unchanged.
  - Unlocks a locked manager, rotates join tokens, the unlock key and the CA.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - O(rotate_worker_token), O(rotate_manager_token) and O(rotate_unlock_key) rotate in every run.
options:
  state:
    description:
      - With V(present), the swarm exists with the declared settings.
      - The other states are those of M(community.docker.docker_swarm). They are refused, and the message names the
        module to use, M(flotilla.swarm.swarm_join) for V(join) and V(absent), and M(flotilla.swarm.swarm_node) for
        V(remove).
    type: str
    choices: [present, join, absent, remove]
    default: present
  name:
    description:
      - The name of the swarm, which can only be V(default), as with M(community.docker.docker_swarm).
    type: str
  remote_addrs:
    description:
      - Has no effect. Accepted so that the error for O(state=join) can name the right module.
    type: list
    elements: str
  join_token:
    description:
      - See O(remote_addrs).
    type: str
  node_id:
    description:
      - Has no effect. Accepted so that the error for O(state=remove) can name the right module.
    type: str
  advertise_addr:
    description:
      - The address or interface of this host that the other nodes use, with or without a port (the default is 2377).
      - The Engine chooses it if the host has only one address. Only used when the swarm is created.
      - It must be an address of one host. V(0.0.0.0), V(::), multicast, broadcast, and link-local IPv6 addresses are refused,
        here and in every other option for such an address; only O(listen_addr) can be V(0.0.0.0) or V(::). A loopback address
        causes a warning, since no other host can reach it.
    type: str
  listen_addr:
    description:
      - The address or interface and port that the manager's API listens on.
      - The default is V(0.0.0.0:2377). Only used when the swarm is created.
    type: str
  data_path_addr:
    description:
      - The address or interface for the traffic of overlay networks, if it differs from O(advertise_addr).
      - Only used when the swarm is created.
    type: str
  data_path_port:
    description:
      - The UDP port for the traffic of overlay networks, V(4789) by default. Only used when the swarm is created.
    type: int
  default_addr_pool:
    description:
      - Address pools in CIDR notation from which overlay networks get their subnets, V(10.0.0.0/8) by default.
      - Only used when the swarm is created.
    type: list
    elements: str
  subnet_size:
    description:
      - The prefix length of the subnets that are taken from O(default_addr_pool), V(24) by default.
      - Only used when the swarm is created.
    type: int
  availability:
    description:
      - The availability of the first manager. Only used when the swarm is created.
    type: str
    choices: [active, pause, drain]
  force_new_cluster:
    description:
      - Create a new swarm with one manager from this manager's state of a swarm that has lost its quorum. Services,
        networks, secrets and configs are kept. Every other manager is removed, and has to leave and join again.
      - A swarm that has its quorum is not changed. On a host that is not in a swarm, it is refused, since there is
        nothing to recover.
      - Locked managers cannot be recovered in this way, since the Engine loses the unlock key (moby#36852).
    type: bool
    default: false
    aliases: [force]
  unlock_key:
    description:
      - The key that unlocks this manager when it is locked.
    type: str
  labels:
    description:
      - Labels of the swarm. Labels that were declared last time and are no longer declared are removed. Other labels stay.
      - Values are strings or whole numbers. Names that begin with C(flotilla.) are reserved for the collection.
    type: dict
  task_history_retention_limit:
    description:
      - How many old tasks are kept for each slot. A negative number keeps all.
    type: int
  snapshot_interval:
    description:
      - The number of Raft entries between two snapshots.
    type: int
  keep_old_snapshots:
    description:
      - How many old raft snapshots are kept.
    type: int
  log_entries_for_slow_followers:
    description:
      - How many Raft entries are kept after a snapshot for slow managers.
    type: int
  heartbeat_tick:
    description:
      - The number of ticks (seconds) between two heartbeats of the Raft leader.
    type: int
  election_tick:
    description:
      - The number of ticks (seconds) without a leader after which an election starts. It must be higher than
        O(heartbeat_tick), about ten times as high. If only one of the two is set, it is compared with the swarm's value of the
        other one.
    type: int
  dispatcher_heartbeat_period:
    description:
      - How often a node reports to the managers, as a duration such as V(5s), or an integer in nanoseconds.
    type: raw
  node_cert_expiry:
    description:
      - How long the certificate of a node is valid, as a duration such as V(2160h), or an integer in nanoseconds. At least
        V(1h).
    type: raw
  autolock_managers:
    description:
      - Whether a manager is locked after a restart, until it gets the unlock key.
    type: bool
  signing_ca_cert:
    description:
      - The root certificate for the swarm, in PEM form, to be used with O(signing_ca_key).
      - It is compared with the current root certificate, so the same certificate changes nothing.
    type: str
  signing_ca_key:
    description:
      - The private key of O(signing_ca_cert), in PEM form.
    type: str
  ca_force_rotate:
    description:
      - A counter. A number that differs from the current one creates a new root certificate.
    type: int
  external_cas:
    description:
      - Certificate authorities outside of the swarm that sign the certificates of nodes.
    type: list
    elements: dict
    suboptions:
      protocol:
        description:
          - The protocol of the certificate authority.
        type: str
        choices: [cfssl]
        default: cfssl
      url:
        description:
          - The URL for certificate signing requests. It is hidden if it contains a login.
        type: str
        required: true
      options:
        description:
          - Further options of the protocol.
        type: dict
      ca_cert:
        description:
          - The root certificate that it uses, in PEM form.
        type: str
  rotate_worker_token:
    description:
      - Replace the join token of workers. Nodes that have joined are not affected.
    type: bool
    default: false
  rotate_manager_token:
    description:
      - Replace the join token of managers. Nodes that have joined are not affected.
    type: bool
    default: false
  rotate_unlock_key:
    description:
      - Replace the unlock key. Keep the old key until every manager has been restarted with the new one.
    type: bool
    default: false
  return_tokens:
    description:
      - Return the join tokens in RV(join_tokens). Use C(no_log) on the task.
    type: bool
    default: false
  return_unlock_key:
    description:
      - Return the unlock key in RV(unlock_key). Use C(no_log) on the task.
    type: bool
    default: false
  wait:
    description:
      - If the CA changes, wait until every node has a certificate of the new root.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that a CA rotation may take.
    type: int
    default: 300
seealso:
  - module: flotilla.swarm.swarm_join
  - module: flotilla.swarm.swarm_info
"""

EXAMPLES = r"""
- name: Create a swarm
  flotilla.swarm.swarm_init:
    advertise_addr: 10.0.0.11
    default_addr_pool: [10.20.0.0/16]

- name: Change one setting and no other
  flotilla.swarm.swarm_init:
    task_history_retention_limit: 2

- name: Turn autolock on and return the key
  flotilla.swarm.swarm_init:
    autolock_managers: true
    return_unlock_key: true
  register: swarm
  no_log: true

- name: Unlock a manager after its host was restarted
  flotilla.swarm.swarm_init:
    unlock_key: "{{ vault_swarm_unlock_key }}"
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action. Also returned on
    failure.
  returned: always
  type: list
  elements: str
  sample: [created a new swarm]
node_id:
  description: The ID of this manager.
  returned: success
  type: str
swarm_id:
  description: The ID of the swarm.
  returned: when this host is a manager
  type: str
settings:
  description: The settings of the swarm, by the names of the options.
  returned: when this host is a manager
  type: dict
swarm_facts:
  description: As M(community.docker.docker_swarm) has it, the swarm object of the Engine's API. Its C(JoinTokens) are there
    with O(return_tokens=true) only, its C(UnlockKey) with O(return_unlock_key=true).
  returned: when this host is a manager
  type: dict
join_tokens:
  description: The join tokens, by role.
  returned: when O(return_tokens=true), outside of check mode
  type: dict
  contains:
    worker:
      description: The join token for workers.
      type: str
      returned: always
    manager:
      description: The join token for managers.
      type: str
      returned: always
unlock_key:
  description: The unlock key, V(null) if autolock is off.
  returned: when O(return_unlock_key=true), outside of check mode
  type: str
"""

from ..module_utils._run.module import run
from ..module_utils._swarm.init import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
