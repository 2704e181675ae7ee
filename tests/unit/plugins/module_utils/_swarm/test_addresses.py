# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.openings import check_member
from ansible_collections.flotilla.swarm.plugins.module_utils._options.kernel import no_other_hosts
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.reach import ARGUMENTS
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import addresses
from hypothesis import given
from hypothesis import strategies as st

Check = t.Callable[[str], t.Any]

# What takes the address of one host, whatever it is for.
OF_A_HOST: dict[str, Check] = {
    "data_path_addr": addresses.host,
    "advertise_addr": addresses.advertised,
    "listen_addr": addresses.listening,
    "remote_addrs": addresses.manager,
    "members": check_member,
    "peers.address": ARGUMENTS["peers"]["options"]["address"]["limits"],
}
multicast = st.ip_addresses(network="224.0.0.0/4") | st.ip_addresses(network="ff00::/8")
link_local = st.ip_addresses(network="fe80::/10")
# Multicast and link-local ones excepted, which are not in them.
unicast = (
    st.ip_addresses(network="10.0.0.0/8")
    | st.ip_addresses(network="169.254.0.0/16")
    | st.ip_addresses(network="192.0.0.0/8")
    | st.ip_addresses(network="fd00::/8")
    | st.ip_addresses(network="2000::/3")
)


@pytest.mark.parametrize("name", OF_A_HOST)
@given(multicast | link_local | st.just(ipaddress.ip_address("255.255.255.255")))
def test_an_address_that_no_host_has_is_refused_wherever_one_is_taken(
    name: str, found: ipaddress.IPv4Address
) -> None:
    with pytest.raises(ValueError, match=r"it is (a multicast|a link-local|the broadcast) address"):
        OF_A_HOST[name](str(found))


@pytest.mark.parametrize("name", OF_A_HOST)
@given(unicast)
def test_an_address_that_a_host_can_have_is_taken(name: str, found: ipaddress.IPv4Address) -> None:
    OF_A_HOST[name](str(found))


@pytest.mark.parametrize("name", ["advertise_addr", "listen_addr", "remote_addrs"])
@pytest.mark.parametrize("form", ["224.0.0.1:2377", "[ff02::1]:2377", "[fe80::1]:2377", "255.255.255.255:1"])
def test_a_port_behind_such_an_address_makes_it_no_better(name: str, form: str) -> None:
    with pytest.raises(ValueError, match="is no address of one host"):
        OF_A_HOST[name](form)


@pytest.mark.parametrize("everything", ["0.0.0.0", "::"])
def test_all_addresses_of_a_host_are_listened_on_and_are_nobody_elses(everything: str) -> None:
    """Moby ``daemon/cluster/listen_addr.go`` takes them for listen_addr alone."""
    addresses.listening(everything)
    addresses.listening(f"[{everything}]:2377" if ":" in everything else f"{everything}:2377")
    for name in OF_A_HOST.keys() - {"listen_addr"}:
        with pytest.raises(ValueError, match="it stands for every address of a host"):
            OF_A_HOST[name](everything)


@pytest.mark.parametrize("name", ["data_path_addr", "advertise_addr", "listen_addr", "remote_addrs"])
def test_a_loopback_address_is_taken_since_a_swarm_of_one_needs_no_other(name: str) -> None:
    OF_A_HOST[name]("127.0.0.1")
    OF_A_HOST[name]("::1")


@pytest.mark.parametrize("text", ["127.0.0.1", "127.9.9.9:2377", "::1", "[::1]:2377", "lo"])
def test_what_is_reached_from_its_own_host_alone_is_told(text: str) -> None:
    assert addresses.only_here(text)


@pytest.mark.parametrize("text", [None, "", "10.0.0.1", "eth0:2377", "lo1", "128.0.0.1", "[fd00::1]:2377"])
def test_of_everything_else_nothing_is_told(text: str | None) -> None:
    assert not addresses.only_here(text)


@pytest.mark.parametrize("text", ["", "eth0", "eth0:2377", "10.0.0.1:2377", "[fd00::1]:2377"])
def test_the_forms_of_an_own_address_are_taken(text: str) -> None:
    addresses.advertised(text)
    addresses.listening(text)


@pytest.mark.parametrize("text", ["10.0.0", "10.0.0.1:0", "10.0.0.1:70000", "an interface", "a/b"])
@pytest.mark.parametrize("check", [addresses.advertised, addresses.listening])
def test_what_is_no_address_is_refused(check: Check, text: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        check(text)


def test_an_address_of_ipv4_in_ipv6_is_the_one_within() -> None:
    assert no_other_hosts("::ffff:10.0.0.1") is None
    assert "multicast" in str(no_other_hosts("::ffff:224.0.0.1"))
    assert "link-local" in str(no_other_hosts("fe80::1%eth0"))
