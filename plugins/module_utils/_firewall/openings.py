# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which ports a swarm needs open, and to which addresses. Pure. PRIVATE to the collection.

An *opening* is a string in the user's words: ``10.0.0.11 tcp 2377``, ``10.0.0.11 udp 7946``, ``10.0.0.11 esp``; its
*service* is ``tcp 2377``, ``udp 7946``, ``esp``. A *guarded* service is refused to every address without an opening for it.

Ports (Engine documentation, "Open protocols and ports between the hosts"): the listen port of managers (tcp),
7946 for gossip (tcp and udp), the data path port for VXLAN (udp), IP protocol 50 for encrypted overlays.

A load balancer has openings of its own, in the swarm or not: ``all tcp 443`` to everybody, ``10.0.0.2 vrrp`` to another one.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .._engine.errors import Refused
from .._options.kernel import no_other_hosts

GOSSIP_PORT = 7946
# ESP is never guarded: the kernel drops what it has no key for, and the host's own VPN may need it.
ESP = "esp"
# Nor are those of a load balancer: what it has open is for everybody, and VRRP may be another router's.
VRRP = "vrrp"
ALL = "all"
WITHOUT_PORT = frozenset({ESP, VRRP})


def opening(address: str, service: str) -> str:
    """The opening of a service to an address."""
    return f"{address} {service}"


def split_opening(text: str) -> tuple[str, str]:
    """The address and the service of an opening: ``("10.0.0.11", "tcp 2377")``, ``("10.0.0.11", "esp")``."""
    address, service = text.split(" ", 1)
    return address, service


def family(address: str) -> int:
    """The IP version of an address or an opening: 4 or 6."""
    return 6 if ":" in address else 4


def all_openings(addresses: t.Iterable[str], services: t.Iterable[str]) -> frozenset[str]:
    """The openings of every service to every address."""
    listed = list(services)
    return frozenset(opening(address, service) for address in addresses for service in listed)


def guardable(services: t.Iterable[str]) -> frozenset[str]:
    """Those of the services that can be guarded, which are those with a port."""
    return frozenset(service for service in services if service not in WITHOUT_PORT)


def guarded_by(openings: t.Iterable[str]) -> frozenset[str]:
    """The services that are refused to all other addresses where there are these openings."""
    return guardable(split_opening(one)[1] for one in openings if not of_balancer(one))


def of_balancer(text: str) -> bool:
    """Whether an opening is a load balancer's, and no member's."""
    address, service = split_opening(text)
    return address == ALL or service == VRRP


def balancer_openings(ports: t.Iterable[int], peers: t.Iterable[str]) -> list[str]:
    """The openings that a load balancer needs, sorted.

    Args:
        ports: its frontends' TCP ports.
        peers: the addresses of the other load balancers with which it shares a virtual address.

    Raises:
        Refused: an address or a port that cannot be right.
    """
    listed = list(ports)
    for port in listed:
        if not 0 < port < 65536:
            raise Refused(f"public_ports: {port} is not a port (1 to 65535).")
    found = {opening(ALL, f"tcp {port}") for port in listed}
    return sorted(found | {opening(_member_address(peer, "vrrp_peers"), VRRP) for peer in peers})


def declared_openings(
    members: t.Iterable[str],
    manager: bool,
    listen_port: int = 2377,
    data_path_port: int = 4789,
    encrypted: bool = False,
) -> list[str]:
    """The openings that a host in the swarm needs, sorted.

    Raises:
        Refused: no members, an address or a port that cannot be right.
    """
    addresses = {_member_address(member) for member in members}
    if not addresses:
        raise Refused(
            "members is empty, which would close the swarm's ports to every member; list the addresses of all members."
        )
    return sorted(all_openings(addresses, _services(manager, listen_port, data_path_port, encrypted)))


def _member_address(text: str, option: str = "members") -> str:
    """The canonical form of a member's address."""
    try:
        return check_member(text)
    except ValueError as error:
        raise Refused(f"{option}: {error}.") from None


def check_member(text: str) -> str:
    """The canonical form of an address that another host can have.

    Raises:
        ValueError: no host can have it.
    """
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        raise ValueError(
            f"{text!r} is not an IPv4 or IPv6 address; write the address that the other hosts see"
        ) from None
    reason = no_other_hosts(text.strip()) or (address.is_loopback and "it is a host's own")
    if reason:
        raise ValueError(
            f"{text!r} cannot be another host's address: {reason}; write the address that the other hosts see"
        )
    return str(address)


def _services(manager: bool, listen_port: int, data_path_port: int, encrypted: bool) -> list[str]:
    """The services that the swarm needs on a host."""
    for name, port in (("listen_port", listen_port), ("data_path_port", data_path_port)):
        if not 0 < port < 65536:
            raise Refused(f"{name}: {port} is not a port (1 to 65535).")
        if port == 22:
            raise Refused(
                f"{name}: 22 is the port of SSH; to close it to other addresses would lock you out; choose another port."
            )
    if listen_port == GOSSIP_PORT:
        raise Refused(f"listen_port: {GOSSIP_PORT} is the port of the swarm's gossip; choose another port.")
    services = [f"tcp {GOSSIP_PORT}", f"udp {GOSSIP_PORT}", f"udp {data_path_port}"]
    if manager:
        services.append(f"tcp {listen_port}")
    if encrypted:
        services.append(ESP)
    return services
