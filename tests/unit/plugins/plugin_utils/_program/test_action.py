# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure
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


def play(
    shown: list[str],
    args: Result,
    *answers: Result | AnsibleConnectionFailure,
    check: bool = False,
    job: int = 0,
    delegate: str | None = None,
) -> Played:
    task = SimpleNamespace(
        args=args,
        check_mode=check,
        async_val=job,
        diff=False,
        action="swarm_service",
        collections=[],
        delegate_to=delegate,
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
        answer = left.pop(0)
        if isinstance(answer, AnsibleConnectionFailure):
            raise answer
        return answer

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
    # A warning is told at once, and by Ansible itself at the end.
    assert played.shown == ["[m1] warning: a", "[m1] web: 1/3 running", "[m1] web: 2/3 running"]
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


def test_what_is_still_to_be_sent_is_declared_again(shown: list[str]) -> None:
    left = {"rollouts": [], "later": ["proxy"], "seconds": 60}
    given = {"name": "web", "image": "tiny:2"}
    played = play(
        shown,
        given,
        waiting("proxy: waits for web", left=left, diff=[{"after_header": "web"}, {"after_header": "proxy"}]),
        waiting("web: 2/3 running", left={"rollouts": []}, not_sent=["proxy"]),
        {"failed": True, "msg": "web failed.", "not_sent": ["proxy"]},
    )
    assert played.calls[1] == {**given, WAITING: {"pause_after": 10, "left": left, "hide": []}}
    assert "image" not in played.calls[2]
    # The first call has the diff of all services.
    assert played.result["diff"] == [{"after_header": "web"}]


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


def test_a_connection_that_is_lost_while_waiting_is_made_again(
    shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_AGAIN", 0)
    lost = AnsibleConnectionFailure("Connection refused")
    left = {"rollouts": [{"name": "web"}], "seconds": 60}
    played = play(
        shown,
        {"name": "web"},
        waiting("web: 1/3 running", changed=True, actions=["web: updated"], left=left),
        lost,
        lost,
        {"changed": False, "rollouts": [{"name": "web", "state": "converged"}]},
    )
    # Each attempt goes on from the same place, and nothing that was declared is sent again.
    assert played.calls[1:] == [{WAITING: {"pause_after": 10, "left": left, "hide": []}}] * 3
    assert played.shown == ["[m1] web: 1/3 running", "[m1] the connection is lost, connecting again"]
    assert (played.result["changed"], played.result["actions"]) == (True, ["web: updated"])
    assert "failed" not in played.result


def test_a_connection_that_stays_lost_ends_the_wait_and_says_what_was_done(
    shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_AGAIN", 0)
    played = play(
        shown,
        {"name": "web"},
        waiting("web: 1/3 running", changed=True, actions=["web: updated"], left={"seconds": 0}),
        AnsibleConnectionFailure("Connection refused"),
    )
    assert (played.result["failed"], played.result["changed"]) == (True, True)
    assert played.result["actions"] == ["web: updated"]
    assert played.result["msg"].startswith(
        "The connection was lost while waiting, and could not be made again"
    )
    assert played.result["msg"].endswith("The last attempt: Connection refused")


def test_a_connection_that_fails_at_first_is_not_tried_again(shown: list[str]) -> None:
    with pytest.raises(AnsibleConnectionFailure):
        play(shown, {"name": "web"}, AnsibleConnectionFailure("Connection refused"))


JOB = {"job": "a1b2", "seconds": 60}


def test_a_process_that_goes_on_is_asked_with_the_options_of_the_task(shown: list[str]) -> None:
    given = {"name": "web", "image": "tiny:2"}
    played = play(
        shown,
        given,
        waiting("removing network back, 5 s of at most 60 s", left=JOB, invocation={"module_args": given}),
        waiting("removing network back, 15 s of at most 60 s", left=JOB),
        {"changed": True, "actions": ["back: removed"], "diff": {"after": "x"}},
        delegate="m2",
    )
    assert played.calls[1:] == [{**given, WAITING: {"pause_after": 10, "left": JOB, "hide": []}}] * 2
    # As Ansible names the host of a result.
    assert played.shown == [
        "[m1 -> m2] removing network back, 5 s of at most 60 s",
        "[m1 -> m2] removing network back, 15 s of at most 60 s",
    ]
    assert (played.result["changed"], played.result["actions"]) == (True, ["back: removed"])
    assert played.result["diff"] == {"after": "x"}
    assert played.result["invocation"] == {"module_args": given}
    assert "left" not in played.result


def test_a_process_that_comes_to_rollouts_hands_them_over(shown: list[str]) -> None:
    rollouts = {"rollouts": [{"name": "web"}]}
    played = play(
        shown,
        {"name": "web", "image": "tiny:2"},
        waiting("creating network front, 5 s of at most 60 s", left=JOB),
        waiting("web: 1/3 running", left=rollouts, changed=True, actions=["a"], diff=["b"], warnings=["c"]),
        {"changed": True, "actions": ["a"], "rollouts": []},
    )
    assert played.shown[1:] == ["[m1] warning: c", "[m1] web: 1/3 running"]
    assert played.calls[2] == {WAITING: {"pause_after": 10, "left": rollouts, "hide": []}}
    assert played.result["diff"] == ["b"], "the first result of the verb has it"


def test_a_process_that_was_killed_is_followed_by_another_one(shown: list[str]) -> None:
    given = {"name": "web"}
    played = play(
        shown,
        given,
        waiting("a", left=JOB),
        {"changed": False, "lost": True},
        {"changed": False, "actions": []},
    )
    assert played.calls[2] == played.calls[0]
    assert played.result["changed"] is True, "what the first one did is not known"
    assert "lost" not in played.result
    [warning] = played.result["warnings"]
    assert warning.endswith("another one went on from what it had done.")


def test_a_process_that_was_killed_is_not_followed_where_that_would_do_something_twice(
    shown: list[str],
) -> None:
    given = {"name": "web", "force_update": True}
    played = play(shown, given, waiting("a", left=JOB), {"changed": False, "lost": True})
    assert (played.result["failed"], played.result["changed"]) == (True, True)
    assert "whether force_update was carried out is not known" in played.result["msg"]


def test_a_host_that_is_not_reached_again_goes_on_by_itself(
    shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_AGAIN", 0)
    lost = AnsibleConnectionFailure("Connection refused")
    played = play(shown, {"name": "web"}, waiting("a", left={**JOB, "seconds": 0}), lost)
    assert (played.result["failed"], played.result["changed"]) == (True, True)
    assert "The host goes on by itself; run the same again" in played.result["msg"]


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


WRITES = "flotilla.swarm writes\n"


class OverSsh:
    """A connection that passes input on, with a host that answers as a test says."""

    def __init__(self, answer: str, status: int) -> None:
        self.answer, self.status = answer, status
        self.retries: t.Any = 3
        #: How often a command would be sent again, at each command.
        self.seen: list[t.Any] = []
        self.connection = mock.MagicMock(has_native_async=False, has_pipelining=True, become=None)
        self.connection._shell.SHELL_FAMILY = "sh"
        self.connection._remote_is_local = False
        self.connection.get_option = lambda _name: self.retries
        self.connection.set_option = lambda _name, value: setattr(self, "retries", value)

    def execute(self, _command: str, in_data: bytes) -> Result:
        assert in_data
        self.seen.append(self.retries)
        return {"rc": self.status, "stdout": self.answer, "stderr": "Killed"}


def over_ssh(host: OverSsh, args: Result, by_module: Result | None) -> Result:
    """What a task comes to; ``by_module`` is the module's result, ``None`` where it must not be called."""
    task = SimpleNamespace(
        args={**args, "wait": False},
        check_mode=False,
        async_val=0,
        diff=False,
        action="swarm_service",
        collections=[],
        delegate_to=None,
    )
    action = ActionModule(
        task=task,
        connection=host.connection,
        play_context=mock.MagicMock(),
        loader=mock.MagicMock(),
        templar=SimpleNamespace(template=lambda text: text),
        shared_loader_obj=mock.MagicMock(),
    )

    def module(**_all: t.Any) -> Result:
        assert by_module is not None, "nothing may be sent a second time"
        host.seen.append(host.retries)
        return dict(by_module)

    action._compute_environment_string = lambda: ""
    action._low_level_execute_command = host.execute
    action._execute_module = module
    return action.run(None, {"inventory_hostname": "m1"})


def test_a_program_that_sent_nothing_is_followed_by_the_module(shown: list[str]) -> None:
    found = over_ssh(OverSsh("", 127), {"name": "web", "force_update": True}, {"changed": True})
    assert found == {"changed": True}


def test_whoever_gets_the_slow_way_is_told_how_to_get_the_fast_one(
    shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(actions._display, "warning", told.append, raising=False)
    host = OverSsh("", 0)
    host.connection.become = SimpleNamespace(pipelining=True)
    host.connection.is_pipelining_enabled = lambda _wrap_async: False
    for _task in range(2):
        assert over_ssh(host, {"name": "web"}, {"changed": True}) == {"changed": True}
    # Ansible prints the same warning once in a run, so it has no host in it.
    assert len(told) == 2
    assert len(set(told)) == 1
    assert "Pipelining is off" in told[0]


def test_a_program_that_ended_after_a_write_is_followed_by_a_module_that_looks_first(
    shown: list[str],
) -> None:
    found = over_ssh(OverSsh(WRITES, 137), {"name": "web", "state": "rolled_back"}, {"changed": False})
    assert found["changed"] is True
    assert found["warnings"] == [
        "The program on the host ended before its result (status 137); the module went on from what it had done."
    ]


@pytest.mark.parametrize(
    "args",
    [
        {"name": "web", "force_update": True},
        {"services": [{"name": "a"}, {"name": "web", "force_update": "yes"}]},
    ],
)
def test_what_is_done_at_every_call_is_not_done_a_second_time(shown: list[str], args: Result) -> None:
    host = OverSsh(f"Welcome!\n{WRITES}{WRITES}", 137)
    found = over_ssh(host, args, None)
    assert (found["failed"], found["changed"]) == (True, True)
    assert found["msg"] == (
        "The program on the host ended before its result (status 137), after it had sent a change; whether force_update was "
        "carried out is not known, so it is not done again. Look at the swarm, and run again without force_update if it was."
    )


def test_a_lost_connection_does_not_send_again_what_is_done_at_every_call(shown: list[str]) -> None:
    """By program and by module; the user's own number of attempts is back afterwards."""
    host = OverSsh("", 127)
    over_ssh(host, {"name": "web", "force_update": True}, {"changed": True})
    assert (host.seen, host.retries) == ([0, 0], 3)
    host = OverSsh("", 127)
    over_ssh(host, {"name": "web"}, {"changed": True})
    assert (host.seen, host.retries) == ([3, 3], 3)
