# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that two services publish."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._service.ports import PORTS, check_clashes
from hypothesis import given
from hypothesis import strategies as st

Published = tuple[int, str, str]

one_port = st.tuples(
    st.integers(8000, 8003), st.sampled_from(["tcp", "udp"]), st.sampled_from(["ingress", "host"])
)
# A service publishes a port of one protocol once.
ports = st.lists(one_port, max_size=3, unique_by=lambda port: port[:2])


def spec(wanted: list[Published]) -> dict[str, t.Any]:
    values = [
        {"target_port": "80", "published_port": str(port), "protocol": protocol, "mode": mode}
        for port, protocol, mode in wanted
    ]
    return {"EndpointSpec": {"Ports": PORTS.to_api(values)}}


def clash(one: list[Published], other: list[Published]) -> bool:
    return any(a[:2] == b[:2] and "ingress" in (a[2], b[2]) for a, b in itertools.product(one, other))


@given(st.lists(st.tuples(ports, st.booleans()), min_size=2, max_size=3))
def test_a_port_of_every_node_is_published_by_one_service(wanted: list[tuple[list[Published], bool]]) -> None:
    services = [(f"s{number}", sent, spec(one)) for number, (one, sent) in enumerate(wanted)]
    pairs = itertools.combinations(wanted, 2)
    if any(clash(one, other) and (sent or other_sent) for (one, sent), (other, other_sent) in pairs):
        with pytest.raises(
            ValueError, match=r"^s. and s. both publish the port 800./(tcp|udp) on every node"
        ):
            check_clashes(services)
    else:
        check_clashes(services)


def test_ports_that_the_swarm_chooses_never_clash() -> None:
    chosen = {"EndpointSpec": {"Ports": PORTS.to_api([{"target_port": "80"}])}}
    check_clashes([("a", True, chosen), ("b", True, chosen), ("c", True, {})])
