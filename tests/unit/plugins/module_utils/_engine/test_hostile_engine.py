# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines that answer as none does: each mode, through each transport, ends in time with one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import paramiko
import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import transport
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.connection import CONNECTION
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transports import connect
from ansible_collections.flotilla.swarm.plugins.module_utils._host.swarm_info import VERB as SWARM_INFO
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import Verb, perform
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.deploy import SECRET_VERB
from ansible_collections.flotilla.swarm.plugins.module_utils._service.deploy import VERB as SERVICE_VERB
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.program import _MARK, HostProgram
from ansible_collections.flotilla.swarm.tests.unit.support.fake_engine import NAMES, FakeServer, SshServer
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import checked

Raw = dict[str, t.Any]

# Seconds: what a task allows an Engine that is late, what it allows others, and what the machine of the tests may take.
TIMEOUT, PATIENCE, SLACK = 0.4, 20, 10
WAYS = ("unix", "tcp", "ssh", "ssh by paramiko")


@pytest.fixture
def server(tmp_path: Path) -> t.Iterator[FakeServer]:
    made = FakeServer(tmp_path)
    yield made
    made.close()


@pytest.fixture
def host(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[SshServer]:
    """A host that this user knows, and that knows this user."""
    monkeypatch.setenv("HOME", str(tmp_path))
    made = SshServer(server.path, tmp_path)
    yield made
    made.close()


def connection(server: FakeServer, way: str, timeout: float = TIMEOUT) -> Raw:
    """The connection options that lead to the server."""
    where = {"unix": f"unix://{server.path}", "tcp": f"tcp://127.0.0.1:{server.port}"}
    defaults = {name: spec.get("default") for name, spec in CONNECTION.items()}
    ssh = {"docker_host": "ssh://root@m1", "use_ssh_client": True}
    if way.startswith("ssh://"):
        return {**defaults, "docker_host": way, "timeout": timeout}
    return {**defaults, **({"docker_host": where[way]} if way in where else ssh), "timeout": timeout}


def done(
    verb: Verb, server: FakeServer, way: str, timeout: float = PATIENCE, **given: t.Any
) -> tuple[Raw, float]:
    """How a task ends, as the module does it, and after how many seconds."""
    began = time.monotonic()
    result = perform(verb, {**checked(verb, given), **connection(server, way, timeout)}, False, connect)
    return result, time.monotonic() - began


def check_sentence(sentence: str, where: str) -> None:
    """One sentence in one line, of a length that can be read, which names the Engine."""
    assert where in sentence
    assert sentence.isprintable()
    assert 20 < len(sentence) < 1500
    assert not re.search("Traceback|Error\\(|Module failed|object has no|not subscriptable|indices", sentence)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The limit of an answer that the modes without an end reach at once; one test below has the real one."""
    if "real_size" not in request.fixturenames:
        monkeypatch.setattr(transport.Bounds.__new__, "__defaults__", (None, 8 << 20, None))


@pytest.fixture
def real_size() -> None:
    """Keep the real limit of an answer."""


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the server is reached."""
    monkeypatch.setenv("PATH", f"{server.programs}:{os.environ['PATH']}")
    if request.param == "ssh by paramiko":
        return f"ssh://root@127.0.0.1:{request.getfixturevalue('host').port}"
    return str(request.param)


WORDS = {
    "late": f"did not answer within {TIMEOUT:g} s;",
    "lost": "ended before its answer was complete",
    "unusable": "cannot be used, since it ",
    "said": " said: ",
}


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_whatever_answers_first_is_said_in_time(server: FakeServer, way: str, kind: str, name: str) -> None:
    server.play(kind, name)
    found, seconds = done(SWARM_INFO, server, way, TIMEOUT if kind == "late" else PATIENCE)
    assert seconds < TIMEOUT + SLACK
    if kind == "fine":
        assert found["state"] == "manager"
        return
    # An Engine whose connections end is about to stop, or to start: that is a state, not a failure of the task.
    assert found.get("failed", False) is (kind != "lost")
    assert kind != "lost" or found["state"] == "no_engine"
    sentence = found["why"] if kind == "lost" else found["msg"]
    check_sentence(sentence, connection(server, way)["docker_host"])
    assert WORDS[kind] in sentence


TASKS: list[tuple[Verb, str, Raw]] = [
    (SERVICE_VERB, "POST /services/create", {"name": "web", "image": "nginx:1", "resolve_image": "never"}),
    (SECRET_VERB, "GET /secrets", {"name": "app", "data": "words"}),
    (SECRET_VERB, "POST /secrets/create", {"name": "app", "data": "words"}),
]


@pytest.mark.parametrize(("kind", "name"), NAMES)
@pytest.mark.parametrize(("verb", "at", "given"), TASKS, ids=[at for _verb, at, _given in TASKS])
def test_whatever_answers_later_is_said_in_time(
    server: FakeServer, kind: str, name: str, verb: Verb, at: str, given: Raw
) -> None:
    server.play(kind, name, at)
    found, seconds = done(verb, server, "unix", TIMEOUT if kind == "late" else PATIENCE, **given, wait=False)
    # Where the answer to a write is lost, it is looked for what became of it.
    assert seconds < 4 * TIMEOUT + SLACK
    if kind == "fine":
        assert found["changed"]
    elif found.get("failed") or at.startswith("GET"):
        assert found["failed"], found
        check_sentence(found["msg"], f"unix://{server.path}")


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_program_says_the_same_as_the_module(server: FakeServer, kind: str, name: str) -> None:
    server.play(kind, name)
    found, seconds, _memory = as_program(server, 1 if kind == "late" else PATIENCE)
    assert seconds < 1 + SLACK
    if kind == "fine":
        assert found["state"] == "manager"
    else:
        assert found.get("failed", False) is (kind != "lost")
        assert WORDS[kind].replace(f"{TIMEOUT:g} s", "1 s") in (
            found["why"] if kind == "lost" else found["msg"]
        )


PROGRAM = HostProgram("_host.swarm_info.VERB", "_swarm.options.INFO_INTERFACE")


def as_program(server: FakeServer, timeout: int) -> tuple[Raw, float, int]:
    """How a host's Python ends the task, after how many seconds, and the MiB of memory that it took."""
    given = {"docker_host": f"unix://{server.path}", "timeout": timeout, "check_mode": False}
    options = {**checked(SWARM_INFO, {}), "api_version": "auto", **given}
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-I", "-S"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(PROGRAM.script(options) + b"print(open('/proc/self/status').read())\n")
        process.stdin.close()
        output, _line, status = process.stdout.read().decode().partition("\nName:")
    assert process.returncode == 0
    result: Raw = json.loads(output.rpartition(_MARK)[2])
    return result, time.monotonic() - began, int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) >> 10


