# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import client as engine_client
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import perform
from ansible_collections.flotilla.swarm.plugins.module_utils._service import info
from ansible_collections.flotilla.swarm.plugins.module_utils._service.info import VERB, find_service, lines
from ansible_collections.flotilla.swarm.plugins.module_utils._service.view import view, views
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.engine import Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, TRUSTED, RecordedSwarm


def read(client: RecordedSwarm, names: list[str] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return info.read(client, NODES, names, **more)


def test_all_services_cost_three_requests() -> None:
    client = RecordedSwarm()
    found = read(client)
    assert client.asked == ["GET /services", "GET /tasks", "GET /tasks"]
    assert found["missing"] == []
    assert [service["name"] for service in found["services"]] == sorted(
        raw["Spec"]["Name"] for raw in recorded.recorded("services")
    )
    problems = {service["name"]: service["problems"] for service in found["services"]}
    assert problems["crash"] == ["slots 1 (w1), 2 failed at least 8 times, the last time: non-zero exit (7)"]


def test_history_is_asked_for_only_of_those_that_lack_something() -> None:
    client = RecordedSwarm()
    read(client)
    live, history = (query["filters"] for request, _body, query in client.requests if request == "GET /tasks")
    lacking = {
        recorded.service(name)["ID"]
        for name in ("badimage", "crash", "hungry", "jobfail", "nowhere", "paused")
    }
    assert (set(history["service"]), history["desired-state"]) == (lacking, ["shutdown"])
    assert "shutdown" not in live["desired-state"]
    client.requests.clear()
    read(client, ["web", "zero", "gjob"])
    assert client.asked == ["GET /services", "GET /tasks"]


def test_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services are not all named in one request."""
    expected = read(RecordedSwarm())
    monkeypatch.setattr(engine_client, "FEW", 2)
    client = RecordedSwarm()
    assert read(client) == expected
    assert not any("service" in query.get("filters", {}) for _request, _body, query in client.requests)


def test_names_are_matched_exactly_and_kept_in_order() -> None:
    client = RecordedSwarm()
    client.services.append({"ID": "webby", "Spec": {"Name": "web2"}})
    found = read(client, ["zero", "we", "web", "od7ix7mj6eh8", "web"])
    assert [service["name"] for service in found["services"]] == ["zero", "web", "jobdone"]
    assert found["missing"] == ["we"]
    assert client.asked == ["GET /services", "GET /services", "GET /tasks"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("web", "web"),
        ("crcy4babtxrdsm3wjokps646g", "web"),
        ("crcy4babtxrd", "web"),
        ("crcy4b", "web"),
        ("crcy4", None),
        ("we", None),
        ("", None),
    ],
)
def test_names_are_matched_as_a_whole_and_ids_by_six_characters(name: str, found: str | None) -> None:
    raw = find_service(recorded.recorded("services"), name)
    assert (raw and raw["Spec"]["Name"]) == found


def test_a_whole_id_goes_before_a_name() -> None:
    raws = recorded.recorded("services")
    raws[0]["Spec"]["Name"] = raws[1]["ID"]
    assert find_service(raws, raws[1]["ID"]) is raws[1]


def test_no_name_and_no_service_need_no_tasks() -> None:
    client = RecordedSwarm()
    assert read(client, []) == {"services": [], "missing": []}
    assert client.asked == []
    client.services = []
    assert read(client) == {"services": [], "missing": []}
    assert client.asked == ["GET /services"]


def test_a_service_that_is_removed_meanwhile_is_no_error() -> None:
    client = RecordedSwarm()
    both = recorded.recorded("services")[:2]
    client.answers["GET /services"] = Sequence(both, both[:1])
    client.services = both[:1]
    found = read(client)
    assert [service["id"] for service in found["services"]] == [both[0]["ID"]]
    client.answers["GET /services"] = both
    with pytest.raises(errors.NotFound):
        read(client)


def test_a_task_that_ends_between_two_requests_is_counted_once() -> None:
    client = RecordedSwarm()
    [hungry] = recorded.tasks_of(recorded.service("hungry"))
    ended = {**hungry, "DesiredState": "shutdown", "Status": {"State": "failed", "Err": "exit 1"}}
    client.answers["GET /tasks"] = Sequence([hungry], [ended])
    [found] = read(client, ["hungry"])["services"]
    assert found["problems"] == ["slot 1 failed: exit 1; not restarted"]


def test_options_are_in_the_users_words_and_values_hidden_unless_asked_for() -> None:
    [web] = read(RecordedSwarm(), ["web"])["services"]
    assert web["options"]["env"] == ["SECRET=(hidden)", "PLAIN"]
    assert web["options"]["logging"] == {"driver": "json-file", "options": {"max-size": "1m"}}
    assert (web["options"]["mode"], web["options"]["replicas"], web["previous"]) == ("replicated", 3, None)
    assert "raw" not in web
    assert "hunter2" not in json.dumps(read(RecordedSwarm(), raw=True))
    [web] = read(RecordedSwarm(), ["web"], raw=True, show_values=True)["services"]
    assert web["options"]["env"] == ["SECRET=hunter2", "PLAIN"]
    raw = recorded.service("web")
    assert web["raw"] == raw


@pytest.mark.parametrize("container", [{"Hosts": ["10.0.0.1"]}, {"Env": ["=x"]}])
def test_what_no_option_can_say_is_no_reason_to_see_nothing(container: dict[str, t.Any]) -> None:
    client = RecordedSwarm()
    everywhere = next(raw for raw in client.services if raw["Spec"]["Name"] == "everywhere")
    everywhere["Spec"]["TaskTemplate"]["ContainerSpec"].update(container)
    [found] = read(client, ["everywhere"])["services"]
    assert (found["options"]["mode"], found["running"]) == ("global", 3)


def test_what_a_rollback_would_bring_back() -> None:
    client = RecordedSwarm()
    paused = next(raw for raw in client.services if raw["Spec"]["Name"] == "paused")
    paused["PreviousSpec"]["TaskTemplate"]["ContainerSpec"]["Env"] = ["OLD=hunter2"]
    [found] = read(client, ["paused"])["services"]
    assert found["options"]["image"] == "registry:5000/tiny:nope"
    assert found["previous"]["image"].startswith("registry:5000/tiny:1@sha256:")
    assert found["previous"]["env"] == ["OLD=(hidden)"]


def test_networks_are_named_and_read_only_where_there_are_some() -> None:
    client = RecordedSwarm(**{"GET /networks": [{"Id": "net1", "Name": "front"}]})
    web = next(raw for raw in client.services if raw["Spec"]["Name"] == "web")
    web["Spec"]["TaskTemplate"]["Networks"] = [{"Target": "net1", "Aliases": ["w"]}, {"Target": "gone"}]
    [found] = read(client, ["web"])["services"]
    assert found["options"]["networks"] == [{"name": "front", "aliases": ["w"]}, {"name": "gone"}]
    assert client.asked.count("GET /networks") == 1
    read(client, ["zero"])
    assert client.asked.count("GET /networks") == 1


def module(client: RecordedSwarm, **options: t.Any) -> dict[str, t.Any]:
    return perform(
        VERB, {"name": None, "show_values": False, "raw": False, **options}, False, lambda _options: client
    )


def test_the_module_returns_one_service_as_community_docker_does() -> None:
    found = module(RecordedSwarm(), name=["web"])
    assert (found["changed"], found["exists"], found["missing"]) == (False, True, [])
    assert found["service"]["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["SECRET=(hidden)", "PLAIN"]
    assert "raw" not in found["services"][0]
    found = module(RecordedSwarm(), name=["web"], raw=True, show_values=True)
    assert found["service"] == found["services"][0]["raw"] == recorded.service("web")
    found = module(RecordedSwarm(), name=["lost"])
    assert (found["exists"], found["service"], found["missing"]) == (False, None, ["lost"])
    assert not {"exists", "service"} & module(RecordedSwarm(), name=["web", "zero"]).keys()


def table_of(*names: str) -> list[str]:
    found = views([recorded.service(name) for name in names], recorded.recorded("tasks"), NODES, TRUSTED)
    return lines({"state": "manager", "services": found})


def test_services_as_a_table() -> None:
    assert table_of("web", "jobdone", "hungry", "everywhere") == [
        "SERVICE     MODE            RUNS           IMAGE                 PORTS",
        "everywhere  global          3/3            registry:5000/tiny:1",
        "hungry      replicated      0/1            registry:5000/tiny:1",
        "jobdone     replicated-job  3/3 completed  registry:5000/tiny:1",
        "web         replicated      3/3            registry:5000/tiny:1  8080->80/tcp, 9000->90/udp (host)",
        "Not fine:",
        "hungry: slot 1 is pending: no suitable node (insufficient resources on 3 nodes).",
    ]
    assert table_of("web")[-1] == "Every service is fine."


def test_a_job_that_runs_and_a_port_that_the_engine_has_not_chosen_yet() -> None:
    found = view(recorded.service("jobdone"), [], frozenset(), TRUSTED)
    found["running"], found["completed"] = 2, 1
    found["ports"] = [{"published_port": None, "target_port": 80, "protocol": "tcp", "mode": "host"}]
    assert lines({"state": "manager", "services": [found]})[1].split("  ")[-3:] == [
        "1/3 completed, 2 running",
        "registry:5000/tiny:1",
        "*->80/tcp (host)",
    ]


def test_no_service() -> None:
    assert lines({"state": "manager", "services": []}) == ["No service."]
    assert lines({"state": "worker", "why": "w1 is a worker.", "services": []}) == ["w1 is a worker."]
