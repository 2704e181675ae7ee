# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import hide_arguments
from ansible_collections.flotilla.swarm.plugins.module_utils._options.changes import visible_changes
from ansible_collections.flotilla.swarm.plugins.module_utils._options.hidden import HIDDEN
from ansible_collections.flotilla.swarm.plugins.module_utils._options.one_or_many import OneOrMany
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import TEXT, Option
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.service import MODES
from ansible_collections.flotilla.swarm.plugins.module_utils._service import options
from ansible_collections.flotilla.swarm.plugins.module_utils._service.apply import Services
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import (
    ARGUMENTS,
    hide_service,
    options_of,
    table,
)
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine
from ansible_collections.flotilla.swarm.tests.unit.support.services import (
    WEB,
    applied,
    declare,
    planned,
    service,
)

SPEC = {
    "Name": "s",
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "tiny:1",
            "Env": ["PASSWORD=hunter2", "EMPTY=", "UNSET", "URL=a=hunter2"],
            "Mounts": [
                {"Type": "bind", "Source": "/a", "Target": "/a"},
                {
                    "Type": "volume",
                    "Target": "/b",
                    "VolumeOptions": {
                        "DriverConfig": {"Name": "local", "Options": {"o": "user=x,pass=hunter2"}}
                    },
                },
            ],
        },
        "LogDriver": {"Name": "splunk", "Options": {"splunk-token": "hunter2"}},
        "PluginSpec": {"Env": ["TOKEN=hunter2"]},
    },
}


def test_names_stay_visible_and_values_are_hidden() -> None:
    before = copy.deepcopy(SPEC)
    found = hide_service({"Spec": SPEC})["Spec"]
    assert before == SPEC
    assert "hunter2" not in json.dumps(found)
    template = found["TaskTemplate"]
    assert template["ContainerSpec"]["Env"] == [
        f"PASSWORD={HIDDEN}",
        f"EMPTY={HIDDEN}",
        "UNSET",
        f"URL={HIDDEN}",
    ]
    assert template["LogDriver"] == {"Name": "splunk", "Options": {"splunk-token": HIDDEN}}
    assert template["PluginSpec"] == {"Env": [f"TOKEN={HIDDEN}"]}
    [bind, volume] = template["ContainerSpec"]["Mounts"]
    assert bind == {"Type": "bind", "Source": "/a", "Target": "/a"}
    assert volume["VolumeOptions"]["DriverConfig"] == {"Name": "local", "Options": {"o": HIDDEN}}


def test_what_has_no_values_is_left_as_it_is() -> None:
    for name in ("everywhere", "zero"):
        assert hide_service(recorded.service(name)) == recorded.service(name)
    assert hide_service({}) == {}


def test_the_previous_spec_is_hidden_too() -> None:
    raw = {"ID": "x", "Spec": {"Name": "s"}, "PreviousSpec": SPEC, "UpdateStatus": {"State": "completed"}}
    found = hide_service(raw)
    assert "hunter2" not in json.dumps(found)
    assert (found["ID"], found["UpdateStatus"]) == ("x", {"State": "completed"})
    assert hide_service({"ID": "x", "PreviousSpec": None}) == {"ID": "x", "PreviousSpec": None}


def test_a_spec_in_the_words_of_its_options_hides_the_same() -> None:
    found = options_of(SPEC, show_values=False)
    assert "hunter2" not in json.dumps(found)
    assert found["env"] == [f"PASSWORD={HIDDEN}", f"EMPTY={HIDDEN}", "UNSET", f"URL={HIDDEN}"]
    assert found["logging"] == {"driver": "splunk", "options": {"splunk-token": HIDDEN}}
    assert found["mounts"][1]["driver_config"] == {"name": "local", "options": {"o": HIDDEN}}
    shown = options_of(SPEC, show_values=True)
    assert shown["env"][0] == "PASSWORD=hunter2"
    assert shown["mounts"][1]["driver_config"]["options"] == {"o": "user=x,pass=hunter2"}


def test_labels_of_the_collection_itself_are_no_options() -> None:
    spec = {"Labels": {"a": "1", "flotilla.declared": "[]", "flotilla.moving": "front"}}
    assert options_of(spec, show_values=False) == {"mode": "replicated", "labels": {"a": "1"}}


