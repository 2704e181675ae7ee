# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses of a host in a swarm, and the pools of a swarm's networks. PRIVATE to the collection. Pure.

Each function refuses what cannot be one, by a ``ValueError``; an empty text leaves the choice to the Engine.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .._options.convert import quoted
from .._options.kernel import is_address, no_other_hosts

_PORT = re.compile(r"[0-9]{1,5}\Z")
# As the kernel has it: 15 characters, no blank, no slash; a colon begins the port.
_INTERFACE = re.compile(r"[^\s/:]{1,15}\Z")
#: The smallest subnet that the Engine makes of a pool.
_LONGEST_PREFIX = 29


def host(text: str) -> None:
    """An IP address of a host or the name of an interface, without a port."""
    if text and not _is_host(text):
        raise ValueError(f"{quoted(text)} is neither an IP address nor the name of an interface such as eth0")
    _others_reach(text, text)


def advertised(text: str) -> None:
    """An IP address of a host or the name of an interface, with a port or without."""
    _others_reach(text, _host_of(text))


def listening(text: str) -> None:
    """What a manager listens on: as ``advertised``, or 0.0.0.0 or ::, which are all addresses of the host."""
    name = _host_of(text)
    if name not in ("0.0.0.0", "::"):
        _others_reach(text, name)


def manager(text: str) -> None:
    """The address of a manager: an IP address or a host name, with a port or without. It is never empty."""
    name, port = _split(text)
    if not re.match(r"[^\s/]{1,253}\Z", name) or (port is not None and not _is_port(port)):
        raise ValueError(f"{quoted(text)} is not like 10.0.0.11 or 10.0.0.11:2377")
    _others_reach(text, name)


def only_here(text: str | None) -> bool:
    """Whether what a host advertises is reached from nowhere but itself."""
    name = _split(text or "")[0]
    return name == "lo" or (is_address(name) and ipaddress.ip_address(name).is_loopback)


def data_path_port(value: int) -> None:
    """The port of VXLAN; 0 is the Engine's default."""
    if value and not 1024 <= value <= 49151:
        raise ValueError(f"{quoted(value)} is not from 1024 to 49151")


def pool(text: str) -> None:
    """A network from which the Engine takes the subnets of its networks."""
    try:
        found = ipaddress.IPv4Network(text)
    except ValueError:
        raise ValueError(f"{quoted(text)} is not an IPv4 network like 10.20.0.0/16") from None
    if "/" not in text:
        raise ValueError(f"{text} has no prefix length, such as /16")
    if found.is_loopback or found.is_multicast or found.is_link_local or int(found.network_address) == 0:
        raise ValueError(f"{text} is no network for hosts: take a private one, such as 10.20.0.0/16")


def check_pools(
    pools: t.Sequence[str] | None,
    size: int | None,
    names: tuple[str, str] = ("default_addr_pool", "subnet_size"),
) -> None:
    """Refuse pools out of which no subnet of that size can be taken, and those of which one is a part of another.

    Args:
        pools: networks that are pools.
        size: the prefix length of each subnet; the Engine's default is 24.
        names: what the user calls both, for the message.
    """
    networks = [ipaddress.IPv4Network(text) for text in pools or []]
    for number, network in enumerate(networks):
        if network.prefixlen > (size or 24):
            raise ValueError(
                f"{names[0]} {network} is smaller than one subnet of {names[1]} {size or 24}: take a larger pool"
            )
        for other in networks[:number]:
            if network.overlaps(other):
                raise ValueError(f"{names[0]}: {other} and {network} overlap: name each address once")


def subnet_size(value: int) -> None:
    """The prefix length of each subnet; 0 is the Engine's default."""
    if value and not 1 <= value <= _LONGEST_PREFIX:
        raise ValueError(f"{quoted(value)} is not a prefix length from 1 to {_LONGEST_PREFIX}")


def _split(text: str) -> tuple[str, str | None]:
    """Host and port; an IPv6 address with a port stands in brackets."""
    bracketed = re.match(r"\[([^\]]*)\](?::(.*))?\Z", text, re.DOTALL)
    if bracketed:
        return bracketed.group(1), bracketed.group(2)
    if text.count(":") == 1:
        name, _colon, port = text.partition(":")
        return name, port
    return text, None


def _host_of(text: str) -> str:
    """The host of an address with a port or without."""
    name, port = _split(text)
    if text and (not _is_host(name) or (port is not None and not _is_port(port))):
        raise ValueError(f"{quoted(text)} is not like 10.0.0.11, eth0 or 10.0.0.11:2377")
    return name


def _others_reach(text: str, name: str) -> None:
    """Refuse an IP address by which no other host finds this one; the Engine would, or waits for a join in vain."""
    reason = no_other_hosts(name) if is_address(name) else None
    if reason:
        raise ValueError(f"{quoted(text)} is no address of one host: {reason}")


def _is_host(text: str) -> bool:
    # What looks like an address and is none is not an interface either.
    return is_address(text) or (bool(_INTERFACE.match(text)) and not re.match(r"[0-9.]+\Z", text))


def _is_port(text: str) -> bool:
    return bool(_PORT.match(text)) and 1 <= int(text) <= 65535
