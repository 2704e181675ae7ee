# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._service.image import (
    Pinned,
    platforms,
    reference,
    same_image,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._service.registry import (
    Registry,
    auth_header,
    server_of,
)
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine

DIGEST = "sha256:" + "a" * 64
HUB = "https://index.docker.io/v1/"


@pytest.mark.parametrize(
    ("text", "tagged", "digest"),
    [
        ("nginx", "nginx:latest", ""),
        ("docker.io/library/nginx:1", "nginx:1", ""),
        ("docker.io/team/app:1", "team/app:1", ""),
        ("registry:5000/tiny", "registry:5000/tiny:latest", ""),
        (f"nginx@{DIGEST}", "nginx", DIGEST),
        (f"registry:5000/a/b:1@{DIGEST}", "registry:5000/a/b:1", DIGEST),
    ],
)
def test_an_image_is_taken_apart(text: str, tagged: str, digest: str) -> None:
    found = reference(text)
    assert (found.tagged, found.digest) == (tagged, digest)


@pytest.mark.parametrize(
    ("declared", "live", "same"),
    [
        ("nginx", f"nginx:latest@{DIGEST}", True),
        ("docker.io/library/nginx:1", "nginx:1", True),
        ("nginx:1", "nginx:2", False),
        (f"nginx:1@{DIGEST}", f"nginx:other@{DIGEST}", True),
        (f"nginx:1@{DIGEST}", "nginx:1", False),
    ],
)
def test_when_two_images_are_the_same(declared: str, live: str, same: bool) -> None:
    assert same_image(declared, live) is same


@pytest.mark.parametrize(
    ("image", "server"),
    [
        ("nginx", HUB),
        ("team/app", HUB),
        ("registry.example.com/app:1", "registry.example.com"),
        ("localhost/app", "localhost"),
        ("host:5000/app", "host:5000"),
    ],
)
def test_credentials_are_for_the_registry_of_the_image(image: str, server: str) -> None:
    assert server_of(image) == server
    header = auth_header({"username": "u", "password": "p"}, image)["X-Registry-Auth"]
    assert json.loads(base64.urlsafe_b64decode(header)) == {
        "username": "u",
        "password": "p",
        "serveraddress": server,
    }


def test_a_token_stands_in_for_a_password_and_no_credentials_are_no_header() -> None:
    header = auth_header({"identity_token": "t", "server": "s"}, "nginx")["X-Registry-Auth"]
    assert json.loads(base64.urlsafe_b64decode(header)) == {"identitytoken": "t", "serveraddress": "s"}
    assert auth_header(None, "nginx") == {}


def test_platforms_are_those_a_scheduler_can_use() -> None:
    answer = {
        "Platforms": [
            {"architecture": "amd64", "os": "linux"},
            {"architecture": "amd64", "os": "linux"},
            {"architecture": "arm", "os": "linux"},
            {"architecture": "unknown", "os": "unknown"},
        ]
    }
    assert platforms(answer) == [
        {"Architecture": "amd64", "OS": "linux"},
        {"Architecture": "", "OS": "linux"},
    ]


def test_a_tag_is_looked_up_once_for_the_same_credentials() -> None:
    answer: dict[str, t.Any] = {"Descriptor": {"digest": DIGEST}, "Platforms": None}
    client = FakeEngine({"GET /distribution/nginx:1/json": answer})
    registry = Registry(client)
    for _turn in range(2):
        assert registry.pinned("nginx:1", None) == Pinned(f"nginx:1@{DIGEST}", [])
    registry.pinned("nginx:1", {"username": "u", "password": "p"})
    assert len(client.requests) == 2
    assert registry.pinned(f"other@{DIGEST}", None) == Pinned(f"other@{DIGEST}", []), (
        "it has a digest already"
    )
    assert len(client.requests) == 2


def test_a_registry_that_does_not_answer_is_named() -> None:
    client = FakeEngine({"GET /distribution/nginx:1/json": errors.EngineTimeout("too late")})
    with pytest.raises(
        errors.EngineError, match=r"^nginx:1 could not be looked up in its registry: too late$"
    ):
        Registry(client).pinned("nginx:1", None)
