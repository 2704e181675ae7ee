# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import update, wait
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import wait as rollouts
from ansible_collections.flotilla.swarm.plugins.module_utils._run import verb
from ansible_collections.flotilla.swarm.tests.unit.support.clock import FakeTime


@pytest.fixture(autouse=True)
def fake_time(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[FakeTime]:
    """Time as the waiting code sees it."""
    fake = FakeTime()
    for module in (wait, update, verb, rollouts):
        monkeypatch.setattr(module, "time", fake)
    yield fake
