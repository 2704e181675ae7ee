#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_firewall
short_description: Open the ports of a swarm between its members only
author:
  - Flotilla contributors (@flotilla-swarm)
description:
  - Opens the ports that a swarm needs on this host for the other members of the swarm, and blocks them for all other
    addresses.
  - These are the listen port on managers (tcp), 7946 (tcp and udp) and the data path port (udp) on every member,
    and ESP (IP protocol 50) if overlay networks are encrypted.
  - Works with firewalld, ufw and nftables, and detects which of them is active on this host. If none is, no port is
    opened and no firewall is started.
  - The list of members is complete. Hosts that are not in it lose their access.
  - On a load balancer, O(public_ports) are opened to everybody, and VRRP to O(vrrp_peers). These and the swarm's
    ports are independent, so a task that declares only one of them does not close the other.
  - Other rules, including Docker's, and other ports are not changed. ESP is only opened, never blocked.
extends_documentation_fragment:
  - flotilla.swarm._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  members:
    description:
      - The addresses of all members of the swarm, IPv4 or IPv6, as the other hosts see them.
        The address of this host may be among them.
      - One of O(members) and O(public_ports) is required if O(state=present).
    type: list
    elements: str
  public_ports:
    description:
      - The TCP ports of a load balancer, which everybody may reach. The list is complete; an empty list closes all of
        them.
      - Your own rules that block some addresses stay in effect.
    type: list
    elements: int
  vrrp_peers:
    description:
      - The addresses of the load balancers with which this host shares a virtual address by VRRP (IP protocol 112).
    type: list
    elements: str
  manager:
    description:
      - Whether this host is a manager, or is to become one. Its O(listen_port) is then opened to the members.
    type: bool
    default: false
  listen_port:
    description:
      - The port on which managers listen.
    type: int
    default: 2377
  data_path_port:
    description:
      - The port of overlay networks (VXLAN).
    type: int
    default: 4789
  encrypted_overlays:
    description:
      - Whether overlay networks are encrypted, so that members need ESP too.
    type: bool
    default: false
  backend:
    description:
      - The firewall to change.
    type: str
    choices:
      auto: The active firewall of this host. V(nftables) counts as active if its service is active or enabled, or if
        a chain drops incoming packets that no rule accepts.
      firewalld: Fails if firewalld is not running.
      ufw: Fails if ufw is not enabled.
      nftables: Loads the swarm's own table even if no firewall was active before. Fails if C(nft) is not installed,
        or if another firewall of this list is active.
      none: Changes nothing on this host.
    default: auto
  keep:
    description:
      - Close no port, for a run that does not know every member.
        Addresses that have access keep their access, and are treated as members.
    type: bool
    default: false
  state:
    description:
      - Whether the rules exist. V(absent) removes every rule that this module created, and no other rule.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Needs root.
  - With firewalld, the members are in the ipsets C(flotilla-members-4) and C(flotilla-members-6), and every active
    zone has rich rules that refer to these ipsets. The first run has to reload firewalld once. A reload would discard
    settings that are not permanent, so the module refuses if there are any.
  - With ufw, the rules carry the comment C(flotilla swarm). Adding a member takes half a second.
  - With nftables, the rules are in the table C(inet flotilla), and in a chain C(flotilla_swarm) of every table whose
    input chain drops unknown packets. The unit C(flotilla-firewall.service) loads the rules after
    C(nftables.service), and again when C(nftables.service) is reloaded. C(/etc/nftables.conf) is never changed.
  - A host whose only firewall is a set of iptables rules is not changed, and the module warns.
seealso:
  - module: flotilla.swarm.swarm_host_info
"""

EXAMPLES = r"""
- name: Open the swarm's ports on a manager to the members only
  flotilla.swarm.swarm_firewall:
    members:
      - 10.0.0.11
      - 10.0.0.12
      - 10.0.0.21
    manager: true

- name: Add one member and close no port
  flotilla.swarm.swarm_firewall:
    members:
      - 10.0.0.22
    keep: true

- name: Open the ports of a load balancer, and VRRP to the other one
  flotilla.swarm.swarm_firewall:
    public_ports: [80, 443]
    vrrp_peers: [10.0.0.32]

- name: Remove all rules of the swarm
  flotilla.swarm.swarm_firewall:
    state: absent
"""

RETURN = r"""
backend:
  description: The firewall that was changed or checked, V(none) if there is none.
  returned: success
  type: str
  sample: nftables
openings:
  description: What the members can reach on this host; in check mode, what they could reach after a run without it.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.11 tcp 2377", "10.0.0.11 tcp 7946", "10.0.0.11 udp 4789", "10.0.0.11 udp 7946"]
guarded:
  description: The ports that are blocked for all other addresses.
  returned: success
  type: list
  elements: str
  sample: ["tcp 2377", "tcp 7946", "udp 4789", "udp 7946"]
opened:
  description: The openings that were added.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.11 tcp 2377"]
closed:
  description: The openings that were removed.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.99 tcp 2377"]
msg:
  description: Why no firewall was changed, or which other rules may block the members, in one sentence.
  returned: when no supported firewall is active on this host, or iptables rules exist too
  type: str
  sample: No firewall is active on this host, so no port was opened and no port is refused.
"""

from ..module_utils._firewall.deploy import VERB
from ..module_utils._run.module import run


def main() -> None:
    run(VERB)


if __name__ == "__main__":
    main()
