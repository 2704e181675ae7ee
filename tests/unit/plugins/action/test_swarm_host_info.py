# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from types import SimpleNamespace
from unittest import mock

from ansible_collections.flotilla.swarm.plugins.action.swarm_host_info import ActionModule


def options() -> dict[str, t.Any]:
    """The options of the verb, as a new action of a run hands them on."""
    task = SimpleNamespace(args={"timeout": 7}, check_mode=False, async_val=0)
    parts = ("connection", "play_context", "loader", "templar", "shared_loader_obj")
    return ActionModule(task=task, **{name: mock.MagicMock() for name in parts}).options({})


def test_all_hosts_of_a_run_get_one_salt() -> None:
    first, second = options(), options()
    assert first == second == {"timeout": 7, "_salt": ActionModule.salt}
    assert len(ActionModule.salt) >= 32
