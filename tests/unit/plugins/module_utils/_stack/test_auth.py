# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.auth import give_credentials

IMAGES = ["reg.example:5000/a/b:1", "nginx:1.27", "other.example/x"]


def given(declared: list[dict[str, t.Any]], kept: bool = False) -> list[t.Any]:
    services: list[dict[str, t.Any]] = [{"image": image} for image in IMAGES]
    give_credentials(services, declared, kept)
    return [service.get("registry_auth") for service in services]


def keep(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "config.json").write_text(text)
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))


def test_each_service_gets_the_credentials_of_its_registry() -> None:
    hub = {"server": "docker.io", "username": "u", "password": "p"}
    own = {"server": "https://reg.example:5000/v1/", "identity_token": "t", "username": None}
    assert given([hub, own]) == [
        {"server": "reg.example:5000", "identity_token": "t"},
        {"server": "https://index.docker.io/v1/", "username": "u", "password": "p"},
        None,
    ]


def test_credentials_without_a_registry_are_for_all_that_come_after_none_of_their_own() -> None:
    found = given(
        [{"server": "other.example", "username": "o", "password": "1"}, {"username": "a", "password": "2"}]
    )
    assert [auth["username"] for auth in found] == ["a", "a", "o"]
    assert found[0]["server"] == "reg.example:5000"


def test_what_the_command_line_keeps_is_used_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auths = {
        "https://index.docker.io/v1/": {"auth": base64.b64encode(b"me:se:cret").decode()},
        "reg.example:5000": {"identitytoken": "t"},
        "helper.example": {},
    }
    keep(tmp_path, monkeypatch, json.dumps({"auths": auths}))
    assert given([]) == [None, None, None]
    assert given([], kept=True) == [
        {"server": "reg.example:5000", "identity_token": "t"},
        {"server": "https://index.docker.io/v1/", "username": "me", "password": "se:cret"},
        None,
    ]
    declared = {"server": "docker.io", "username": "other", "password": "x"}
    assert given([declared], kept=True)[1]["username"] == "other"


def test_nothing_kept_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert given([], kept=True) == [None, None, None]


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": {"a": {"auth": "se_cret!"}}}'])
def test_a_damaged_file_is_reported_without_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    keep(tmp_path, monkeypatch, text)
    with pytest.raises(
        Refused, match=r"with_registry_auth: .*config\.json on this host could not be read"
    ) as told:
        given([], kept=True)
    assert "se_cret" not in str(told.value)
