#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_load_balancer
short_description: Configure HAProxy on a load balancer, and drain a node there
author:
  - Flotilla contributors (@flotilla-swarm)
description:
  - Writes the configuration of HAProxy on this host for the frontends that M(flotilla.swarm.swarm_load_balancer_info)
    returns, validates it with HAProxy first, and reloads HAProxy if it runs with a different one. A reload does not
    interrupt connections.
  - If HAProxy rejects the new configuration, nothing is changed, and the message quotes the line. If HAProxy cannot
    run with it because a port is in use, the previous configuration is restored.
  - With O(virtual_ip), keepalived manages an address that moves to another load balancer if HAProxy or the host
    fails.
  - With O(state=drain), a node gets no new connections, and the module waits for its open ones to end; with
    O(state=ready), the node gets connections again.
extends_documentation_fragment:
  - flotilla.swarm._attributes
attributes:
  check_mode:
    support: full
    details:
      - If HAProxy is installed, it validates the new configuration in check mode too.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - With V(present), this host is a load balancer with O(frontends).
      - With V(drain), the node O(node) gets no new connections, and the module waits until its open ones have ended.
        If it is the only healthy server of a frontend, it still gets connections there.
      - With V(ready), the node O(node) gets connections again.
    type: str
    choices: [present, drain, ready]
    default: present
  frontends:
    description:
      - The frontends, as M(flotilla.swarm.swarm_load_balancer_info) returns them. The list is complete.
      - Required if O(state=present).
    type: list
    elements: dict
    suboptions:
      service:
        description: The name of the service.
        type: str
        required: true
      port:
        description: The port on this host.
        type: int
        required: true
      published_port:
        description: The port on the nodes.
        type: int
        required: true
      publish_mode:
        description: How the port is published.
        type: str
        choices: [ingress, host]
        default: ingress
      mode:
        description: Whether requests (V(http)) or connections (V(tcp)) are distributed.
        type: str
        choices: [tcp, http]
        default: tcp
      check:
        description: V(tcp), or the path of a health check.
        type: str
        default: tcp
      certificate:
        description: The name of a certificate in O(certificates).
        type: str
      proxy_protocol:
        description: Whether to send the client's address to the service with the PROXY protocol.
        type: bool
        default: false
      timeout:
        description: The idle timeout of a connection in seconds.
        type: int
      servers:
        description: The nodes.
        type: list
        elements: dict
        default: []
        suboptions:
          node:
            description: The host name of the node.
            type: str
            required: true
          node_id:
            description: Its ID.
            type: str
            required: true
          address:
            description: Its address.
            type: str
            required: true
          drained:
            description: Whether the node is drained, so that it gets no new connections.
            type: bool
            default: false
  certificates:
    description:
      - Certificates with which this host terminates TLS.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name by which frontends refer to it.
        type: str
        required: true
      path:
        description: A file on this host with the certificate, its chain and its private key in PEM.
        type: str
      content:
        description: The same as text. It is written to a file that only root can read.
        type: str
  virtual_ip:
    description:
      - An address that one of several load balancers has at a time. Without it, keepalived is stopped if this module
        has configured it.
    type: dict
    suboptions:
      address:
        description: The address with its prefix length, such as V(10.0.0.100/24).
        type: str
        required: true
      own:
        description: The address of this host, one of O(virtual_ip.balancers).
        type: str
        required: true
      balancers:
        description: The addresses of all load balancers, in order of preference.
        type: list
        elements: str
        required: true
      router_id:
        description: The VRRP router ID, 1 to 255, which has to be unique in the network.
        type: int
        default: 51
  node:
    description:
      - The ID of a node. Required if O(state) is V(drain) or V(ready).
    type: str
  timeout:
    description:
      - The number of seconds that O(state=drain) waits for connections to end. Connections that are still open then
        continue.
    type: int
    default: 60
notes:
  - Needs root, and HAProxy 2.6 or later, which the role P(flotilla.swarm.swarm_load_balancer#role) installs.
  - The file C(/etc/haproxy/haproxy.cfg) is replaced as a whole. A file that this module did not write is kept as
    C(haproxy.cfg.before-flotilla).
  - The socket C(/run/haproxy/admin.sock) allows full control of HAProxy, and only root can access it.
seealso:
  - module: flotilla.swarm.swarm_load_balancer_info
"""

EXAMPLES = r"""
- name: Read what stands behind the frontends
  flotilla.swarm.swarm_load_balancer_info:
    frontends: [{service: web, port: 80, mode: http}]
  delegate_to: manager1
  register: balance

- name: Configure HAProxy
  flotilla.swarm.swarm_load_balancer:
    frontends: "{{ balance.frontends }}"

- name: Send a node nothing new
  flotilla.swarm.swarm_load_balancer:
    state: drain
    node: z2qk0y6dkqbuq0sk3oqcpqoyn
    timeout: 30
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action.
  returned: success
  type: list
  elements: str
  sample: ["/etc/haproxy/haproxy.cfg is written", "HAProxy is reloaded"]
connections:
  description: How many connections of the node are still open.
  returned: when O(state) is V(drain) or V(ready)
  type: int
"""

from ..module_utils._haproxy.deploy import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
