# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import held
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.held import Sent, check_held_ports
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import fake_swarm

REDIS = {"protocol": "tcp", "port": 6379, "address": "0.0.0.0", "process": "redis-server", "pid": 7}
ON_W1 = {"host": "w1", "node_id": "w1", **REDIS}
REFUSED = "w1: port 6379/tcp, needed for service cache, is held by redis-server (process 7) on 0.0.0.0: stop it, or move it."


def spec(*ports: int, mode: str = "ingress") -> dict[str, t.Any]:
    return {
        "EndpointSpec": {
            "Ports": [
                {"Protocol": "tcp", "TargetPort": port, "PublishedPort": port, "PublishMode": mode}
                for port in ports
            ]
        }
    }


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, t.Any]]:
    """What the programs of the host hold that runs the task."""
    rows: list[dict[str, t.Any]] = []
    monkeypatch.setattr(
        held, "read_native", lambda client, ports: [row for row in rows if row["port"] in ports]
    )
    return rows


def check(service: Sent, *given: dict[str, t.Any], conflicts: str = "refuse") -> list[str]:
    return check_held_ports(fake_swarm(), [service], {"held_ports": list(given), "port_conflicts": conflicts})


def test_a_held_port_that_a_service_begins_to_publish_is_refused_or_warned_of() -> None:
    new = Sent("cache", {}, spec(6379))
    with pytest.raises(Refused) as refused:
        check(new, ON_W1)
    assert str(refused.value) == f"{REFUSED} Nothing was sent; port_conflicts: warn sends it all the same."
    assert check(new, ON_W1, conflicts="warn") == [REFUSED]
    assert check(new) == []


def test_a_port_that_is_published_already_is_no_news() -> None:
    assert check(Sent("cache", spec(6379), spec(6379, 80)), ON_W1) == []
    assert check_held_ports(None, [Sent("cache", spec(6379), spec(6379))], {}) == []  # type: ignore[arg-type]


def test_this_hosts_own_ports_are_read_whatever_was_given(own: list[dict[str, t.Any]]) -> None:
    own.append(REDIS)
    assert check(Sent("cache", {}, spec(6379)), conflicts="warn") == [REFUSED.replace("w1", "m1", 1)]
    own.clear()
    stale = {**ON_W1, "host": "m1", "node_id": "m1"}
    assert check(Sent("cache", {}, spec(6379)), stale) == []
