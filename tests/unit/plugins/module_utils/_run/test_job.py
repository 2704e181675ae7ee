# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verb in a process of its own: each call is a process, too, as on a host."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[5] / ".cache" / "tree"
# The verb waits until a file is there.
CALL = """
import json, os, sys
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import Deadline, wait_until
from ansible_collections.flotilla.swarm.plugins.module_utils._run import job
from ansible_collections.flotilla.swarm.plugins.module_utils._run.interface import Interface
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import Verb

def work(options, check_mode, client):
    print("writes", flush=True)
    def doing():
        return f"waiting for {options['key']} of {os.getpid()}"
    wait_until(lambda: os.path.exists(options["file"]) or None, Deadline(60), lambda: "late", doing)
    with open(options["file"]) as stream:
        end = stream.read()
    if end == "error":
        raise Refused("It is refused.")
    if end == "crash":
        raise KeyError("crash")
    return {"changed": True, "end": end}

arguments = {"file": {"type": "str"}, "key": {"type": "str", "no_log": True}}
options, me = json.loads(sys.argv[1])
if me is not None:
    os.geteuid = lambda: me
print(json.dumps(job.perform(Verb(Interface(arguments, connects=False, waits=True), work), options, False, None)))
"""


class Called(t.NamedTuple):
    """What a call printed, its result, and how long it took."""

    status: int
    result: dict[str, t.Any]
    lines: list[str]
    errors: str
    seconds: float


def call(file: Path, waiting: dict[str, t.Any] | None, me: int | None = None) -> Called:
    """One call; ``me`` is the user that it takes itself for."""
    options = {"file": str(file), "key": "opensesame", "_waiting": waiting}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", CALL, json.dumps([options, me])],
        env={**os.environ, "PYTHONPATH": str(TREE)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    lines = done.stdout.splitlines()
    result = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return Called(done.returncode, result, lines[:-1], done.stderr, time.monotonic() - begun)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """What the verb waits for."""
    return tmp_path / "file"


def pid_of(first: Called) -> int:
    return int(first.result["progress"][0].partition(" of ")[2].partition(",")[0])


def test_what_is_done_in_time_is_one_call_with_its_result(file: Path) -> None:
    file.write_text("done")
    done = call(file, {"pause_after": 20})
    assert (done.result, done.lines, done.errors) == ({"changed": True, "end": "done"}, ["writes"], "")
    assert done.seconds < 10
    assert call(file, None).result == done.result


def test_a_longer_wait_goes_on_and_is_asked(file: Path) -> None:
    first = call(file, {"pause_after": 0.5})
    # The call ends although the process goes on, which needs nothing of it.
    assert first.seconds < 10
    assert (first.status, first.lines, first.errors) == (0, ["writes"], "")
    pid, left = pid_of(first), first.result["left"]
    assert re.fullmatch(r"waiting for \(hidden\) of \d+, [01] s of at most 60 s", first.result["progress"][0])
    assert (first.result["changed"], left) == (False, {"job": left["job"], "seconds": 60})
    second = call(file, {"pause_after": 0.1, "left": left})
    assert second.result["left"] == left
    assert pid_of(second) == pid
    file.write_text("done")
    third = call(file, {"pause_after": 20, "left": left})
    assert third.result == {"changed": True, "end": "done"}
    assert third.seconds < 10
    # The answer may have been lost on its way.
    assert call(file, {"pause_after": 20, "left": left}).result == third.result
    os.kill(pid, signal.SIGKILL)


def test_a_failure_is_a_result(file: Path) -> None:
    left = call(file, {"pause_after": 0}).result["left"]
    file.write_text("error")
    failed = call(file, {"pause_after": 20, "left": left}).result
    assert failed == {"failed": True, "changed": False, "msg": "It is refused."}


@pytest.mark.parametrize("end", ["killed", "crash"])
def test_a_process_that_is_gone_is_lost(file: Path, end: str) -> None:
    first = call(file, {"pause_after": 0})
    if end == "killed":
        os.kill(pid_of(first), signal.SIGKILL)
    else:
        file.write_text("crash")
    lost = call(file, {"pause_after": 20, "left": first.result["left"]})
    assert (lost.status, lost.result) == (0, {"changed": False, "lost": True})
    assert lost.seconds < 10


def test_a_crash_in_the_first_call_is_one_of_that_call(file: Path) -> None:
    file.write_text("crash")
    crashed = call(file, {"pause_after": 20})
    assert crashed.status == 1
    assert crashed.errors.endswith("KeyError: 'crash'\n")


def test_another_user_gets_no_answer(file: Path) -> None:
    first = call(file, {"pause_after": 0})
    left = first.result["left"]
    asked = call(file, {"pause_after": 0.1, "left": left}, me=os.geteuid() + 1)
    assert asked.result == {"changed": False, "lost": True}
    # Whoever takes the name of a process that has ended gives no answer that counts, and the process goes on.
    assert call(file, {"pause_after": 0.1, "left": left}).result["left"] == left
    os.kill(pid_of(first), signal.SIGKILL)
