# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import saying
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout import tasks
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.reasons import (
    ending_of,
    has_failed,
    reason_of,
    verb_of,
)
from hypothesis import assume, given
from hypothesis import strategies as st

ENDS = ("complete", "failed", "rejected")


def task(state: str = "failed", error: str = "", code: int | None = None, message: str = "") -> tasks.Task:
    container = {} if code is None else {"ContainerID": "c1", "ExitCode": code}
    status = {"State": state, "Err": error, "Message": message, "ContainerStatus": container}
    return tasks.view({"ID": "t1", "Status": status}, {}, {})


@pytest.mark.parametrize(
    ("one", "reason", "ending"),
    [
        (task("rejected", "No such image: tiny:9"), "image", "No such image: tiny:9"),
        (task("rejected", "manifest unknown"), "image", "manifest unknown"),
        (task("failed", "task: non-zero exit (3)", 3), "crash_looping", "non-zero exit (3)"),
        (
            task("failed", "starting container failed: bind: address already in use"),
            "port",
            "bind: address already in use",
        ),
        (
            task("failed", "task: non-zero exit (137): dockerexec: unhealthy container", 137),
            "unhealthy",
            "non-zero exit (137): dockerexec: unhealthy container",
        ),
        (task("rejected", "invalid mount config for /x"), "mount", "invalid mount config for /x"),
        (task("rejected", "network x not found"), "rejected", "network x not found"),
        (task("failed", "starting container failed: OCI"), "rejected", "OCI"),
        (task("complete", code=0), "crash_looping", "it ended by itself with exit code 0"),
        (task("rejected", message="preparing"), "rejected", "preparing"),
        (task("failed"), "crash_looping", "failed"),
    ],
)
def test_why_a_task_failed(one: tasks.Task, reason: str, ending: str) -> None:
    assert (reason_of(one, False), ending_of(one, False)) == (reason, ending)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("pull access denied for tiny, repository does not exist", "image"),
        ("invalid reference format", "image"),
        ("Bind for 0.0.0.0:80 failed: port is already allocated", "port"),
        ("no suitable node (host-mode port already in use on 1 node)", "port"),
    ],
)
def test_the_kind_is_read_from_the_engines_reason(error: str, reason: str) -> None:
    assert reason_of(task("rejected", error), False) == reason


def test_a_task_that_ended_well_under_a_health_check_may_have_been_stopped_by_that() -> None:
    one = task("complete", code=0)
    assert reason_of(one, True) == "unhealthy"
    assert ending_of(one, True) == "its health check failed, or it ended by itself, with exit code 0"
    crashed = task("failed", "task: non-zero exit (3)", 3)
    assert (reason_of(crashed, True), ending_of(crashed, True)) == ("crash_looping", "non-zero exit (3)")


@pytest.mark.parametrize("state", tasks.STATES)
def test_which_end_is_a_failure(state: str) -> None:
    assert has_failed(task(state), job=False) is (state in ENDS)
    assert has_failed(task(state), job=True) is (state in ("failed", "rejected"))


def test_what_a_task_did() -> None:
    assert [verb_of(state) for state in ENDS] == ["ended", "failed", "was rejected"]
    assert [verb_of(state, one=False) for state in ENDS] == ["ended", "failed", "were rejected"]


@given(st.text(), st.sampled_from(ENDS), st.none() | st.integers(0, 255), st.booleans())
def test_there_is_always_a_reason(error: str, state: str, code: int | None, checked: bool) -> None:
    one = task(state, error, code)
    assert reason_of(one, checked) in ("unhealthy", "image", "port", "mount", "rejected", "crash_looping")
    assert ending_of(one, checked)


@given(st.sampled_from(["", "task: ", "starting container failed: "]), st.text(min_size=1))
def test_the_engines_reason_is_repeated_without_its_beginning(beginning: str, error: str) -> None:
    assume(not error.startswith(("task: ", "starting container failed: ")) and saying(error) == error)
    assert ending_of(task("failed", beginning + error), False) == error
