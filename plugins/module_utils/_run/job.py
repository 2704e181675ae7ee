# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verb in a process of its own, of which can be asked what it waits for. PRIVATE to the collection.

Nothing of what a program or a module prints is seen before it ends. So the first call of an action ends after some seconds, and
where the verb is in the middle of a wait then, it goes on here; each further call asks it, until it has its result. Nothing is
written to the host: it is asked through a socket that has a name and no file, and that only its own user can use.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import sys
import threading
import traceback
import typing as t

from .._engine.wait import WAITS, Wait
from .._options.arguments import secret_texts
from .._options.hidden import hide_texts
from . import verb as verbs
from .interface import JOB, LOST, WAITING, Options

Result = t.Dict[str, t.Any]

# Seconds for which a result is kept of which nobody has heard: the connection to the host may be lost meanwhile.
_KEPT = 60.0
# Seconds for which the action connects again to a host whose wait has no limit of its own.
_LONGEST = 3600.0
# Seconds between two looks whether something is waited for.
_LOOK = 0.2
# The names of sockets without a file begin with NUL (unix(7)).
_NAME = "\0flotilla.swarm/"
# As a list of processes shows it.
_PROCESS = "flotilla-job"
_CREDENTIALS = struct.Struct("3i")


def perform(
    verb: verbs.Verb, options: Options, check_mode: bool, connect: t.Callable[[Options], t.Any]
) -> Result:
    """Do what a verb says, in a process of its own where the action wants to show progress (see ``verb.perform``).

    Returns:
        The result; or ``progress``, a line about what is waited for, and ``left``, by which the next call asks again.
    """
    waiting: dict[str, t.Any] = options.get(WAITING) or {}
    job, pause_after = (waiting.get("left") or {}).get(JOB), waiting.get("pause_after")
    if job:
        return _ask(job, pause_after or 0.0) or {"changed": False, LOST: True}

    def work() -> Result:
        return verbs.perform(verb, options, check_mode, connect)

    return work() if pause_after is None else _begin(work, options, verb, pause_after)


def _begin(work: t.Callable[[], Result], options: Options, verb: verbs.Verb, pause_after: float) -> Result:
    job = os.urandom(16).hex()
    secrets = secret_texts(verb.interface.all_arguments, options)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        listener = _listener(job)
        child = os.fork()
    except (OSError, AttributeError):
        # Only Linux has such sockets. Elsewhere (a control node with macOS) all is done, and nothing is shown.
        return work()
    if child == 0:
        _Job(job, listener, lambda line: hide_texts(line, secrets)).run(work)
    listener.close()
    answer = _ask(job, pause_after)
    if answer is None:
        # It has said why, on the same standard error.
        raise SystemExit(1)
    return answer


def _listener(job: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Without this it could not be seen whose process is at the other end.
        listener.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        listener.bind(f"{_NAME}{job}")
        listener.listen(8)
    except BaseException:
        listener.close()
        raise
    return listener


def _ask(job: str, pause_after: float) -> Result | None:
    """What a job came to, or after so many seconds, what it waits for; ``None`` where it has ended without a result."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as own, contextlib.suppress(OSError, ValueError):
        own.connect(f"{_NAME}{job}")
        if not _is_own(own):
            return None
        own.sendall(f"{pause_after}\n".encode())
        with own.makefile("rb") as answer:
            text = answer.read()
        return json.loads(text) if text else None
    return None


def _is_own(connection: socket.socket) -> bool:
    """Whether the process at the other end is one of this user."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return bool(_CREDENTIALS.unpack(peer)[1] == os.geteuid())


class _Job:
    """The process that does the work in its main thread, and answers in another one.

    Args:
        name: of the job.
        listener: where it is asked.
        hide: takes the secrets out of a line.
    """

    def __init__(self, name: str, listener: socket.socket, hide: t.Callable[[str], str]) -> None:
        self._name = name
        self._listener = listener
        self._hide = hide
        self._result: Result | None = None
        self._done = threading.Event()
        self._alone = False

    def run(self, work: t.Callable[[], Result]) -> t.NoReturn:
        """Do the work, hand the result over, and end the process."""
        answers = threading.Thread(target=self._answer_all, daemon=True)
        answers.start()
        try:
            self._result = work()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        self._done.set()
        answers.join()
        os._exit(0)

    def _answer_all(self) -> None:
        self._listener.settimeout(_KEPT)
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                # Nobody has asked for so long.
                if self._done.is_set():
                    return
                continue
            with connection, contextlib.suppress(OSError, ValueError):
                if _is_own(connection):
                    self._answer(connection)
            if self._done.is_set() and not self._alone:
                return

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(_KEPT)
        with connection.makefile("rb") as question:
            pause_after = float(question.readline())
        self._done.wait(pause_after)
        waits = WAITS[-1:]
        while not self._done.is_set() and not waits:
            self._done.wait(_LOOK)
            waits = WAITS[-1:]
        answer = self._result if self._done.is_set() else self._progress(waits[0])
        try:
            connection.sendall(json.dumps(answer).encode())
        finally:
            if answer is not self._result:
                self._go_on_alone()

    def _progress(self, wait: Wait) -> Result:
        return {
            "changed": False,
            "progress": [self._hide(wait.line)],
            "left": {JOB: self._name, "seconds": min(wait.deadline.seconds, _LONGEST)},
        }

    def _go_on_alone(self) -> None:
        """Let the program that began this end: a connection ends only when nobody can write into it any longer."""
        if self._alone:
            return
        self._alone = True
        # Not ended with the session of the connection.
        with contextlib.suppress(OSError):
            os.setsid()
        with contextlib.suppress(OSError), open("/proc/self/comm", "w", encoding="ascii") as name:
            name.write(_PROCESS)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
