#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_load_balancer_info
short_description: Read which nodes stand behind the frontends of a load balancer
author:
  - Flotilla contributors (@flotilla-swarm)
description:
  - Reads on a manager the services that ask for a frontend, in O(frontends) or by a label, and the nodes that serve their
    published ports. M(flotilla.swarm.swarm_load_balancer) makes load balancers of it, and so may a template of your own.
  - Behind a port in mode V(ingress) (the mesh) stand all nodes that are active and ready. Behind one in mode V(host) stand the
    same nodes, and those that are not active and run a task; the health checks of the load balancer find those where a
    task runs now.
  - A node in maintenance stays, and is RV(frontends[].servers[].drained) while it is away.
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  frontends:
    description:
      - The frontends that are asked for in the inventory.
    type: list
    elements: dict
    default: []
    suboptions:
      service:
        description:
          - The name of a service.
        type: str
        required: true
      port:
        description:
          - The port on the load balancers. Without it, the published port.
        type: int
      published_port:
        description:
          - Which of its published TCP ports; needed where it has several.
        type: int
      mode:
        description:
          - With V(http), requests are spread, and what can be repeated is sent to another node where its node fails. With V(tcp),
            connections are, whatever is in them, TLS too.
        type: str
        choices: [tcp, http]
        default: tcp
      check:
        description:
          - V(tcp) to connect, or a path to ask for by HTTP, such as V(/health). A status from 200 to 399 is well.
        type: str
        default: tcp
      certificate:
        description:
          - The name of the certificate with which the load balancers end TLS. Without it, TLS passes through.
        type: str
      proxy_protocol:
        description:
          - Whether the service is told the client's address in the PROXY protocol, version 2, which it has to understand.
        type: bool
        default: false
      only_running:
        description:
          - Whether only the nodes that run a task of the service now stand behind a port in mode V(host). The load balancers then
            have to be told again after each move of a task.
        type: bool
        default: false
      timeout:
        description:
          - The number of seconds after which a connection at rest is ended. Without it, 60 in mode V(http) and 3600 in mode
            V(tcp).
        type: int
  labels:
    description:
      - Whether labels of services may ask for frontends, too. The label C(load_balancer.443) asks for one at port 443; its value
        has the other options as words, such as C(mode=http check=/health certificate=site), and may be empty.
    type: bool
    default: true
  certificates:
    description:
      - The names of the certificates that the load balancers have. A frontend with another one is refused.
    type: list
    elements: str
    default: []
seealso:
  - module: flotilla.swarm.swarm_load_balancer
  - module: flotilla.swarm.swarm_service_info
"""

EXAMPLES = r"""
- name: Read what stands behind the frontends
  flotilla.swarm.swarm_load_balancer_info:
    frontends:
      - service: web
        port: 443
        mode: http
        check: /health
        certificate: site
    certificates: [site]
  register: balance
"""

RETURN = r"""
state:
  description: What the host is to a swarm, see M(flotilla.swarm.swarm_info). Another one than V(manager) fails.
  returned: always
  type: str
  sample: manager
why:
  description: A sentence about the quorum.
  returned: always
  type: str
frontends:
  description: The frontends, sorted by port, with all their options.
  returned: always
  type: list
  elements: dict
  contains:
    service:
      description: The name of the service.
      type: str
      returned: always
    port:
      description: The port on the load balancers.
      type: int
      returned: always
    published_port:
      description: The port on the nodes.
      type: int
      returned: always
    publish_mode:
      description: V(ingress) or V(host).
      type: str
      returned: always
    mode:
      description: V(tcp) or V(http).
      type: str
      returned: always
    check:
      description: V(tcp) or a path.
      type: str
      returned: always
    certificate:
      description: The name of a certificate, V(null) without one.
      type: str
      returned: always
    proxy_protocol:
      description: Whether the service is told the client's address.
      type: bool
      returned: always
    timeout:
      description: Seconds after which a connection at rest is ended.
      type: int
      returned: always
    servers:
      description: The nodes, sorted by ID.
      type: list
      elements: dict
      returned: always
      contains:
        node:
          description: The host name of the node.
          type: str
          returned: always
        node_id:
          description: Its ID.
          type: str
          returned: always
        address:
          description: Its address.
          type: str
          returned: always
        drained:
          description: Whether it is to get no new connections.
          type: bool
          returned: always
summary:
  description: The frontends as a table, a list of lines made for reading.
  returned: always
  type: list
  elements: str
  sample:
    - "PORT  SERVICE  PUBLISHED    MODE            CHECK    SERVERS"
    - "443   web      8080 (mesh)  http, TLS site  /health  m1, w1, w2"
"""

from ..module_utils._haproxy.info import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
