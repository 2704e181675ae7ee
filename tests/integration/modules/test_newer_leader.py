# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A leader with Engine 28.5, which differs from older ones where the leader decides."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.conftest import lab_name
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stage]:
    """A swarm that it leads, with a worker of 20.10."""
    with own_lab(lab_name("newer"), managers=1, workers=1, engine="m1=28.5,w1=20.10") as lab:
        stage = Stage(lab, tmp_path_factory.mktemp("newer"))
        stage.form(["m1"], ["w1"])
        yield stage


def test_a_network_with_ipv6_is_removed_again_with_the_reason(led: Stage) -> None:
    """W1: Engines 28 and newer have no IPv6 subnets for swarms (moby#52469)."""
    six = {"enable_ipv6": True, "ipam_config": [{"subnet": "10.79.0.0/24"}, {"subnet": "fd00:0:0:79::/64"}]}
    failed = led.one("m1", "swarm_network", name="six", **six)
    assert failed["failed"] and "moby#52469" in failed["msg"], failed
    assert failed["actions"] == ["six: created", "six: removed again, since it got no addresses"]
    assert "six" not in led.sh("m1", "docker network ls --format '{{.Name}}'").split()


def test_a_service_is_deployed_once_and_again_is_no_change(led: Stage) -> None:
    """S1, S2: on nodes of both Engines, and no request the second time."""
    service = {
        "name": "web",
        "image": f"{led.lab.registry}/tiny:1",
        "mode": "global",
        "networks": ["front"],
        "env": {"A": "1"},
        "update_config": {"monitor": "500ms"},
    }
    front, made = led.run(call("m1", "swarm_network", name="front"), call("m1", "swarm_service", **service))
    assert front["changed"] and made["changed"] and not made["failed"], made
    writes = led.writes()
    again, changed = led.run(
        call("m1", "swarm_service", **service), call("m1", "swarm_service", **{**service, "env": {"A": "2"}})
    )
    assert not again["changed"] and changed["changed"] and not changed["failed"], (again, changed)
    [only] = writes.seen()
    assert only.startswith("m1: POST /services/") and only.endswith("/update")
