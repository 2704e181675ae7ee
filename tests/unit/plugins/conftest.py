# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import update, wait
from ansible_collections.flotilla.swarm.plugins.module_utils._run import verb


class FakeTime:
    """A clock that only sleeping moves, so that waiting costs a test nothing."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def fake_time(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[FakeTime]:
    """Time as the waiting code sees it."""
    fake = FakeTime()
    for waiting in (wait, update, verb):
        monkeypatch.setattr(waiting, "time", fake)
    yield fake
