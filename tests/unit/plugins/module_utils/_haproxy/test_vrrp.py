# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual address: who holds it first, and what cannot work."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy.vrrp import (
    check_virtual_ip,
    interface_of,
    keepalived,
)

GOOD: dict[str, t.Any] = {
    "address": "10.0.0.100/24",
    "own": "10.0.0.2",
    "balancers": ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    "router_id": 51,
}


def test_the_first_balancer_has_the_highest_priority_and_each_knows_the_others() -> None:
    texts = {own: keepalived({**GOOD, "own": own}, "eth0") for own in GOOD["balancers"]}
    for number, (own, text) in enumerate(texts.items()):
        assert f"priority {200 - number}\n" in text
        assert f"unicast_src_ip {own}\n" in text
        peers = text.partition("unicast_peer {")[2].partition("}")[0].split()
        assert peers == [one for one in GOOD["balancers"] if one != own]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"address": "somewhere"}, "'somewhere' is none"),
        ({"address": "10.0.0.100"}, "needs its prefix"),
        ({"address": "10.0.0.1/24"}, "does not fit"),
        ({"address": "fd00::1/64"}, "does not fit"),
        ({"address": "10.0.0.9/24\n}"}, "is none"),
        ({"balancers": ["10.0.0.2"]}, "two balancers or more"),
        ({"balancers": ["10.0.0.2", "10.0.0.2"]}, "two balancers or more"),
        ({"balancers": ["lb1", "10.0.0.2"]}, "'lb1' is none: set swarm_load_balancer_address"),
        ({"router_id": 256}, "not one of 1 to 255"),
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, t.Any], why: str) -> None:
    check_virtual_ip(GOOD)
    with pytest.raises(Refused, match=why):
        check_virtual_ip({**GOOD, **wrong})


def test_the_interface_is_the_one_that_has_the_address() -> None:
    shown = '[{"ifname": "lo", "addr_info": [{"local": "127.0.0.1"}]}, {"ifname": "eth1", "addr_info": [{"local": "10.0.0.2"}]}]'
    assert interface_of("10.0.0.2", shown) == "eth1"
    with pytest.raises(Refused, match=r"No interface of this balancer has the address 10\.0\.0\.3"):
        interface_of("10.0.0.3", shown)
