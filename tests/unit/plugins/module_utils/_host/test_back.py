# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import EngineAbsent, WaitTimeout
from ansible_collections.flotilla.swarm.plugins.module_utils._host import back


def manager(reachable: int) -> dict[str, t.Any]:
    return {"state": "manager", "why": "2 of 3 managers are reachable.", "quorum": {"reachable": reachable}}


WORKER = {"state": "worker", "why": "w1 is a worker; ask a manager about the swarm."}
LEADERLESS = {"state": "no_quorum", "why": "m1 is a manager of a swarm that has lost its quorum."}


@pytest.mark.parametrize(
    ("found", "wanted", "why"),
    [
        ({}, "worker", "it was not read yet"),
        (WORKER, "worker", ""),
        (WORKER, "manager", "w1 is a worker; ask a manager about the swarm"),
        (LEADERLESS, "manager", "m1 is a manager of a swarm that has lost its quorum"),
        (manager(2), "manager", "2 of 3 managers are reachable"),
        (manager(3), "manager", ""),
    ],
)
def test_what_is_missing_is_said(found: dict[str, t.Any], wanted: str, why: str) -> None:
    assert back.missing(found, wanted, 3) == why


def test_a_node_is_awaited_through_all_that_happens(
    monkeypatch: pytest.MonkeyPatch, fake_time: t.Any
) -> None:
    gone = EngineAbsent("No Engine answers at unix:///x.")
    answers: list[t.Any] = [gone, LEADERLESS, manager(1), manager(3)]

    def read(_client: t.Any) -> dict[str, t.Any]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return t.cast("dict[str, t.Any]", answer)

    monkeypatch.setattr(back.state, "read", read)
    back.wait_until_back(t.cast(t.Any, None), "manager", 3, 60)
    assert answers == []
    monkeypatch.setattr(back.state, "read", lambda _client: LEADERLESS)
    told = r"^This node is not back as a manager after 5 s: m1 is a manager of a swarm that has lost its quorum\.$"
    with pytest.raises(WaitTimeout, match=told):
        back.wait_until_back(t.cast(t.Any, None), "manager", 3, 5)
