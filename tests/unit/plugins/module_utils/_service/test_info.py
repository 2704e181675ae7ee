# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._service import info as service_look
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.engine import Sequence
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, RecordedSwarm


def look(client: RecordedSwarm, names: list[str] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return service_look.look(client, NODES, names, **more)


def test_all_services_cost_three_requests() -> None:
    client = RecordedSwarm()
    found = look(client)
    assert client.asked == ["GET /services", "GET /tasks", "GET /tasks"]
    assert found["missing"] == []
    assert [service["name"] for service in found["services"]] == sorted(
        raw["Spec"]["Name"] for raw in recorded.recorded("services")
    )
    problems = {service["name"]: service["problems"] for service in found["services"]}
    assert problems["crash"] == [
        "slots 1 (w1), 2 failed at least 8 times, the last time: task: non-zero exit (7)"
    ]


def test_history_is_asked_for_only_of_those_that_lack_something() -> None:
    client = RecordedSwarm()
    look(client)
    live, history = (query["filters"] for request, _body, query in client.requests if request == "GET /tasks")
    lacking = {
        recorded.service(name)["ID"]
        for name in ("badimage", "crash", "hungry", "jobfail", "nowhere", "paused")
    }
    assert (set(history["service"]), history["desired-state"]) == (lacking, ["shutdown"])
    assert "shutdown" not in live["desired-state"]
    client.requests.clear()
    look(client, ["web", "zero", "gjob"])
    assert client.asked == ["GET /services", "GET /tasks"]


def test_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services are not all named in one request."""
    expected = look(RecordedSwarm())
    monkeypatch.setattr(service_look, "_FEW", 2)
    client = RecordedSwarm()
    assert look(client) == expected
    assert not any("service" in query.get("filters", {}) for _request, _body, query in client.requests)


def test_names_are_matched_exactly_and_kept_in_order() -> None:
    client = RecordedSwarm()
    client.services.append({"ID": "webby", "Spec": {"Name": "web2"}})
    found = look(client, ["zero", "we", "web", "od7ix7mj6eh8", "web"])
    assert [service["name"] for service in found["services"]] == ["zero", "web", "jobdone"]
    assert found["missing"] == ["we"]
    assert client.asked == ["GET /services", "GET /services", "GET /tasks"]


def test_no_name_and_no_service_need_no_tasks() -> None:
    client = RecordedSwarm()
    assert look(client, []) == {"services": [], "missing": []}
    assert client.asked == []
    client.services = []
    assert look(client) == {"services": [], "missing": []}
    assert client.asked == ["GET /services"]


def test_a_service_that_is_removed_meanwhile_is_no_error() -> None:
    client = RecordedSwarm()
    both = recorded.recorded("services")[:2]
    client.answers["GET /services"] = Sequence(both, both[:1])
    client.services = both[:1]
    found = look(client)
    assert [service["id"] for service in found["services"]] == [both[0]["ID"]]
    client.answers["GET /services"] = both
    with pytest.raises(errors.NotFound):
        look(client)


def test_a_task_that_ends_between_two_requests_is_counted_once() -> None:
    client = RecordedSwarm()
    [hungry] = recorded.tasks_of(recorded.service("hungry"))
    ended = {**hungry, "DesiredState": "shutdown", "Status": {"State": "failed", "Err": "exit 1"}}
    client.answers["GET /tasks"] = Sequence([hungry], [ended])
    [found] = look(client, ["hungry"])["services"]
    assert found["problems"] == ["slot 1 failed: exit 1; not started again"]


def test_options_are_in_the_users_words_and_values_hidden_unless_asked_for() -> None:
    [web] = look(RecordedSwarm(), ["web"])["services"]
    assert web["options"]["env"] == ["SECRET=(hidden)", "PLAIN"]
    assert web["options"]["logging"] == {"driver": "json-file", "options": {"max-size": "(hidden)"}}
    assert (web["options"]["mode"], web["options"]["replicas"], web["previous"]) == ("replicated", 3, None)
    assert "raw" not in web
    assert "hunter2" not in json.dumps(look(RecordedSwarm(), raw=True))
    [web] = look(RecordedSwarm(), ["web"], raw=True, show_values=True)["services"]
    assert web["options"]["env"] == ["SECRET=hunter2", "PLAIN"]
    raw = recorded.service("web")
    assert web["raw"] == raw


@pytest.mark.parametrize("container", [{"Hosts": ["10.0.0.1"]}, {"Env": ["=x"]}])
def test_what_no_option_can_say_is_no_reason_to_see_nothing(container: dict[str, t.Any]) -> None:
    client = RecordedSwarm()
    everywhere = next(raw for raw in client.services if raw["Spec"]["Name"] == "everywhere")
    everywhere["Spec"]["TaskTemplate"]["ContainerSpec"].update(container)
    [found] = look(client, ["everywhere"])["services"]
    assert (found["options"]["mode"], found["running"]) == ("global", 3)


def test_what_a_rollback_would_bring_back() -> None:
    client = RecordedSwarm()
    paused = next(raw for raw in client.services if raw["Spec"]["Name"] == "paused")
    paused["PreviousSpec"]["TaskTemplate"]["ContainerSpec"]["Env"] = ["OLD=hunter2"]
    [found] = look(client, ["paused"])["services"]
    assert found["options"]["image"] == "registry:5000/tiny:nope"
    assert found["previous"]["image"].startswith("registry:5000/tiny:1@sha256:")
    assert found["previous"]["env"] == ["OLD=(hidden)"]


def test_networks_are_named_and_read_only_where_there_are_some() -> None:
    client = RecordedSwarm(**{"GET /networks": [{"Id": "net1", "Name": "front"}]})
    web = next(raw for raw in client.services if raw["Spec"]["Name"] == "web")
    web["Spec"]["TaskTemplate"]["Networks"] = [{"Target": "net1", "Aliases": ["w"]}, {"Target": "gone"}]
    [found] = look(client, ["web"])["services"]
    assert found["options"]["networks"] == [{"name": "front", "aliases": ["w"]}, {"name": "gone"}]
    assert client.asked.count("GET /networks") == 1
    look(client, ["zero"])
    assert client.asked.count("GET /networks") == 1