def test_options_are_repeated_without_their_values() -> None:
    driver = {"name": "nfs", "options": {"o": "password=hunter2"}}
    one = {
        "name": "web",
        "env": {"TOKEN": "hunter2"},
        "logging": {"driver": "splunk", "options": {"splunk-token": "hunter2"}},
        "mounts": [{"source": "data", "driver_config": driver}, {"source": "/a", "driver_config": None}],
        "registry_auth": {"username": "u", "password": "hunter2"},
    }
    given = {**one, "services": [one, {"name": "db", "env": ["A=hunter2", "B"]}], "env_files": ["/a"]}
    before = copy.deepcopy(given)
    shown = hide_arguments(ARGUMENTS, given)
    assert given == before
    assert "hunter2" not in json.dumps(shown)
    for repeated in (shown, shown["services"][0]):
        assert repeated["env"] == {"TOKEN": HIDDEN}
        assert repeated["logging"] == {"driver": "splunk", "options": {"splunk-token": HIDDEN}}
        assert [mount["driver_config"] for mount in repeated["mounts"]] == [
            {"name": "nfs", "options": {"o": HIDDEN}},
            None,
        ]
    assert shown["services"][1] == {"name": "db", "env": [f"A={HIDDEN}", "B"]}
    assert shown["env_files"] == ["/a"]
    assert hide_arguments(ARGUMENTS, {"name": "web", "env": None}) == {"name": "web", "env": None}
    asked_for = hide_arguments(ARGUMENTS, given, show_values=True)
    assert asked_for["env"] == {"TOKEN": "hunter2"}
    assert asked_for["registry_auth"]["password"] != "hunter2"


def test_options_in_a_wrong_form_are_not_shown_either() -> None:
    wrong = {
        "env": "A=hunter2",
        "logging": {"options": "hunter2"},
        "mounts": ["hunter2", {"driver_config": "hunter2"}, {"driver_config": {"options": ["hunter2"]}}],
    }
    assert "hunter2" not in json.dumps(hide_arguments(ARGUMENTS, {**wrong, "services": [wrong]}))
    assert "hunter2" not in json.dumps(
        hide_arguments(ARGUMENTS, {"env": [{"A": "hunter2"}, 7], "mounts": "hunter2"})
    )


@pytest.mark.parametrize("mode", [None, *MODES])
def test_no_option_has_two_rows(mode: str | None) -> None:
    names = [option.name for option in table(mode)]
    assert len(names) == len(set(names))


# A row is all that a new option needs: what follows is read from it.
CODE = ("TaskTemplate", "ContainerSpec", "MadeUp")
CANARY = "canary-4711"


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Option:
    row = Option("made_up.option", CODE, TEXT, "", lowest_api="1.44", hidden=request.param)
    monkeypatch.setattr(options, "SERVICE", (*options.SERVICE, row))
    return row


MADE_UP: dict[str, t.Any] = {**WEB, "resolve_image": "never", "made_up": {"option": CANARY}}
each = pytest.mark.parametrize("made_up", [False, True], indirect=True, ids=["visible", "hidden"])


@each
def test_a_row_is_announced(made_up: Option) -> None:
    spec = options.one_service()["made_up"]["options"]["option"]
    assert spec["type"] == "str"
    assert ("hidden" in spec) is made_up.hidden


@each
@pytest.mark.parametrize("api", [(1, 43), (1, 44)])
def test_a_row_is_checked_against_the_version(made_up: Option, api: tuple[int, int]) -> None:
    client = FakeEngine({"GET /nodes": [], "GET /services": []}, api=api)
    if api < (1, 44):
        with pytest.raises(Refused, match=r"^web: made_up\.option needs API 1\.44, but the Engine at "):
            Services(client, [declare(MADE_UP)])
    else:
        assert [plan.action for plan in Services(client, [declare(MADE_UP)]).plan()] == ["create"]
    assert client.writes == []


@each
def test_a_row_is_sent_compared_and_returns_to_its_default(made_up: Option) -> None:
    created = planned(MADE_UP)
    assert made_up.read(created.spec) == CANARY
    assert planned(MADE_UP, applied(created)).action == "none"
    changed = planned(MADE_UP, applied(created), made_up={"option": "other"})
    assert (changed.action, changed.changes) == ("update", {"made_up.option": (CANARY, "other")})
    back = planned(WEB, applied(created))
    assert "MadeUp" not in back.spec["TaskTemplate"]["ContainerSpec"]
    assert visible_changes(back.changes) == {"made_up.option": (CANARY, None)}


@each
def test_a_row_is_shown_unless_it_is_hidden(made_up: Option) -> None:
    arguments = OneOrMany(options.one_service(), "services").arguments
    plan = planned(MADE_UP, service(MADE_UP), made_up={"option": f"{CANARY}-2"})
    raw = {**applied(plan), "PreviousSpec": plan.spec}
    shown = [
        plan.diff(False),
        plan.diff(True),
        options_of(plan.spec, show_values=False),
        hide_service(raw)["Spec"],
        hide_service(raw)["PreviousSpec"],
        hide_arguments(arguments, MADE_UP),
        hide_arguments(arguments, {"services": [MADE_UP]}),
    ]
    for place in shown:
        assert (CANARY in json.dumps(place)) is not made_up.hidden, place
        assert (HIDDEN in json.dumps(place)) is made_up.hidden, place
    if made_up.hidden:
        assert plan.diff(True)["made_up.option"] == f"{HIDDEN}, changed"
    for place in (
        plan.diff(True, True),
        options_of(plan.spec, True),
        hide_arguments(arguments, MADE_UP, True),
    ):
        assert CANARY in json.dumps(place)
