# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._secret import info as _content_look
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.deploy import How, deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.info import lines, look
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.versions import CONFIG, SECRET
from ansible_collections.flotilla.swarm.tests.unit.support.contents import FakeContents

LATER = 1_795_996_800  # 2026-11-30


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeContents:
    """Two versions of one, a namesake of it, and one that somebody else made."""
    monkeypatch.setattr(_content_look.time, "time", lambda: LATER)
    made = FakeContents()
    for data in ("one", "two"):
        declared = {"name": "app", "data": data, "rolling_versions": True, "labels": {"a": "1"}}
        deploy(made, SECRET, [declared], False, How(move=False, seconds=None))
    made.make(SECRET, "app", "x", ansible_key="hash")
    made.make(SECRET, "theirs", "x", b="2")
    made.serve("web", "secret11", "secret14")
    made.serve("api", "secret12")
    return made


def told(
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


def test_all(engine: FakeContents) -> None:
    seen = look(engine, SECRET, None)
    assert told(seen) == [
        ("app", True, 2, ["api", "web"], [("app_v2", 2, True, 9), ("app_v1", 1, False, 9)]),
        ("app", False, None, [], [("app", None, True, 9)]),
        ("theirs", False, None, ["web"], [("theirs", None, True, 9)]),
    ]
    assert [one["versions"][0]["labels"] for one in seen["secrets"]] == [{"a": "1"}, {}, {"b": "2"}]
    assert lines(SECRET, {"state": "manager", **seen}) == [
        "SECRET  VERSION      OBJECT  AGE  USED BY",
        "app     2 (current)  app_v2  9 d  api",
        "app     1            app_v1  9 d  web",
        "app     none         app     9 d  nobody",
        "theirs  none         theirs  9 d  web",
    ]


def test_by_any_name(engine: FakeContents) -> None:
    seen = look(engine, SECRET, ["theirs", "app_v1", "app", "ap", "secret14"])
    assert [one["name"] for one in seen["secrets"]] == ["theirs", "app"]
    assert seen["missing"] == ["ap"]


def test_data_only_when_asked_for(engine: FakeContents) -> None:
    engine.make(CONFIG, "conf", "text")
    assert "data" not in look(engine, CONFIG, None)["configs"][0]["versions"][0]
    assert look(engine, CONFIG, None, show_data=True)["configs"][0]["versions"][0]["data"] == "dGV4dA=="


def test_nothing_there() -> None:
    assert lines(SECRET, {"state": "manager", "secrets": []}) == ["No secret."]
    assert lines(SECRET, {"state": "worker", "why": "It is a worker.", "secrets": []}) == ["It is a worker."]