@pytest.mark.parametrize(
    ("kind", "name"),
    [one for one in NAMES if one[0] == "unusable" and re.search("no end|gigabytes|noise|10 GB|1 EB", one[1])],
)
def test_an_answer_without_an_end_takes_no_more_memory_than_the_largest(
    server: FakeServer, kind: str, name: str
) -> None:
    server.play(kind, name)
    found, _seconds, memory = as_program(server, 120)
    assert found["failed"]
    assert "has more than 128 MiB" in found["msg"] or name == "noise"
    # Python, and the answer twice while its parts are put together.
    assert memory < 60 + 2.2 * (transport.LARGEST >> 20)


@pytest.mark.parametrize(
    ("says", "kind", "why"),
    [
        ("bash: line 1: docker: command not found\n", "no_engine", "bash: line 1: docker: command not found"),
        (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\nIs it running?",
            "no_engine",
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?",
        ),
    ],
)
def test_a_host_says_why_it_has_no_engine(
    server: FakeServer, host: SshServer, says: str, kind: str, why: str
) -> None:
    host.says = says
    where = f"ssh://root@127.0.0.1:{host.port}"
    found, _seconds = done(SWARM_INFO, server, where)
    assert (found["state"], found["why"]) == (
        kind,
        f"No Engine answers at {where} ({why}); start it or set docker_host to where it listens.",
    )
    (server.programs / "ssh").write_text(f"#!/bin/sh\necho '{says}' >&2\nexit 127\n", encoding="utf-8")


