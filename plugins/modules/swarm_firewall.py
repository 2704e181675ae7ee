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
  - Opens the ports a swarm needs on this host to the other members of the swarm, and refuses them to everybody else.
  - These are the listen port on managers (tcp), 7946 (tcp and udp) and the data path port (udp) on every member,
    and ESP (IP protocol 50) where overlay networks are encrypted.
  - Works with firewalld, ufw and nftables, and finds out which of them filters on this host.
    Where none does, nothing is opened and nothing is switched on.
  - The list of members is the whole truth. A host that is no longer in it loses its access.
  - Rules of others, Docker's among them, are left alone, and so is every other port. ESP is opened and never refused.
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
        This host's own may be among them.
      - Required if O(state=present).
    type: list
    elements: str
  manager:
    description:
      - Whether this host is a manager, or is about to become one. Members then reach its O(listen_port).
    type: bool
    default: false
  listen_port:
    description:
      - The port managers listen on.
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
      - The firewall to talk to.
    type: str
    choices:
      auto: The one that filters on this host. V(nftables) counts when its service is on, or when a chain refuses
        incoming packets that no rule accepts.
      firewalld: Fails where firewalld is not running.
      ufw: Fails where ufw is not enabled.
      nftables: Loads the swarm's own table even where nothing filtered before. Fails where C(nft) is not installed,
        or another of these filters.
      none: Leaves this host alone.
    default: auto
  keep:
    description:
      - Close nothing, for a run that does not know every member.
        Addresses that have access keep it, and are treated as members.
    type: bool
    default: false
  state:
    description:
      - Whether the rules are to be there. V(absent) removes all that this module made, and nothing else.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Needs root.
  - With firewalld, the members are in the ipsets C(flotilla-members-4) and C(flotilla-members-6), and every active
    zone has rich rules that refer to them. The first time, firewalld has to be reloaded once. That would drop settings
    that were never made permanent, so the module refuses while there are any.
  - With ufw, the rules carry the comment C(flotilla swarm). Adding a member takes half a second.
  - With nftables, the rules are in the table C(inet flotilla), and in a chain C(flotilla_swarm) of every table whose
    input chain refuses what it does not know. The unit C(flotilla-firewall.service) loads them after
    C(nftables.service) and again on its reload. C(/etc/nftables.conf) is never touched.
  - A host whose only firewall is a set of iptables rules is left alone, with a warning.
seealso:
  - module: flotilla.swarm.swarm_host_info
"""

EXAMPLES = r"""
- name: Open the swarm's ports on a manager to the members, and to nobody else
  flotilla.swarm.swarm_firewall:
    members:
      - 10.0.0.11
      - 10.0.0.12
      - 10.0.0.21
    manager: true

- name: Let one more member in and close nothing
  flotilla.swarm.swarm_firewall:
    members:
      - 10.0.0.22
    keep: true

- name: Take all of it back
  flotilla.swarm.swarm_firewall:
    state: absent
"""

RETURN = r"""
backend:
  description: The firewall that was found, V(none) where there is none.
  returned: success
  type: str
  sample: nftables
openings:
  description: What members can reach on this host now, or could after a run without check mode.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.11 tcp 2377", "10.0.0.11 tcp 7946", "10.0.0.11 udp 4789", "10.0.0.11 udp 7946"]
guarded:
  description: The ports that are refused to everybody else.
  returned: success
  type: list
  elements: str
  sample: ["tcp 2377", "tcp 7946", "udp 4789", "udp 7946"]
opened:
  description: What was opened.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.11 tcp 2377"]
closed:
  description: What was closed.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.99 tcp 2377"]
msg:
  description: What to know about this host's firewall in one sentence, where there is something to know.
  returned: when no supported firewall filters on this host
  type: str
  sample: No firewall is at work on this host, so nothing was opened and nothing is refused.
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._firewall.run import OPTIONS, REQUIRED_IF, run


def main() -> None:
    run(AnsibleModule(argument_spec=OPTIONS, required_if=REQUIRED_IF, supports_check_mode=True))


if __name__ == "__main__":
    main()
