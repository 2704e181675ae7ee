#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_reach
short_description: Prove that hosts reach each other on the ports of a swarm
description:
  - Proves with real packets, UDP included, that hosts which are to form a swarm reach each other, before anything is
    joined. Works the same on bare hosts and on nodes of a live swarm.
  - It takes three tasks. With O(state=listening) every host answers for some seconds, with O(state=proven) every host
    asks the others, with O(state=absent) the answering ends (it ends by itself after O(seconds) too).
  - TCP ports that are free are listened on; where the Engine or anything else holds the port, a connection to it is
    the proof.
  - UDP is seen by a raw socket, which gets a datagram after the input firewall of the host, whoever holds the port,
    the kernel's VXLAN and the Engine's gossip too. The answer leaves from the port that was asked.
    At most three datagrams of 96 bytes are sent to a port.
  - An Engine in a swarm cannot read a question on 7946/udp and notes one warning for it in its log (C(memberlist)).
  - IP protocol 50 (ESP), which only encrypted overlay networks use, is not proven.
author: Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._attributes
attributes:
  check_mode:
    support: full
    details:
      - Nothing is started, asked or ended. With O(state=proven) the table is empty.
  diff_mode:
    support: N/A
    details:
      - Nothing that lasts is changed.
  idempotent:
    support: full
    details:
      - The result is never changed, because the listener does not last.
options:
  state:
    description:
      - V(listening) starts a listener in the background, in place of one that runs already, and returns as soon as
        its ports are bound. Needs root, Python's standard library, and a Linux kernel.
      - V(proven) asks every port of O(peers) and fails where one does not answer.
      - V(absent) ends the listener and returns once its ports are free. Needs root.
    type: str
    choices: [listening, proven, absent]
    required: true
  host:
    description:
      - The name of this host as its peers know it; usually V(inventory_hostname).
      - The listener answers with it, so that an address which belongs to another host is noticed.
    type: str
    required: true
  run:
    description:
      - Any text that is the same on all hosts and differs from run to run. Questions of another run are not answered.
      - It is no secret.
    type: str
    default: flotilla
  ports:
    description:
      - The ports to listen on, for O(state=listening).
    type: list
    elements: dict
    default: []
    suboptions: &port
      protocol:
        description: The protocol.
        type: str
        choices: [tcp, udp]
        required: true
      port:
        description: The port, 1 to 65535.
        type: int
        required: true
  seconds:
    description:
      - How long the listener answers at most, for O(state=listening); 1 to 600.
    type: int
    default: 60
  peers:
    description:
      - Whom to ask, for O(state=proven).
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: The name of the peer, as its listener was given in O(host).
        type: str
        required: true
      address:
        description: The address to ask, IPv4 or IPv6, or a name that resolves on this host.
        type: str
        required: true
      ports:
        description: The ports to ask.
        type: list
        elements: dict
        required: true
        suboptions: *port
  timeout:
    description:
      - How many seconds a port may take to answer, for O(state=proven); 0.5 to 30.
    type: float
    default: 2.0
  required:
    description:
      - With V(false), O(state=proven) does not fail, and what was not reached is only returned in RV(failures).
    type: bool
    default: true
seealso:
  - module: flotilla.swarm.swarm_join
"""

EXAMPLES = r"""
- name: Answer the peers
  flotilla.swarm.swarm_reach:
    state: listening
    host: "{{ inventory_hostname }}"
    run: "{{ ansible_play_batch | join(',') }}"
    ports: &ports
      - {protocol: tcp, port: 7946}
      - {protocol: udp, port: 7946}
      - {protocol: udp, port: 4789}

- name: Reach every peer
  flotilla.swarm.swarm_reach:
    state: proven
    host: "{{ inventory_hostname }}"
    run: "{{ ansible_play_batch | join(',') }}"
    peers:
      - {host: w1, address: 10.0.0.21, ports: *ports}
      - {host: w2, address: 10.0.0.22, ports: *ports}

- name: Answer no longer
  flotilla.swarm.swarm_reach:
    state: absent
    host: "{{ inventory_hostname }}"
"""

RETURN = r"""
ports:
  description: How the ports are listened on.
  returned: O(state=listening)
  type: list
  elements: dict
  contains:
    protocol: {description: The protocol., type: str, returned: always}
    port: {description: The port., type: int, returned: always}
    held: {description: Whether something else holds the port., type: bool, returned: always}
    held_by: {description: The process that holds it. Null for the kernel., type: str, returned: always}
    pid: {description: The number of that process., type: int, returned: always}
  sample: [{protocol: tcp, port: 7946, held: true, held_by: dockerd, pid: 512}]
reached:
  description: One row for each port of each peer, in the order of O(peers).
  returned: O(state=proven)
  type: list
  elements: dict
  contains:
    host: {description: The peer., type: str, returned: always}
    address: {description: The address asked., type: str, returned: always}
    protocol: {description: The protocol., type: str, returned: always}
    port: {description: The port., type: int, returned: always}
    reached: {description: Whether the peer was reached there., type: bool, returned: always}
    answered_by:
      description: V(listener), or V(holder) for whatever holds the TCP port. Null without an answer.
      type: str
      returned: always
    answered_as: {description: The name the listener answered with., type: str, returned: always}
    problem:
      description: Null, V(silent), V(refused), V(unreachable), V(not_sent), V(unresolved) or V(other_host).
      type: str
      returned: always
    milliseconds: {description: How long the answer took., type: float, returned: always}
  sample:
    - {host: w1, address: 10.0.0.21, protocol: udp, port: 4789, reached: true, answered_by: listener,
       answered_as: w1, problem: null, milliseconds: 0.8}
failures:
  description: One sentence for each port that was not reached, with what to check; empty when all were.
  returned: O(state=proven)
  type: list
  elements: str
  sample:
    - "m1 gets no answer from w1 (10.0.0.21) on 4789/udp (overlay networks): let w1, and any firewall between the two,
      admit 4789/udp from m1."
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._engine.errors import FlotillaError
from ..module_utils._ports.reach import OPTIONS, reach


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        result = reach(module.params, module.check_mode)
    except FlotillaError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
