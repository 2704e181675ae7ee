# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of keepalived as text: one virtual address, held by the first balancer that works. PRIVATE. Pure."""

from __future__ import annotations

import ipaddress
import json
import typing as t

from .._engine.errors import Refused
from .text import OURS

Raw = t.Dict[str, t.Any]

# Of the first balancer; each further one has one less.
_PRIORITY = 200


def keepalived(virtual_ip: Raw, interface: str) -> str:
    """The configuration of one balancer.

    Args:
        virtual_ip: what was declared, checked.
        interface: the one that holds the balancer's own address.
    """
    own = virtual_ip["own"]
    peers = [address for address in virtual_ip["balancers"] if address != own]
    priority = _PRIORITY - virtual_ip["balancers"].index(own)
    listed = "".join(f"        {address}\n" for address in peers)
    return f"""\
{OURS}
global_defs {{
    enable_script_security
    script_user root
}}

vrrp_script haproxy {{
    script "/usr/bin/systemctl is-active --quiet haproxy.service"
    interval 1
    timeout 1
    fall 2
    rise 2
}}

vrrp_instance flotilla {{
    # Whoever holds the address keeps it: to give it back would end connections for nothing.
    state BACKUP
    nopreempt
    interface {interface}
    virtual_router_id {int(virtual_ip["router_id"])}
    priority {priority}
    advert_int 1
    unicast_src_ip {own}
    unicast_peer {{
{listed}    }}
    virtual_ipaddress {{
        {virtual_ip["address"]} dev {interface}
    }}
    track_script {{
        haproxy
    }}
}}
"""


def check_virtual_ip(virtual_ip: Raw) -> None:
    """Refuse a virtual address that two balancers cannot share.

    Raises:
        Refused: says what is wrong.
    """
    text = virtual_ip["address"]
    try:
        address = ipaddress.ip_interface(text)
    except ValueError:
        raise Refused(
            f"The virtual address {text!r} is none: write one with its prefix, such as 10.0.0.100/24. Nothing was changed."
        ) from None
    if "/" not in text:
        raise Refused(f"The virtual address {text} needs its prefix, such as {text}/24. Nothing was changed.")
    for one in virtual_ip["balancers"]:
        try:
            version = ipaddress.ip_address(one).version
        except ValueError:
            raise Refused(
                f"The balancer's address {one!r} is none: set swarm_load_balancer_address on this host. Nothing was changed."
            ) from None
        if version != address.version or str(address.ip) == one:
            raise Refused(
                f"The virtual address {text} does not fit the balancer's address {one}: it has to be of the same IP version, and "
                "no balancer's own. Nothing was changed."
            )
    if len(set(virtual_ip["balancers"])) < max(2, len(virtual_ip["balancers"])):
        raise Refused(
            "A virtual address needs two balancers or more, each with an address of its own. Nothing was changed."
        )
    if not 0 < virtual_ip["router_id"] < 256:
        raise Refused(f"The router ID {virtual_ip['router_id']} is not one of 1 to 255. Nothing was changed.")


def interface_of(address: str, shown: str) -> str:
    """The interface that holds an address, in what ``ip -j address`` says.

    Raises:
        Refused: none holds it.
    """
    for link in json.loads(shown or "[]"):
        if any(one.get("local") == address for one in link.get("addr_info") or []):
            return str(link["ifname"])
    raise Refused(
        f"No interface of this balancer has the address {address}: set swarm_load_balancer_address for it. Nothing was changed."
    )
