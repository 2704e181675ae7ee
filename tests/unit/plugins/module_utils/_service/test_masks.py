# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json

from ansible_collections.flotilla.swarm.plugins.module_utils._service.masks import (
    HIDDEN,
    masked,
    masked_options,
    masked_service,
)
from ansible_collections.flotilla.swarm.tests.unit.support import recorded

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


def test_names_stay_and_values_go() -> None:
    before = copy.deepcopy(SPEC)
    found = masked(SPEC)
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
    [bind, volume] = template["ContainerSpec"]["Mounts"]
    assert bind == {"Type": "bind", "Source": "/a", "Target": "/a"}
    assert volume["VolumeOptions"]["DriverConfig"] == {"Name": "local", "Options": {"o": HIDDEN}}


def test_what_has_no_values_is_left_as_it_is() -> None:
    for name in ("everywhere", "zero"):
        assert masked_service(recorded.service(name)) == recorded.service(name)
    assert masked({}) == {}


def test_the_previous_spec_is_masked_too() -> None:
    raw = {"ID": "x", "Spec": {"Name": "s"}, "PreviousSpec": SPEC, "UpdateStatus": {"State": "completed"}}
    found = masked_service(raw)
    assert "hunter2" not in json.dumps(found)
    assert (found["ID"], found["UpdateStatus"]) == ("x", {"State": "completed"})
    assert masked_service({"ID": "x", "PreviousSpec": None}) == {"ID": "x", "PreviousSpec": None}


def test_options_are_repeated_without_their_values() -> None:
    driver = {"name": "nfs", "options": {"o": "password=hunter2"}}
    service = {
        "name": "web",
        "env": {"TOKEN": "hunter2"},
        "logging": {"driver": "splunk", "options": {"splunk-token": "hunter2"}},
        "mounts": [{"source": "data", "driver_config": driver}, {"source": "/a", "driver_config": None}],
    }
    params = {
        **service,
        "services": [service, {"name": "db", "env": ["A=hunter2", "B"]}],
        "env_files": ["/a"],
    }
    before = copy.deepcopy(params)
    shown = masked_options(params)
    assert params == before
    assert "hunter2" not in json.dumps(shown)
    assert shown["env"] == {"TOKEN": HIDDEN}
    assert shown["logging"] == {"driver": "splunk", "options": {"splunk-token": HIDDEN}}
    assert [one["driver_config"] for one in shown["mounts"]] == [
        {"name": "nfs", "options": {"o": HIDDEN}},
        None,
    ]
    assert shown["services"][1] == {"name": "db", "env": [f"A={HIDDEN}", "B"]}
    assert shown["env_files"] == ["/a"]
    assert masked_options({"name": "web", "env": None}) == {"name": "web", "env": None}


def test_options_in_a_wrong_form_are_not_shown_either() -> None:
    shown = masked_options(
        {"env": "A=hunter2", "logging": "hunter2", "mounts": ["hunter2"], "services": ["hunter2"]}
    )
    assert "hunter2" not in json.dumps(shown)