def test_a_host_that_is_not_known_or_another_one_is_a_failure(server: FakeServer, host: SshServer) -> None:
    """The key of the host, or of the user: the task cannot know whether there is an Engine."""
    where = f"ssh://root@127.0.0.1:{host.port}"
    other = paramiko.ECDSAKey.generate()
    text = host.known_hosts.read_text(encoding="utf-8")
    begin = f"SSH to {where} was refused ("
    end = "); check the user, the key and known_hosts of the user who runs this."
    for known in ("", f"[127.0.0.1]:{host.port} {other.get_name()} {other.get_base64()}\n"):
        host.known_hosts.write_text(known, encoding="utf-8")
        found, _seconds = done(SWARM_INFO, server, where)
        assert found["failed"]
        assert found["msg"].startswith(begin) and found["msg"].endswith(end)
    host.known_hosts.write_text(text, encoding="utf-8")
    host.user_keys.clear()
    found, _seconds = done(SWARM_INFO, server, where)
    assert found["failed"]
    assert found["msg"] == f"{begin}Authentication failed.{end}"


@pytest.mark.parametrize(
    ("says", "failed"),
    [
        ("Host key verification failed.", True),
        ("root@m1: Permission denied (publickey).", True),
        ("ssh: connect to host m1 port 22: Connection refused", False),
        ("ssh: Could not resolve hostname m1: Name or service not known", False),
        ("permission denied while trying to connect to the Docker daemon socket", False),
    ],
)
def test_what_the_program_ssh_says_is_repeated(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, says: str, failed: bool
) -> None:
    (server.programs / "ssh").write_text(f"#!/bin/sh\necho '{says}' >&2\nexit 255\n", encoding="utf-8")
    monkeypatch.setenv("PATH", f"{server.programs}:{os.environ['PATH']}")
    found, seconds = done(SWARM_INFO, server, "ssh")
    assert seconds < TIMEOUT + SLACK
    assert found.get("failed", False) is failed
    sentence = found["msg"] if failed else found["why"]
    assert f"({says})" in sentence
    check_sentence(sentence, "ssh://root@m1")


def test_a_program_ssh_that_asks_or_hangs_is_ended(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server.programs / "ssh").write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
    monkeypatch.setenv("PATH", f"{server.programs}:{os.environ['PATH']}")
    found, seconds = done(SWARM_INFO, server, "ssh", TIMEOUT)
    assert seconds < TIMEOUT + SLACK
    assert found["failed"] and WORDS["late"] in found["msg"]


@pytest.mark.parametrize("says", ["exec no-such-program", "yes >&2"])
def test_a_program_ssh_that_fills_its_errors_takes_no_more(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    (server.programs / "ssh").write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    monkeypatch.setenv("PATH", f"{server.programs}:{os.environ['PATH']}")
    found, seconds = done(SWARM_INFO, server, "ssh", TIMEOUT)
    assert seconds < TIMEOUT + SLACK
    check_sentence(found.get("msg") or found["why"], "ssh://root@m1")


def test_requests_over_ssh_share_a_connection_until_it_ends(server: FakeServer, host: SshServer) -> None:
    where = f"ssh://root@127.0.0.1:{host.port}"
    client = connect(connection(server, where, PATIENCE))
    sent = t.cast(t.Any, client)._transport
    for _time in range(3):
        assert client.get("/nodes")
    assert len(sent._idle) == 1
    # The Engine starts again.
    server.hang_up()
    assert client.get("/nodes")
    assert len(sent._idle) == 1
