# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible_collections.flotilla.swarm.plugins.action.swarm_show import ActionModule

LINES = ["NODE  ROLE", f"m1    leader  {'x' * 300}", 'a "quoted" one']


def run(check: bool = False, **args: t.Any) -> dict[str, t.Any]:
    task = SimpleNamespace(
        args=args, check_mode=check, async_val=0, diff=False, action="swarm_show", collections=[]
    )
    parts = ("connection", "play_context", "loader", "templar", "shared_loader_obj")
    action = ActionModule(task=task, **{part: mock.MagicMock() for part in parts})
    found: dict[str, t.Any] = action.run(None, {})
    return found


@pytest.mark.parametrize("check", [False, True])
def test_lines_are_printed_as_they_are(capsys: pytest.CaptureFixture[str], check: bool) -> None:
    found = run(check, lines=LINES)
    assert (found["changed"], found["lines"]) == (False, LINES)
    assert capsys.readouterr().out.splitlines() == LINES


def test_no_lines_print_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lines=[])["lines"] == []
    assert capsys.readouterr() == ("", "")
