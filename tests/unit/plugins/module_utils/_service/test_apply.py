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
from ansible_collections.flotilla.swarm.plugins.module_utils._service.apply import Services
from ansible_collections.flotilla.swarm.plugins.module_utils._service.deploy import deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._service.plan import order
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence

LIVE = {
    "ID": "id1",
    "Version": {"Index": 7},
    "Spec": {"Name": "web", "Mode": {"Replicated": {"Replicas": 1}}},
}


def manager(name: str, version: str, leader: bool) -> dict[str, t.Any]:
    return {
        "ID": name,
        "Spec": {"Role": "manager"},
        "Description": {"Hostname": name, "Engine": {"EngineVersion": version}},
        "Status": {"State": "ready"},
        "ManagerStatus": {"Leader": leader, "Reachability": "reachable", "Addr": "10.0.0.1:2377"},
    }


def test_what_a_service_that_goes_away_refers_to_may_be_gone() -> None:
    client = FakeEngine({"GET /services": [LIVE]}, api=(1, 41))
    gone = order(
        {
            "name": "web",
            "image": "nginx",
            "state": "absent",
            "networks": ["lost"],
            "healthcheck": {"start_interval": "1s"},
        }
    )
    assert [plan.action for plan in Services(client, [gone]).plan()] == ["remove"]


@pytest.mark.parametrize(("leads", "refused"), [("old", True), ("new", False)])
def test_an_option_that_the_leader_would_drop_is_refused(leads: str, refused: bool) -> None:
    nodes = [manager("old", "20.10.24+dfsg1", leads == "old"), manager("new", "26.1.5", leads == "new")]
    client = FakeEngine({"GET /services": [], "GET /nodes": nodes}, api=(1, 45))
    wanted = order(
        {"name": "web", "image": "nginx", "resolve_image": "never", "healthcheck": {"start_interval": "1s"}}
    )
    if refused:
        with pytest.raises(Refused) as error:
            Services(client, [wanted])
        assert str(error.value) == (
            "healthcheck.start_interval needs API 1.44, but the leader of the swarm, old, is Engine 20.10.24+dfsg1 and would "
            "drop it without a word; upgrade it or leave the option out."
        )
    else:
        services = Services(client, [wanted])
        assert services.warnings[0].startswith(
            "Tasks on old (20.10.24+dfsg1) go without healthcheck.start_interval: "
        )
        assert [plan.action for plan in services.plan()] == ["create"]


def test_the_swarms_own_network_host_is_not_the_one_that_this_host_lists() -> None:
    spec = {**LIVE["Spec"], "Labels": {"flotilla.declared": '["networks"]'}}
    spec["TaskTemplate"] = {"Networks": [{"Target": "hidden"}]}
    client = FakeEngine(
        {
            "GET /services": [{**LIVE, "Spec": spec}],
            "GET /networks": [{"Name": "host", "Id": "listed", "Scope": "local"}],
            "GET /networks/host": {"Name": "host", "Id": "hidden", "Scope": "swarm"},
        }
    )
    [plan] = Services(client, [order({"name": "web", "networks": ["host"]})]).plan()
    assert plan.action == "none"
    assert client.requests[1][2] == {"scope": "swarm"}


@pytest.mark.parametrize("force", [False, True])
def test_who_is_overtaken_plans_anew_unless_that_would_restart_tasks_twice(force: bool) -> None:
    made = Sequence({"ID": "id1"}, Conflict("name conflicts with an existing object", 409))

    def listed(_body: t.Any, _query: t.Any) -> list[dict[str, t.Any]]:
        # Once both were to be made, both are there: one by us, one by somebody else.
        return [{**LIVE, "Spec": sent} for _request, sent, _query in client.writes]

    client = FakeEngine({"GET /services": listed, "POST /services/create": made}, api=(1, 45))
    declared = [
        {"name": name, "image": "nginx", "resolve_image": "never", "force_update": force}
        for name in ("web", "db")
    ]
    if force:
        with pytest.raises(
            FlotillaError, match=r"^db: somebody else made a service of that name just now"
        ) as error:
            deploy(client, declared, False, None, None, False)
        assert error.value.facts["actions"] == ["web: created"]
    else:
        result = deploy(client, declared, False, None, None, False)
        assert result["actions"] == ["web: created"]
    assert [request for request, *_rest in client.writes] == ["POST /services/create"] * 2
