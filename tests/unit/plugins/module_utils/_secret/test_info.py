# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import perform
from ansible_collections.flotilla.swarm.plugins.module_utils._secret import info
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets, declare

LATER = 1_795_996_800  # 2026-11-30


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeSecrets:
    """Two versions of one, a namesake of it, and one of another client."""
    monkeypatch.setattr(info.time, "time", lambda: LATER)
    made = FakeSecrets()
    for data in ("one", "two"):
        declared = {"name": "app", "data": data, "rolling_versions": True, "labels": {"a": "1"}}
        declare(made, declared, rewire=False, wait=False)
    made.make(SECRET, "app", "x", ansible_key="hash")
    made.make(SECRET, "theirs", "x", b="2")
    made.serve("web", "secret11", "secret14")
    made.serve("api", "secret12")
    return made


def shown(
    found: dict[str, t.Any],
) -> list[tuple[str, bool, t.Any, list[str], list[tuple[str, t.Any, bool, int]]]]:
    return [
        (
            one["name"],
            one["managed"],
            one["version"],
            one["used_by"],
            [(v["object"], v["version"], v["current"], v["age_days"]) for v in one["versions"]],
        )
        for one in found["secrets"]
    ]


def test_all(engine: FakeSecrets) -> None:
    seen = info.read(engine, SECRET, None)
    assert shown(seen) == [
        ("app", True, 2, ["api", "web"], [("app_v2", 2, True, 9), ("app_v1", 1, False, 9)]),
        ("app", False, None, [], [("app", None, True, 9)]),
        ("theirs", False, None, ["web"], [("theirs", None, True, 9)]),
    ]
    assert [one["versions"][0]["labels"] for one in seen["secrets"]] == [{"a": "1"}, {}, {"b": "2"}]
    assert info.lines(SECRET, {"state": "manager", **seen}) == [
        "SECRET  VERSION      OBJECT  AGE  USED BY",
        "app     2 (current)  app_v2  9 d  api",
        "app     1            app_v1  9 d  web",
        "app     none         app     9 d  no service",
        "theirs  none         theirs  9 d  web",
    ]


def test_by_any_name(engine: FakeSecrets) -> None:
    seen = info.read(engine, SECRET, ["theirs", "app_v1", "app", "ap", "secret14"])
    assert [(one["name"], one["managed"]) for one in seen["secrets"]] == [("theirs", False), ("app", True)]
    assert seen["missing"] == ["ap"]


def test_by_the_beginning_of_an_id(engine: FakeSecrets) -> None:
    engine.objects["secrets"]["abcdefgh"] = {**engine.objects["secrets"].pop("secret14"), "ID": "abcdefgh"}
    seen = info.read(engine, SECRET, ["abcdef", "abcde"])
    assert [one["name"] for one in seen["secrets"]] == ["theirs"]
    assert seen["missing"] == ["abcde"]


def test_template_and_driver(engine: FakeSecrets) -> None:
    declare(engine, {"name": "far", "driver": {"name": "vault", "options": {"p": "1"}}})
    declare(engine, {"name": "near", "data": "x", "template_driver": "golang"})
    seen = info.read(engine, SECRET, ["far", "near", "theirs"])
    versions = [one["versions"][0] for one in seen["secrets"]]
    assert [(one["template_driver"], one["driver"]) for one in versions] == [
        (None, "vault"),
        ("golang", None),
        (None, None),
    ]


def test_data_only_when_asked_for(engine: FakeSecrets) -> None:
    engine.make(CONFIG, "conf", "text")
    assert "data" not in info.read(engine, CONFIG, None)["configs"][0]["versions"][0]
    seen = info.read(engine, CONFIG, None, show_data=True)
    assert seen["configs"][0]["versions"][0]["data"] == "dGV4dA=="


def test_nothing_there() -> None:
    assert info.lines(SECRET, {"state": "manager", "secrets": []}) == ["No secret."]
    worker = {"state": "worker", "why": "It is a worker.", "secrets": []}
    assert info.lines(SECRET, worker) == ["It is a worker."]


def test_the_verbs(engine: FakeSecrets) -> None:
    engine.make(CONFIG, "conf", "text")
    found = perform(info.SECRET_INFO, {"name": ["theirs", "lost"]}, False, lambda _options: engine)
    assert (found["changed"], found["state"], found["missing"]) == (False, "manager", ["lost"])
    assert found["summary"][0].startswith("SECRET")
    found = perform(info.CONFIG_INFO, {"name": None, "show_data": True}, False, lambda _options: engine)
    [version] = [one["versions"][0] for one in found["configs"]]
    assert (version["data"], version["template_driver"], version["driver"]) == ("dGV4dA==", None, None)
    assert "show_data" not in info.SECRET_INFO.interface.arguments
