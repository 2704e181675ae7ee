# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._service.apply import Services, remove_service
from ansible_collections.flotilla.swarm.plugins.module_utils._service.declared import declared_service
from ansible_collections.flotilla.swarm.plugins.module_utils._service.references import Catalogue
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.services import service

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


def test_what_an_absent_service_refers_to_may_be_gone() -> None:
    client = FakeEngine({"GET /services": [LIVE]}, api=(1, 41))
    gone = declared_service(
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
    wanted = declared_service(
        {"name": "web", "image": "nginx", "resolve_image": "never", "healthcheck": {"start_interval": "1s"}}
    )
    if refused:
        with pytest.raises(Refused) as error:
            Services(client, [wanted])
        assert str(error.value) == (
            "healthcheck.start_interval needs API 1.44, but the leader of the swarm, old, is Engine 20.10.24+dfsg1 and would "
            "drop it silently; upgrade it or leave the option out."
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
    [plan] = Services(client, [declared_service({"name": "web", "networks": ["host"]})]).plan()
    assert plan.action == "none"
    assert client.requests[1][2] == {"scope": "swarm"}


WEB: dict[str, t.Any] = {"name": "web", "image": "nginx", "resolve_image": "never"}
CREATED = service({**WEB, "labels": {"a": "1"}})


def read_again(label: str, index: int) -> dict[str, t.Any]:
    """The service once another client has written a label of its own."""
    found = service({**WEB, "labels": {"a": "1"}})
    found["Spec"]["Labels"]["theirs"] = label
    return {**found, "Version": {"Index": index}}


def test_a_service_that_another_client_changed_meanwhile_is_planned_again(fake_time: t.Any) -> None:
    client = FakeEngine(
        {
            "GET /services": [CREATED],
            "GET /services/id1": read_again("x", 9),
            "POST /services/id1/update": Sequence(errors.OutOfSequence("update out of sequence", 500), None),
        }
    )
    services = Services(client, [declared_service({**WEB, "labels": {"a": "2"}})])
    [plan] = services.plan()
    [rollout] = services.apply(plan)
    assert (rollout.service_id, rollout.goal) == ("id1", "converged")
    assert [query["version"] for _request, _body, query in client.writes] == [7, 9]
    labels = client.writes[1][1]["Labels"]
    assert (labels["a"], labels["theirs"]) == ("2", "x"), "nothing of the other client is lost"


def test_a_change_that_another_client_has_made_meanwhile_is_not_made_again(fake_time: t.Any) -> None:
    client = FakeEngine(
        {
            "GET /services": [CREATED],
            "GET /services/id1": service({**WEB, "labels": {"a": "2"}}),
            "POST /services/id1/update": errors.OutOfSequence("update out of sequence", 500),
        }
    )
    services = Services(client, [declared_service({**WEB, "labels": {"a": "2"}})])
    services.apply(services.plan()[0])
    assert len(client.writes) == 1


@pytest.mark.parametrize("state", ["present", "rolled_back"])
def test_a_service_that_another_client_removed_meanwhile_is_planned_again(state: str) -> None:
    client = FakeEngine(
        {
            "GET /services": [{**CREATED, "PreviousSpec": CREATED["Spec"]}],
            "GET /services/id1": errors.NotFound("service id1 not found", 404),
            "POST /services/id1/update": errors.NotFound("service id1 not found", 404),
        }
    )
    services = Services(client, [declared_service({**WEB, "state": state, "labels": {"a": "2"}})])
    [plan] = services.plan()
    with pytest.raises(errors.Overtaken, match=r"^another client removed the service just now"):
        services.apply(plan)


def test_a_service_is_rolled_back_with_its_own_credentials() -> None:
    client = FakeEngine(
        {
            "GET /services": [{**CREATED, "PreviousSpec": service(WEB)["Spec"]}],
            "GET /services/id1": CREATED,
            "POST /services/id1/update": {"Warnings": ["w"]},
        }
    )
    auth = {"username": "u", "password": "p"}
    services = Services(client, [declared_service({**WEB, "state": "rolled_back", "registry_auth": auth})])
    [rollout] = services.apply(services.plan()[0])
    assert (rollout.goal, services.warnings) == ("rolled_back", ["web: w"])
    [(_request, _body, query)] = client.writes
    assert (query["rollback"], query["version"]) == ("previous", 7)
    assert "X-Registry-Auth" in query["headers"]


@pytest.mark.parametrize("refuses", [False, True])
def test_a_service_of_another_mode_is_removed_once_the_engine_accepts_the_new_spec(refuses: bool) -> None:
    sentence = "invalid mount" if refuses else "service mode change is not allowed"
    client = FakeEngine(
        {
            "GET /services": [CREATED],
            "POST /services/id1/update": errors.EngineError(sentence, 400),
            "DELETE /services/id1": None,
            "POST /services/create": {"ID": "id2"},
        }
    )
    services = Services(client, [declared_service({**WEB, "mode": "global"})])
    [plan] = services.plan()
    if refuses:
        with pytest.raises(errors.EngineError, match="invalid mount"):
            services.apply(plan)
        assert len(client.writes) == 1
        return
    [rollout] = services.apply(plan)
    assert (rollout.service_id, plan.id, plan.entry()["id"]) == ("id2", "id2", "id2")
    assert [request for request, *_rest in client.writes] == [
        "POST /services/id1/update",
        "DELETE /services/id1",
        "POST /services/create",
    ]


def test_a_service_that_is_gone_already_is_removed() -> None:
    client = FakeEngine({"DELETE /services/id1": errors.NotFound("service id1 not found", 404)})
    rollout = remove_service(client, "id1", "web")
    assert (rollout.service_id, rollout.name, rollout.goal) == ("id1", "web", "gone")


def test_only_lists_that_a_service_refers_to_are_read() -> None:
    client = FakeEngine({"GET /configs": [{"ID": "idc", "Spec": {"Name": "cred"}}]})
    credentials = {"privileges": {"credential_spec": {"config": "cred"}}}
    Services(client, [declared_service({**WEB, **credentials})])
    assert [request for request, *_rest in client.requests] == ["GET /configs"]
    client.requests.clear()
    coming = Catalogue(networks={"front": "planned-front"}, secrets={"s": "ids"})
    declared = declared_service({**WEB, "secrets": [{"secret_name": "s"}]})
    Services(client, [declared], coming)
    assert client.requests == []
    assert declared.values["secrets"][0]["SecretID"] == "", "what was declared can be used again"


def test_ids_of_what_is_created_meanwhile_take_the_place_of_names() -> None:
    client = FakeEngine({"GET /services": [], "GET /networks": []})
    declared = declared_service({**WEB, "networks": ["front"]})
    services = Services(client, [declared], Catalogue(networks={"front": "planned-front"}))
    assert services.plan()[0].spec["TaskTemplate"]["Networks"] == [{"Target": "planned-front"}]
    services.refer_to(Catalogue(networks={"front": "id7"}))
    [plan] = services.plan()
    assert plan.spec["TaskTemplate"]["Networks"] == [{"Target": "id7"}]
    assert "networks.front" in plan.changes
    with pytest.raises(Refused, match="there is no network front"):
        services.refer_to(Catalogue())


def test_a_registry_that_does_not_answer_is_a_warning_unless_it_is_needed() -> None:
    client = FakeEngine(
        {"GET /services": [], "GET /distribution/nginx:latest/json": errors.EngineError("no route", 500)}
    )
    services = Services(client, [declared_service({"name": "web", "image": "nginx"})])
    assert services.plan()[0].spec["TaskTemplate"]["ContainerSpec"]["Image"] == "nginx"
    services.plan()
    [warning] = services.warnings
    assert warning.startswith("web: nginx:latest could not be looked up in its registry: ")
    with pytest.raises(Refused, match=r"^web: nginx:latest could not be looked up .* Nothing was sent\.$"):
        Services(client, [declared_service({"name": "web", "image": "nginx", "resolve_image": True})]).plan()
