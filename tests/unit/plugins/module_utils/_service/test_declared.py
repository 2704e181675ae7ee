# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._service.declared import declared_service
from ansible_collections.flotilla.swarm.tests.unit.support.services import WEB, Params, declare


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"replicas": -2}, "web: replicas: -2 is not from 0 to 100000: it is a number of tasks."),
        (
            {"replicas": 2, "mode": "global-job"},
            "web: replicas is for mode replicated and replicated-job, this service is global-job.",
        ),
        (
            {"mode": "global-job", "update_config": {"order": "start-first"}},
            "web: update_config.order makes no sense for a global-job, whose tasks are not updated.",
        ),
        (
            {"env": {"PORT": 8080}},
            "web: env: variable 'PORT' is a number, not a string: put it in quotes.",
        ),
        ({"env": ["=x"]}, "web: env: entry 1 has no name before the =."),
        (
            {"limits": {"memory": "lots"}},
            "web: limits.memory: 'lots' is not a size like 512M, 1.5G or 1048576.",
        ),
        (
            {"placement": {"constraints": ["disk == ssd"]}},
            (
                "web: placement.constraints: 'disk == ssd' can match no node: use node.id, node.hostname, node.ip, "
                "node.role, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME."
            ),
        ),
        (
            {"placement": {"constraints": ["node.role = worker"]}},
            "web: placement.constraints: 'node.role = worker' is not like node.labels.disk == ssd (or !=).",
        ),
        (
            {"mounts": [{"target": "/d", "source": "data"}]},
            "web: mounts: /d: the source 'data' is not an absolute path; set type to what it is: volume, tmpfs or cluster.",
        ),
        (
            {"mounts": [{"target": "/d", "source": "/a"}, {"target": "/d", "source": "/b"}]},
            "web: mounts: /d: two mounts have this target.",
        ),
        (
            {"mounts": [{"target": "/d", "type": "tmpfs", "no_copy": True}]},
            "web: mounts: /d: no_copy is for a mount of type volume, this one is a tmpfs.",
        ),
        (
            {"publish": [{"target_port": "80-81", "published_port": "90"}]},
            "web: publish: published_port 90 and target_port 80-81 are ranges of different length.",
        ),
        (
            {"publish": [{"target_port": "0"}]},
            "web: publish: '0' is not within 1 to 65535, with the lower port first.",
        ),
        (
            {
                "publish": [
                    {"target_port": "1", "published_port": "9"},
                    {"target_port": "2", "published_port": "9"},
                ]
            },
            "web: publish: 9/tcp is published twice.",
        ),
        (
            {"healthcheck": {"interval": "soon"}},
            "web: healthcheck.interval: 'soon' is not a duration like 10s, 1m30s or 2160h.",
        ),
        (
            {"healthcheck": {"test": ["curl", "x"]}},
            "web: healthcheck.test: a list has to begin with CMD, CMD-SHELL or NONE, not with 'curl'.",
        ),
        ({"ulimits": ["nofile"]}, "web: ulimits: 'nofile' is not like nofile:1024:2048."),
        (
            {"labels": {"flotilla.declared": "[]"}},
            "web: labels: label 'flotilla.declared' is reserved for the collection itself: leave it out.",
        ),
        (
            {"container_labels": {"flotilla.moving": "x"}},
            "web: container_labels: label 'flotilla.moving' is reserved for the collection itself: leave it out.",
        ),
        (
            {"resolve_image": "sometimes"},
            "web: resolve_image is 'sometimes', none of always, changed, never.",
        ),
        (
            {"update_config": {"max_failure_ratio": 2}},
            "web: update_config.max_failure_ratio: 2 is not from 0 to 1.",
        ),
        (
            {"networks": ["lost"]},
            "web: there is no network lost on the swarm; create it first. Nothing was sent.",
        ),
        (
            {"secrets": [{"secret_name": "lost"}]},
            "web: there is no secret lost on the swarm; create it first. Nothing was sent.",
        ),
        (
            {"networks": [{"name": "front", "alias": "x"}]},
            "web: networks: entry 1: front: alias is none of name, id, aliases, options.",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(more: Params, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        declare({**WEB, **more})
    assert str(refused.value) == sentence


def test_env_files_come_before_env() -> None:
    declared = declared_service(
        {**WEB, "env_files": ["a", "b"], "env": {"C": "env"}},
        ["A=1\n# a comment\n\nB=1\nC=1\n", "B=2=3\nBARE\n"],
    )
    assert declared.values["env"] == ["A=1", "B=2=3", "BARE", "C=env"]
    with pytest.raises(Refused) as refused:
        declared_service({**WEB, "env_files": ["a"]}, ["=x"])
    assert str(refused.value) == "web: env: entry 1 has no name before the =."


@pytest.mark.parametrize(
    ("written", "resolve"),
    [
        (None, "changed"),
        ("changed", "changed"),
        (True, "always"),
        ("yes", "always"),
        (False, "never"),
        ("no", "never"),
    ],
)
def test_when_an_image_is_looked_up_can_be_a_yes_or_a_no(written: object, resolve: str) -> None:
    assert declared_service({**WEB, "resolve_image": written}).resolve == resolve


def test_credentials_without_a_value_are_none() -> None:
    assert declared_service({**WEB, "registry_auth": {"username": None, "password": ""}}).auth is None
    token = {"identity_token": "t", "username": None}
    assert declared_service({**WEB, "registry_auth": token}).auth == {"identity_token": "t"}
    with pytest.raises(
        Refused, match=r"^web: registry_auth needs username and password, or identity_token\.$"
    ):
        declared_service({**WEB, "registry_auth": {"username": "u"}})


def test_only_a_declaration_with_an_image_is_the_whole_declaration() -> None:
    assert declared_service(WEB).whole
    assert not declared_service({"name": "web", "image": None, "replicas": 2}).whole


def test_what_says_nothing_is_left_out_with_a_warning() -> None:
    """community.docker takes both without a word."""
    made = declared_service(
        {**WEB, "mode": "global", "replicas": 3, "mounts": [{"target": "/x", "type": "tmpfs", "source": "x"}]}
    )
    assert "replicas" not in made.values
    assert made.values["mounts"] == [{"Type": "tmpfs", "Target": "/x"}]
    assert made.warnings == [
        "web: replicas is ignored, since a global service runs one task on each node.",
        "web: mounts: /x: source is ignored, since a tmpfs has none.",
    ]
    assert declared_service({**WEB, "mode": "global", "replicas": -1}).warnings == []


def test_what_a_compose_file_declares_in_vain_is_sent_as_it_is() -> None:
    """docker stack deploy sends it, too; whoever reads the file warns of it."""
    options = {
        "name": "web",
        "image": "nginx",
        "placement": {"constraints": ["zone == a"]},
        "healthcheck": {"test": ["curl", "x"]},
    }
    declared = declared_service(options, of_file=True)
    assert declared.values["placement.constraints"] == ["zone==a"]
    assert declared.values["healthcheck.test"] == ["curl", "x"]
