# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall import deploy
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import Host
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy import deploy as balancing
from ansible_collections.flotilla.swarm.plugins.module_utils._host import daemon, facts
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module


@pytest.fixture
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Module:
    """The module that a test file is named after, or that a table of tests names."""
    return Module(getattr(request, "param", request.path.stem[len("test_") :]), monkeypatch)


@pytest.fixture(autouse=True)
def without_firewall(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The host of the modules for firewalls and load balancers has none, and is not the machine that the tests run on."""
    monkeypatch.setattr(deploy.os, "geteuid", lambda: 0)
    for room in (deploy, balancing):
        monkeypatch.setattr(
            room, "Host", lambda _run: Host(lambda argv: pytest.fail(f"{argv} was started"), str(tmp_path))
        )


@pytest.fixture(autouse=True)
def without_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The host's Engine has no options, and they are not those of the machine that the tests run on."""
    monkeypatch.setattr(daemon, "PATH", str(tmp_path / "docker" / "daemon.json"))


@pytest.fixture(autouse=True)
def without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """No package brought the host's Engine; that of the machine that the tests run on is asked of apt, for a second each time."""
    monkeypatch.setattr(facts, "package", lambda _run: None)
