#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_load_balancer_info
short_description: Read the frontends of a load balancer and the nodes that serve them
author:
  - Flotilla contributors (@flotilla-swarm)
description:
  - Reads on a manager the services with a frontend, declared in O(frontends) or by a label, and the nodes that serve
    their published ports. M(flotilla.swarm.swarm_load_balancer) configures load balancers with the result, and you
    can use it in your own templates.
  - The servers of a port in mode V(ingress) (the routing mesh) are all nodes that are active and ready. For a port in
    mode V(host), nodes that are not active but run a task are included too; the health checks of the load balancer
    detect the nodes on which a task runs.
  - A node in maintenance stays in the list, and is RV(frontends[].servers[].drained) while it is out of rotation.
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  frontends:
    description:
      - The frontends that the inventory declares.
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
          - The port on the load balancers. By default, the published port.
        type: int
      published_port:
        description:
          - The published TCP port of the service; required if it publishes several.
        type: int
      mode:
        description:
          - With V(http), requests are distributed, and idempotent requests are retried on another node if a node
            fails. With V(tcp), connections are distributed, whatever their content, including TLS.
        type: str
        choices: [tcp, http]
        default: tcp
      check:
        description:
          - The health check, V(tcp) to open a connection, or a path to request by HTTP, such as V(/health). A status
            from 200 to 399 is healthy.
        type: str
        default: tcp
      certificate:
        description:
          - The name of the certificate with which the load balancers terminate TLS. Without it, TLS is passed
            through.
        type: str
      proxy_protocol:
        description:
          - Whether to send the client's address to the service with the PROXY protocol, version 2, which the service
            has to support.
        type: bool
        default: false
      only_running:
        description:
          - Whether the servers of a port in mode V(host) are only the nodes that currently run a task of the service.
            The load balancers then have to be updated each time a task has moved.
        type: bool
        default: false
      timeout:
        description:
          - The idle timeout of a connection in seconds. By default, 60 in mode V(http) and 3600 in mode V(tcp).
        type: int
  labels:
    description:
      - Whether labels of services may declare frontends too. The label C(load_balancer.443) declares one on port 443;
        its value contains the other options as words, such as C(mode=http check=/health certificate=site), and may be
        empty.
    type: bool
    default: true
  certificates:
    description:
      - The names of the certificates that the load balancers have. A frontend with any other certificate is refused.
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
  description: The state of the host in a swarm, see M(flotilla.swarm.swarm_info). The module fails if it is not
    V(manager).
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
      description: The name of a certificate, V(null) if there is none.
      type: str
      returned: always
    proxy_protocol:
      description: Whether the client's address is sent to the service.
      type: bool
      returned: always
    timeout:
      description: The idle timeout of a connection in seconds.
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
          description: Whether the node is drained, so that it gets no new connections.
          type: bool
          returned: always
summary:
  description: The frontends as a human-readable table, a list of lines.
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
