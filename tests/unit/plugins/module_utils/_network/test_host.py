# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    Conflict,
    FlotillaError,
    Refused,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._network.declared import declared_network
from ansible_collections.flotilla.swarm.plugins.module_utils._network.host import HostNetworks
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine

CFG = {"name": "cfg", "config_only": True, "driver_options": {"parent": "eth0"}}
LIVE = {"Name": "cfg", "Id": "id1", "Scope": "local", "Driver": "null", "ConfigOnly": True}
EQUAL = {**LIVE, "Options": {"parent": "eth0"}}


def host(live: list[dict[str, t.Any]], *wanted: dict[str, t.Any], **answers: t.Any) -> HostNetworks:
    engine = FakeEngine({"GET /networks": live, **answers})
    return HostNetworks(engine, [declared_network(one) for one in wanted])


def test_nothing_is_read_where_nothing_is_declared() -> None:
    engine = FakeEngine({})
    assert HostNetworks(engine, []).plan() == []
    assert engine.requests == []


def test_a_configuration_is_created_kept_and_removed() -> None:
    assert [plan.action for plan in host([], CFG).plan()] == ["create"]
    assert [plan.action for plan in host([EQUAL], CFG).plan()] == ["none"]
    assert [plan.action for plan in host([EQUAL], {**CFG, "state": "absent"}).plan()] == ["remove"]
    assert [plan.action for plan in host([], {**CFG, "state": "absent"}).plan()] == ["none"]


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            {"Scope": "local", "Driver": "bridge"},
            "cfg is the name of another network of this host (driver bridge)",
        ),
        (
            {"Scope": "swarm", "Driver": "overlay"},
            "cfg is the name of another network of the swarm, which is no",
        ),
    ],
)
def test_another_network_of_the_name_is_refused_and_never_removed(
    other: dict[str, str], sentence: str
) -> None:
    live = [{"Name": "cfg", "Id": "id2", **other}]
    with pytest.raises(Refused) as refused:
        host(live, CFG).plan()
    assert sentence in str(refused.value)
    assert [plan.action for plan in host(live, {**CFG, "state": "absent"}).plan()] == ["none"]


def test_one_in_use_stays_and_the_failure_says_what_to_do() -> None:
    networks = host(
        [LIVE],
        {**CFG, "recreate": True},
        **{"DELETE /networks/id1": Conflict('network "cfg" is in use', 409)},
    )
    [plan] = networks.plan()
    with pytest.raises(Refused, match="remove them or that network first"):
        networks.apply(plan)


def test_what_was_removed_before_a_failure_is_said() -> None:
    networks = host(
        [LIVE],
        {**CFG, "recreate": True},
        **{"DELETE /networks/id1": None, "POST /networks/create": Conflict("no space left", 500)},
    )
    [plan] = networks.plan()
    with pytest.raises(FlotillaError) as failed:
        networks.apply(plan)
    assert failed.value.facts["actions"] == ["cfg: removed"]
