#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_reach
short_description: Test that hosts reach each other on the ports of a swarm
description:
  - Tests with real packets, including UDP, that the hosts of a future swarm can reach each other, before any host
    joins. It works the same on hosts outside of a swarm and on nodes of a live swarm.
  - A test takes three tasks. With O(state=listening), every host starts a listener that answers for some seconds;
    with O(state=proven), every host contacts the others; with O(state=absent), every listener is stopped. A listener
    also stops by itself after O(seconds).
  - The listener uses TCP ports that are free; if the Engine or another process uses the port, a connection to that
    process counts as success.
  - UDP is received by a raw socket, which gets a datagram after the input firewall of the host even if the kernel's
    VXLAN or the Engine's gossip uses the port. The response is sent from the tested port. At most three datagrams of
    96 bytes are sent to a port.
  - When a host creates or joins a swarm with M(flotilla.swarm.swarm_init) or M(flotilla.swarm.swarm_join), the
    listeners of all runs release the ports that it needs and continue to answer.
  - An Engine in a swarm cannot parse the test packets on 7946/udp and logs one warning for each of them
    (C(memberlist)).
  - IP protocol 50 (ESP), which only encrypted overlay networks use, is not tested.
author: Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._attributes
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: full
    details:
      - No listener is started or stopped, and no peer is contacted. With O(state=proven), the table is empty.
  diff_mode:
    support: N/A
    details:
      - Nothing is changed permanently.
  idempotent:
    support: full
    details:
      - The result is never changed, because the listener is temporary.
options:
  state:
    description:
      - V(listening) starts a listener in the background, replaces a running one of the same O(run), and returns as
        soon as the ports are bound. Needs root, Python's standard library, and a Linux kernel.
      - V(proven) contacts every port of O(peers) and fails if one does not answer.
      - V(absent) stops the listener of this O(run) and returns as soon as its ports are free. Needs root.
    type: str
    choices: [listening, proven, absent]
    required: true
  host:
    description:
      - The name of this host as its peers know it; usually V(inventory_hostname).
      - The listener answers with this name, so that an address of a different host is detected.
    type: str
    required: true
  run:
    description:
      - Any text that is the same on all hosts and differs from run to run. Several runs can use the same hosts at the
        same time; each has its own listener and stops no other.
      - The text is not secret.
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
      - The maximum lifetime of the listener in seconds, for O(state=listening); 1 to 600.
    type: int
    default: 60
  peers:
    description:
      - The hosts to contact, for O(state=proven).
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: The name of the peer, which is the O(host) of its listener.
        type: str
        required: true
      address:
        description: The address to contact, IPv4 or IPv6, or a name that resolves on this host.
        type: str
        required: true
      ports:
        description: The ports to test.
        type: list
        elements: dict
        required: true
        suboptions: *port
  timeout:
    description:
      - The timeout in seconds for the response of a port, for O(state=proven); 0.5 to 30.
    type: float
    default: 2.0
  required:
    description:
      - With V(false), O(state=proven) does not fail, and unreachable ports are only returned in RV(failures).
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
