# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineAbsent
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade import info
from ansible_collections.flotilla.swarm.tests.unit.plugins.module_utils._upgrade.test_policy import POLICY
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine


class Files:
    """What the host's files say."""

    def __init__(self, package: str | None) -> None:
        self.brought_by = package

    def package(self, _run: t.Any) -> str | None:
        """The package of the Engine."""
        return self.brought_by

    def is_held(self, name: str) -> bool:
        """Which packages are held."""
        return name == "docker.io"

    def daemon(self) -> dict[str, t.Any]:
        """What daemon.json has."""
        return {"graph": "/srv"}


class Stopped:
    """An Engine that does not run."""

    def info(self) -> t.NoReturn:
        """Ask it."""
        raise EngineAbsent("no socket")


def test_packages_are_read_where_apt_brought_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(argv: list[str]) -> tuple[int, str, str]:
        asked.append(argv)
        return 0, POLICY, ""

    monkeypatch.setattr(info, "facts", Files("docker.io"))
    found = info.read(t.cast("t.Any", Stopped()), run)
    assert asked == [["apt-cache", "policy", "docker.io", "docker-cli"]]
    assert found["version"] is None
    assert [(one["name"], one["held"]) for one in found["packages"]] == [
        ("docker.io", True),
        ("docker-cli", False),
    ]
    assert [use["name"] for use in found["uses"]] == ["graph"]
    monkeypatch.setattr(info, "facts", Files(None))
    assert info.read(t.cast("t.Any", Stopped()), run)["packages"] == []


def test_a_manager_tells_what_its_services_use(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(info, "facts", Files(None))
    engine = MemoryEngine()
    engine._create("services", {"Name": "web", "TaskTemplate": {"LogDriver": {"Name": "logentries"}}})
    found = module.run(engine, update=True, check_mode=True)
    assert [(use["name"], use["where"]) for use in found["uses"]] == [("graph", ""), ("logentries", "web")]
    assert engine.writes == []
