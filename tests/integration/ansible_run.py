# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ``ansible-playbook`` as the tests' own Python has it, untouched by the settings of whoever runs them."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from lab import Host, Lab, LabError  # noqa: E402

__all__ = ["DEPRECATED", "ROOT", "Done", "Host", "Lab", "ansible_playbook", "leave_swarm", "own_lab", "until"]

# An Engine that leaves and joins in a row can hang in setting up its ingress network: its agent then gets no task and no
# role (26.1), or its tasks stay "starting" and a next join never ends (20.10). So whoever was in a swarm starts anew.
_LEAVE = (
    "[ \"$(docker info --format '{{.Swarm.LocalNodeState}}')\" = inactive ] || "
    "{ timeout 15 docker swarm leave --force || systemctl kill -s KILL docker.service; "
    "systemctl reset-failed docker.service docker.socket; systemctl restart docker; }; "
    "docker info --format '{{.Swarm.LocalNodeState}}'"
)

# So Ansible marks what a later release of it will not have any more.
DEPRECATED = "[DEPRECATION WARNING]"

# Runs of several threads share a server, too.
_STARTING = threading.Lock()


@contextlib.contextmanager
def own_lab(name: str, **options: t.Any) -> t.Iterator[Lab]:
    """A new lab for some tests, removed after them.

    One that an interrupted run left is removed first: its hosts are in whatever state that run left them.
    ``FLOTILLA_LAB_KEEP=1`` uses such a lab and leaves it up; ``FLOTILLA_LAB_PREFIX`` keeps the labs of two checkouts apart.

    Args:
        name: the lab's name.
        options: as ``Lab.up`` has them.
    """
    keep = bool(os.environ.get("FLOTILLA_LAB_KEEP"))
    name = os.environ.get("FLOTILLA_LAB_PREFIX", "") + name
    if not keep:
        Lab.remove(name)
    lab = Lab.up(name=name, **options)
    try:
        yield lab
    finally:
        if not keep:
            lab.down()


class Done(t.NamedTuple):
    """What a run came to: exit status and all it printed."""

    status: int
    text: str

    @property
    def report(self) -> dict[str, t.Any]:
        """The run as ``callbacks/report.py`` prints it."""
        try:
            found: dict[str, t.Any] = json.JSONDecoder().raw_decode(
                self.text[self.text.index('{\n "plays"') :]
            )[0]
        except ValueError:
            raise AssertionError(f"no report:\n{self.text}") from None
        return found


def ansible_playbook(
    inventory: Path, book: str, *arguments: str, report: bool = True, timeout: float = 400, **environment: str
) -> Done:
    """Run a playbook, in which Ansible must not see anything that it is going to remove.

    Args:
        inventory: file or folder.
        book: path or name of the playbook.
        arguments: more for the command line.
        report: print the run as JSON instead of the way a user sees it.
        timeout: seconds until the run counts as hanging.
        environment: more variables.
    """
    # Of what pytest adds, each test has another value: all of them can have one server without it.
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("ANSIBLE_") and key != "PYTEST_CURRENT_TEST"
    }
    ours = {
        "ANSIBLE_COLLECTIONS_PATH": os.environ.get(
            "FLOTILLA_COLLECTIONS_PATH", str(ROOT / ".cache" / "tree")
        ),
        "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "integration" / "callbacks"),
        "ANSIBLE_DEPRECATION_WARNINGS": "true",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_FORKS": "10",
    }
    if report:
        ours["ANSIBLE_STDOUT_CALLBACK"] = "report"
    command = ["ansible-playbook", "-i", str(inventory), book, *arguments]
    with _STARTING:
        server = _server(tuple(sorted({**clean, **ours, **environment}.items())))
    done = server.run(command, timeout)
    assert DEPRECATED not in done.text, done.text
    return done


class _Server:
    """``ansible_server.py`` in some environment."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ansible-server-")
        self._path = str(Path(self._folder.name, "socket"))
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("ansible_server.py")), self._path],
            stdin=subprocess.PIPE,
            env=environment,
        )

    def run(self, command: list[str], timeout: float) -> Done:
        """Run a command line."""
        with _told() as output, _told() as errors, self._connect() as line:
            process = int(line.recv(64))
            socket.send_fds(line, [json.dumps(command).encode()], [output.fileno(), errors.fileno()])
            line.settimeout(timeout)
            try:
                status = int(line.recv(64) or b"-1")
            except TimeoutError:
                os.killpg(process, signal.SIGKILL)
                status = -1
            output.seek(0)
            errors.seek(0)
            return Done(status, output.read() + errors.read())

    def _connect(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        for attempt in itertools.count():
            try:
                line.connect(self._path)
                return line
            except OSError:
                # It takes a second or two to load Ansible, more on a busy machine.
                if attempt > 600 or self._process.poll() is not None:
                    raise
                time.sleep(0.1)
        raise AssertionError


def _told() -> t.IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


@functools.cache
def _server(environment: tuple[tuple[str, str], ...]) -> _Server:
    """The server of an environment: Ansible reads its settings when it is loaded."""
    return _Server(dict(environment))


def until(holds: t.Callable[[], t.Any], seconds: float = 60) -> None:
    """Wait until something holds.

    A command that fails meanwhile counts as "not yet": a manager asks the leader, and where that was just stopped,
    it fails with a deadline (``DeadlineExceeded``) until another one was elected.
    """
    end = time.monotonic() + seconds
    while True:
        failed = None
        try:
            if holds():
                return
        except LabError as error:
            failed = error
        assert time.monotonic() < end, f"not within {seconds} s{f': {failed}' if failed else ''}"
        time.sleep(0.3)


def leave_swarm(host: Host) -> None:
    """Bring a host out of any swarm, its Engine running and fit to join another."""
    told = host.run(_LEAVE, check=False).stdout.split()
    if told[-1:] != ["inactive"]:
        host.run("systemctl reset-failed docker.service docker.socket", check=False)
        host.wipe()
