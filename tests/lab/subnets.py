# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which subnet a lab gets, and which address each of its hosts. Pure."""

from __future__ import annotations

import ipaddress
import itertools
import os
from collections.abc import Iterable

from .errors import LabError


def pool() -> list[str]:
    """Return every subnet a lab may have: the first 100 of FLOTILLA_LAB_POOL, a network of 16 bits."""
    whole = ipaddress.ip_network(os.environ.get("FLOTILLA_LAB_POOL", "10.89.0.0/16"))
    return [str(subnet) for subnet in itertools.islice(whole.subnets(new_prefix=24), 100)]


def choose_subnet(taken: Iterable[str]) -> str:
    """Return the first subnet of the pool that overlaps none of those taken.

    ``taken`` are subnets (``10.0.0.0/8``) of Docker networks and of the machine's routes. A bridge left over
    from an earlier run takes the route of its subnet ("No route to host"), so routes count as well.
    """
    used = [ipaddress.ip_network(item, strict=False) for item in taken if ":" not in item]
    candidates = pool()
    for candidate in candidates:
        network = ipaddress.ip_network(candidate)
        if not any(network.overlaps(other) for other in used):
            return candidate
    raise LabError(
        f"Every subnet from {candidates[0]} to {candidates[-1]} is taken on this machine; take down a lab (`lab status`) "
        "or remove leftover bridges (`ip -br link`)."
    )


def routed_subnets(ip_route: str) -> list[str]:
    """Return the IPv4 subnets in the output of ``ip -4 route show table all``, the default route left out."""
    found = []
    for line in ip_route.splitlines():
        words = line.split()
        if not words:
            continue
        target = words[1] if words[0] in ("local", "broadcast", "unreachable", "blackhole") else words[0]
        try:
            found.append(str(ipaddress.ip_network(target, strict=False)))
        except (ValueError, IndexError):
            continue
    return [item for item in found if item != "0.0.0.0/0"]


def registry_address(subnet: str) -> str:
    """Return the address of the lab's registry, always the second of the subnet (the bridge is the first)."""
    return str(ipaddress.ip_network(subnet)[2])


def host_address(subnet: str, name: str) -> str:
    """Return the address of a host: managers from .11, workers from .101, the same after every reboot."""
    number = int(name[1:])
    return str(ipaddress.ip_network(subnet)[(10 if name.startswith("m") else 100) + number])
