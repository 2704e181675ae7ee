# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible_collections.flotilla.swarm.plugins.action.swarm_service import ActionModule
from ansible_collections.flotilla.swarm.plugins.module_utils._run.interface import WAITING
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program import action as actions

Result = dict[str, t.Any]


class Played(t.NamedTuple):
    """What a task came to, what the module was called with, and what was shown meanwhile."""

    result: Result
    calls: list[Result]
    shown: list[str]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the user is told while the task goes on."""
    lines: list[str] = []
    display = SimpleNamespace(
        display=lambda line, stderr: lines.append(line), vvv=lambda *_all, **_more: None
    )
    monkeypatch.setattr(actions, "_display", display)
    return lines


def play(shown: list[str], args: Result, *answers: Result, check: bool = False, job: int = 0) -> Played:
    task = SimpleNamespace(
        args=args, check_mode=check, async_val=job, diff=False, action="swarm_service", collections=[]
    )
    # A connection that passes no input on, so that the module is called and not the program.
    connection = mock.MagicMock(has_native_async=False, has_pipelining=False)
    action = ActionModule(
        task=task,
        connection=connection,
        play_context=mock.MagicMock(),
        loader=mock.MagicMock(),
        templar=mock.MagicMock(),
        shared_loader_obj=mock.MagicMock(),
    )
    calls: list[Result] = []
    left = [*answers]

    def execute(module_name: str, module_args: Result, task_vars: t.Any, **how: t.Any) -> Result:
        assert module_name == "flotilla.swarm.swarm_service"
        assert how == {"wrap_async": bool(job)}
        calls.append(module_args)
        return left.pop(0)

    action._execute_module = execute
    result = action.run(None, {"inventory_hostname": "m1"})
    assert not left, "the module is called as often as there are answers"
    return Played(result, calls, shown)


def waiting(*progress: str, **more: t.Any) -> Result:
    return {"changed": False, "left": {"rollouts": [{"name": "web"}]}, "progress": list(progress), **more}


def test_what_is_done_in_the_first_slice_is_quiet(shown: list[str]) -> None:
    played = play(shown, {"name": "web"}, {"changed": True, "rollouts": [{"name": "web"}]})
    assert played.calls == [{"name": "web", WAITING: {"pause_after": 5}}]
    assert played.result["rollouts"] == [{"name": "web"}]
    assert played.result["changed"] is True
    assert played.shown == []


def test_a_long_wait_is_shown_line_by_line_where_something_changed(shown: list[str]) -> None:
    played = play(
        shown,
        {"name": "web", "image": "tiny:2", "docker_url": "unix:///x"},
        waiting(
            "web: 1/3 running", changed=True, actions=["web: updated"], diff={"after": "x"}, warnings=["a"]
        ),
        waiting("web: 1/3 running"),
        waiting("web: 2/3 running", left={"rollouts": [{"name": "web", "history": {}}]}),
        {"changed": False, "rollouts": [{"name": "web", "state": "converged"}], "warnings": ["b"]},
    )
    assert played.shown == ["[m1] web: 1/3 running", "[m1] web: 2/3 running"]
    assert [call[WAITING]["pause_after"] for call in played.calls] == [5, 10, 10, 10]
    assert "left" not in played.calls[0][WAITING]
    assert played.calls[3][WAITING]["left"] == {"rollouts": [{"name": "web", "history": {}}]}
    # The Engine's address goes along, nothing that was declared does.
    assert played.calls[0]["image"] == "tiny:2"
    assert all(call.keys() == {"docker_url", WAITING} for call in played.calls[1:])
    # The first call knows what was changed, the last one what it came to.
    assert played.result["changed"] is True
    assert played.result["actions"] == ["web: updated"]
    assert played.result["diff"] == {"after": "x"}
    assert played.result["rollouts"] == [{"name": "web", "state": "converged"}]
    assert played.result["warnings"] == ["a", "b"]
    assert "left" not in played.result
    assert "progress" not in played.result


def test_a_failure_at_last_says_what_was_changed_at_first(shown: list[str]) -> None:
    played = play(
        shown,
        {"name": "web"},
        waiting("web: 0/3 running", changed=True, actions=["web: created"]),
        {
            "failed": True,
            "msg": "web: slot 1 on w1 failed.",
            "rollouts": [{"name": "web", "state": "failed"}],
        },
    )
    assert played.result["failed"] is True
    assert played.result["msg"] == "web: slot 1 on w1 failed."
    assert played.result["changed"] is True
    assert played.result["actions"] == ["web: created"]
    assert played.result["rollouts"][0]["state"] == "failed"


def test_many_services_make_one_short_line(shown: list[str]) -> None:
    lines = [f"s{number}: 0/1 running" for number in range(5)]
    played = play(shown, {"services": []}, waiting(*lines), {"changed": False})
    assert played.shown == ["[m1] s0: 0/1 running; s1: 0/1 running; s2: 0/1 running; and 2 more"]


@pytest.mark.parametrize(
    "args", [{"wait": False}, {"wait": "no"}, {"progress": False}, {"progress": "false"}]
)
def test_without_waiting_or_progress_it_is_a_single_call(shown: list[str], args: Result) -> None:
    played = play(shown, args, {"changed": True})
    assert played.calls == [args]


def test_in_check_mode_and_in_the_background_it_is_a_single_call(shown: list[str]) -> None:
    assert play(shown, {"name": "web"}, {"changed": True}, check=True).calls == [{"name": "web"}]
    assert play(shown, {"name": "web"}, {"changed": True}, job=60).calls == [{"name": "web"}]


def test_the_users_own_arguments_are_what_the_result_shows(shown: list[str]) -> None:
    def invocation(**more: t.Any) -> Result:
        return {"invocation": {"module_args": {"name": "web", **more}}}

    played = play(
        shown, {"name": "web"}, waiting("web: 0/1", **invocation()), {"changed": False, **invocation(last=1)}
    )
    assert played.result["invocation"] == {"module_args": {"name": "web"}}
