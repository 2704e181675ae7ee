# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._ports import native as native_ports
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.native import native, read_native
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine

CONTAINERS = "GET /containers/json"


def row(process: str | None, port: int = 80, protocol: str = "tcp") -> t.Any:
    return {
        "protocol": protocol,
        "port": port,
        "address": "::",
        "process": process,
        "pid": 1 if process else None,
    }


@pytest.mark.parametrize(
    ("held", "root", "is_native"),
    [
        (row("nginx"), True, True),
        (row("nginx"), False, True),
        (row("dockerd"), True, False),
        (row("flotilla-reach"), True, False),
        (row(None), True, True),
        (row(None), False, False),
        (row(None, 4789, "udp"), True, False),
        (row("docker-proxy", 80), True, False),
        (row("docker-proxy", 81), True, True),
        (row("docker-proxy", 80, "udp"), True, True),
    ],
)
def test_what_the_engine_and_the_tasks_of_services_hold_is_not_native(
    held: t.Any, root: bool, is_native: bool
) -> None:
    assert native([held], {("tcp", 80)}, root) == ([held] if is_native else [])


def test_the_engine_is_asked_only_where_a_container_has_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row("nginx", 81)]
    monkeypatch.setattr(native_ports, "listeners", lambda ports: rows)
    engine = FakeEngine(
        {CONTAINERS: [{"Ports": [{"PublicPort": 80, "Type": "tcp"}, {"PrivatePort": 9}]}, {}]}
    )
    assert read_native(engine) == rows
    assert engine.requests == []
    rows.append(row("docker-proxy"))
    assert read_native(engine) == rows[:1]
    engine.answers[CONTAINERS] = errors.EngineTimeout("late")
    assert read_native(engine) == rows, "what is not known to be a task's is said"
