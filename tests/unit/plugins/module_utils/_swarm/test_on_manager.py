# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.state import on_manager
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, info
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import OWN_ID, RecordedSwarm

NOTHING: dict[str, t.Any] = {"things": []}


def read(client: FakeEngine) -> dict[str, t.Any]:
    return on_manager(client, lambda nodes, own: {"things": [own, len(nodes)]}, NOTHING)


def test_a_manager_reads() -> None:
    client = RecordedSwarm()
    assert read(client) == {
        "state": "manager",
        "why": "Quorum holds, but no manager may fail: 1 of 1 managers reachable, 1 needed.",
        "things": [OWN_ID, 3],
    }
    assert client.asked == ["GET /info", "GET /nodes"]


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (errors.EngineAbsent("No Engine answers."), "no_engine", "No Engine answers."),
        (info(), "inactive", "m1 is in no swarm."),
        (info("locked"), "locked", "m1 waits for the swarm's unlock key."),
        (info("active", "x"), "worker", "m1 is a worker; ask a manager about the swarm."),
    ],
)
def test_a_host_that_is_no_manager_says_so(answer: t.Any, state: str, why: str) -> None:
    client = FakeEngine({"GET /info": answer})
    assert read(client) == {"state": state, "why": why, "things": []}
    assert len(client.requests) == 1


@pytest.mark.parametrize(
    ("error", "state", "why"),
    [
        (
            errors.NoQuorum("It has no leader.", 500),
            "no_quorum",
            "m1 is a manager of a swarm that has lost its",
        ),
        (
            errors.EngineTimeout("It did not answer."),
            "no_quorum",
            "m1 is a manager of a swarm that has lost its",
        ),
        (errors.NotAManager("This node is not a manager.", 503), "worker", "This node is not a manager."),
    ],
)
def test_a_manager_that_cannot_read_says_so_in_seconds(error: Exception, state: str, why: str) -> None:
    client = RecordedSwarm(**{"GET /nodes": error})
    found = read(client)
    assert (found["state"], found["things"]) == (state, [])
    assert found["why"].startswith(why)
    assert client.patience["GET /nodes"] <= 10


def test_other_errors_are_errors() -> None:
    with pytest.raises(errors.EngineForbidden):
        read(FakeEngine({"GET /info": errors.EngineForbidden("You may not use the socket.")}))
