#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_reach
short_description: Prove that hosts reach each other on the ports of a swarm
description:
  - Proves with real packets, UDP included, that hosts which are to form a swarm reach each other, before any host
    joins. Works the same on hosts in no swarm and on nodes of a live swarm.
  - A proof takes three tasks. With O(state=listening) every host starts a listener that answers for some seconds, with
    O(state=proven) every host asks the others, with O(state=absent) every listener ends. A listener also ends by itself
    after O(seconds).
  - The listener listens on TCP ports that are free; where the Engine or another process holds the port, a connection to
    that process is the proof.
  - UDP is received by a raw socket, which gets a datagram after the input firewall of the host even where the kernel's
    VXLAN or the Engine's gossip holds the port. The answer is sent from the port that was asked.
    At most three datagrams of 96 bytes are sent to a port.
  - A host that creates or joins a swarm with M(flotilla.swarm.swarm_init) or M(flotilla.swarm.swarm_join) takes the ports from
    the listeners of all runs, which go on answering.
  - An Engine in a swarm cannot read a question on 7946/udp and writes one warning about each to its log
    (C(memberlist)).
  - IP protocol 50 (ESP), which only encrypted overlay networks use, is not proven.
author: Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._attributes
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: full
    details:
      - No listener is started or ended, and no peer is asked. With O(state=proven) the table is empty.
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
      - V(listening) starts a listener in the background, in place of a running one of the same O(run), and returns as soon
        as the ports are bound. Needs root, Python's standard library, and a Linux kernel.
      - V(proven) asks every port of O(peers) and fails where one does not answer.
      - V(absent) ends the listener of this O(run) and returns as soon as its ports are free. Needs root.
    type: str
    choices: [listening, proven, absent]
    required: true
  host:
    description:
      - The name of this host as its peers know it; usually V(inventory_hostname).
      - The listener answers with this name, so that an address which belongs to another host is detected.
    type: str
    required: true
  run:
    description:
      - Any text that is the same on all hosts and differs from run to run. Several runs can go on at the same time on the same
        hosts; each has a listener of its own, and ends no other.
      - The text is no secret.
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
      - The hosts to ask, for O(state=proven).
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: The name of the peer, which is the O(host) of its listener.
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
      - How many seconds to wait for the answer of a port, for O(state=proven); 0.5 to 30.
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
- name: Start the listener
  flotilla.swarm.swarm_reach:
    state: listening
    host: "{{ inventory_hostname }}"
    run: "{{ ansible_play_batch | join(',') }}"
    ports: &ports
      - {protocol: tcp, port: 7946}
      - {protocol: udp, port: 7946}
      - {protocol: udp, port: 4789}

- name: Ask every peer
  flotilla.swarm.swarm_reach:
    state: proven
    host: "{{ inventory_hostname }}"
    run: "{{ ansible_play_batch | join(',') }}"
    peers:
      - {host: w1, address: 10.0.0.21, ports: *ports}
      - {host: w2, address: 10.0.0.22, ports: *ports}

- name: End the listener
  flotilla.swarm.swarm_reach:
    state: absent
    host: "{{ inventory_hostname }}"
"""

RETURN = r"""
ports:
  description: How the listener listens on each port.
  returned: O(state=listening)
  type: list
  elements: dict
  contains:
    protocol: {description: The protocol., type: str, returned: always}
    port: {description: The port., type: int, returned: always}
    held: {description: Whether another process or the kernel holds the port., type: bool, returned: always}
    held_by: {description: The process that holds the port. Null for the kernel., type: str, returned: always}
    pid: {description: The ID of that process., type: int, returned: always}
  sample: [{protocol: tcp, port: 7946, held: true, held_by: dockerd, pid: 512}]
reached:
  description: One row for each port of each peer, in the order of O(peers).
  returned: O(state=proven)
  type: list
  elements: dict
  contains:
    host: {description: The peer., type: str, returned: always}
    address: {description: The address that was asked., type: str, returned: always}
    protocol: {description: The protocol., type: str, returned: always}
    port: {description: The port., type: int, returned: always}
    reached: {description: Whether the peer was reached on the port., type: bool, returned: always}
    answered_by:
      description: V(listener), or V(holder) for another process that holds the TCP port. Null without an answer.
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

from ..module_utils._ports.reach import VERB
from ..module_utils._run.module import run


def main() -> None:
    run(VERB)


if __name__ == "__main__":
    main()
