# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab's addresses: free ones, and always the same."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab.errors import LabError
from lab.subnets import choose_subnet, host_address, pool, registry_address, routed_subnets

POOL = pool()

ROUTES = """\
default via 192.0.2.1 dev eth0
10.89.0.0/24 dev br-1 proto kernel scope link src 10.89.0.1
10.89.2.0/24 dev br-2 proto kernel scope link src 10.89.2.1 linkdown
unreachable 10.89.4.0/24
local 10.89.5.1 dev br-3 table local proto kernel scope host src 10.89.5.1
broadcast 10.89.5.255 dev br-3 table local proto kernel scope link src 10.89.5.1
"""


def test_routes_are_read() -> None:
    assert routed_subnets(ROUTES) == [
        "10.89.0.0/24",
        "10.89.2.0/24",
        "10.89.4.0/24",
        "10.89.5.1/32",
        "10.89.5.255/32",
    ]


def test_the_first_free_subnet() -> None:
    assert choose_subnet([]) == "10.89.0.0/24"
    assert choose_subnet(routed_subnets(ROUTES)) == "10.89.1.0/24"
    assert (
        choose_subnet([*routed_subnets(ROUTES), "10.89.1.128/25", "10.89.3.7/32", "fd00::/64"])
        == "10.89.6.0/24"
    )


def test_no_subnet_left() -> None:
    with pytest.raises(LabError, match=r"Every subnet from .* is taken"):
        choose_subnet(["10.0.0.0/8"])


@given(st.sets(st.sampled_from(POOL), max_size=len(POOL) - 1))
def test_never_one_that_is_taken(taken: set[str]) -> None:
    assert choose_subnet(taken) not in taken


def test_addresses() -> None:
    names = [f"{role}{number}" for role in "mw" for number in range(1, 60)]
    addresses = [host_address("10.89.7.0/24", name) for name in names] + [registry_address("10.89.7.0/24")]
    assert addresses[0] == "10.89.7.11"
    assert addresses[59] == "10.89.7.101"
    assert len(set(addresses)) == len(addresses)
    network = ipaddress.ip_network("10.89.7.0/24")
    # The first address is the bridge's.
    assert not {str(network[0]), str(network[1]), str(network[255])} & set(addresses)
    assert all(ipaddress.ip_address(address) in network for address in addresses)
