# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import references

Raw = dict[str, t.Any]


def spec(name: str = "web", secrets: t.Iterable[str] = (), configs: t.Iterable[str] = ()) -> Raw:
    container = {
        "Secrets": [{"SecretID": one, "SecretName": f"name-{one}"} for one in secrets],
        "Configs": [{"ConfigID": one, "ConfigName": f"name-{one}"} for one in configs],
    }
    return {"Name": name, "TaskTemplate": {"ContainerSpec": container}}


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("secret", ("Secrets", "SecretID", "SecretName")),
        ("config", ("Configs", "ConfigID", "ConfigName")),
    ],
)
def test_the_engines_keys(word: str, keys: tuple[str, str, str]) -> None:
    assert (references.list_key(word), references.id_key(word), references.name_key(word)) == keys


def test_what_a_spec_refers_to() -> None:
    found = spec(secrets=["s1", "s2", "s1"], configs=["c1"])
    assert references.used(found, "secret") == {"s1": "name-s1", "s2": "name-s2"}
    assert references.used(found, "config") == {"c1": "name-c1"}


@pytest.mark.parametrize(
    "bare",
    [
        {},
        {"TaskTemplate": None},
        {"TaskTemplate": {"ContainerSpec": None}},
        {"TaskTemplate": {"ContainerSpec": {"Secrets": None}}},
    ],
)
def test_a_spec_that_refers_to_nothing(bare: Raw) -> None:
    assert references.used(bare, "secret") == {}
    assert references.users([{"Spec": {"Name": "web", **bare}}], "secret") == {}


@pytest.mark.parametrize(
    ("state", "may_go_back"), [("updating", True), ("paused", True), ("completed", False)]
)
def test_a_service_that_may_go_back_to_a_version_uses_that_too(state: str, may_go_back: bool) -> None:
    services: list[Raw] = [
        {
            "Spec": spec("web", secrets=["new"]),
            "PreviousSpec": spec("web", secrets=["old"]),
            "UpdateStatus": {"State": state},
        },
        {"Spec": spec("api", secrets=["new"], configs=["c1"]), "PreviousSpec": None},
    ]
    assert references.users(services, "secret") == {
        "new": ["web", "api"],
        **({"old": ["web"]} if may_go_back else {}),
    }
    assert references.users(services, "config") == {"c1": ["api"]}


@pytest.mark.parametrize(
    ("raw", "is_of_swarm"),
    [
        ({"Scope": "swarm"}, True),
        ({"Scope": "swarm", "Peers": None}, True),
        ({"Scope": "swarm", "Peers": []}, True),
        # What an Engine still has of a network that was removed.
        ({"Scope": "swarm", "Peers": [{"Name": "w1", "IP": "10.0.0.1"}]}, False),
        ({"Scope": "local"}, False),
        ({}, False),
    ],
)
def test_which_networks_are_the_swarms_own(raw: Raw, is_of_swarm: bool) -> None:
    assert references.is_of_swarm(raw) is is_of_swarm


def test_the_predefined_networks_and_the_part_of_the_container() -> None:
    assert sorted(references.PREDEFINED) == ["bridge", "host"]
    found = spec(secrets=["s1"])
    assert references.container_of(found) is found["TaskTemplate"]["ContainerSpec"]
    assert references.container_of({}) == {}
