# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log lines of services and tasks. PRIVATE to the collection."""

from __future__ import annotations

import typing as t
from urllib.parse import unquote_plus

from .._engine.client import Client
from .._engine.errors import AnswerUnusable, EngineError, EngineTimeout
from .._engine.wait import Deadline
from .tasks import moment

# Streams of the Engine's eight-byte frames; the last one carries what the Engine itself says about a log.
_STREAMS = {0: "stdout", 1: "stdout", 2: "stderr", 3: "engine"}
# Seconds that a log may stand still: it does while a container is being created, or its node does not answer.
PATIENCE = 5.0
# Seconds, and bytes, that the logs of one service may take in all.
SECONDS, LARGEST = 60.0, 16 << 20


class LogLine(t.TypedDict):
    """One line of a log."""

    timestamp: str
    stream: str
    task_id: str
    node_id: str
    text: str


class Logs(t.NamedTuple):
    """What could be read, and sentences about what could not."""

    lines: list[LogLine]
    problems: list[str]


def read(
    client: Client,
    path: str,
    tail: int | None = None,
    since: float | None = None,
    pause: float = PATIENCE,
    timeout: float = SECONDS,
) -> Logs:
    """Read a log. What cannot be read becomes a problem, and raises no error.

    Args:
        client: a manager's Engine.
        path: ``/services/{id}/logs`` or ``/tasks/{id}/logs``.
        tail: as many of the last lines; of each task, where a service is read.
        since: only lines after this moment, in seconds of Unix time.
        pause: seconds to wait for more lines.
        timeout: seconds for the whole log.

    Returns:
        The lines in the order of time.
    """
    query = {"stdout": True, "stderr": True, "timestamps": True, "details": True}
    try:
        answer = client.read(
            path,
            timeout=timeout,
            pause=pause,
            size=LARGEST,
            tail=None if tail is None else str(tail),
            since=None if since is None else f"{since:.9f}",
            **query,
        )
    except EngineTimeout:
        return Logs(
            [],
            [f"the log did not end within {pause:g} s: a task is being started or its node is not reached"],
        )
    except AnswerUnusable as error:
        return Logs(
            [], [f"{error} A log of more than {LARGEST >> 20} MiB is read in parts: see tail and since."]
        )
    except EngineError as error:
        return Logs([], [str(error)])
    return parse(answer)


def read_each(
    client: Client,
    task_ids: t.Iterable[str],
    tail: int | None = None,
    since: float | None = None,
    pause: float = PATIENCE,
) -> Logs:
    """Read the logs of tasks one by one, so that one that cannot be read does not hide the others."""
    lines: list[LogLine] = []
    problems: list[str] = []
    deadline = Deadline(SECONDS)
    for task_id in task_ids:
        if not deadline.left:
            problems.append(f"task {task_id}: the logs before it took {SECONDS:g} s, so its log was not read")
            continue
        log = read(client, f"/tasks/{task_id}/logs", tail, since, pause, deadline.left)
        lines += log.lines
        problems += [f"task {task_id}: {problem}" for problem in log.problems]
    return Logs(sorted(lines, key=_when), problems)


def parse(answer: bytes) -> Logs:
    """Parse a log that was read with timestamps and details.

    A container with a terminal has one plain stream, all others have frames of a header (stream, length) and a text.
    """
    lines: list[LogLine] = []
    problems: list[str] = []
    # A long line comes in pieces, of which only the last ends it.
    begun: dict[tuple[str, str], LogLine] = {}
    for stream, text in _framed(answer) if _has_frames(answer) else _plain(answer):
        if stream == "engine":
            problems.append(_engine_sentence(text))
            continue
        line = _line(stream, text.rstrip("\r\n"))
        source = stream, line["task_id"]
        if source in begun:
            begun[source]["text"] += line["text"]
        else:
            lines.append(begun.setdefault(source, line))
        if text.endswith("\n"):
            del begun[source]
    return Logs(sorted(lines, key=_when), problems)


def _has_frames(answer: bytes) -> bool:
    # A plain stream begins with a timestamp's digit.
    return answer[:1] in (b"\0", b"\1", b"\2", b"\3")


def _framed(answer: bytes) -> t.Iterator[tuple[str, str]]:
    at = 0
    while at + 8 <= len(answer):
        length = int.from_bytes(answer[at + 4 : at + 8], "big")
        text = answer[at + 8 : at + 8 + length].decode("utf-8", "replace")
        yield _STREAMS.get(answer[at], "stdout"), text
        at += 8 + length


def _plain(answer: bytes) -> t.Iterator[tuple[str, str]]:
    for line in answer.decode("utf-8", "replace").split("\n"):
        if line.strip("\r"):
            yield ("engine" if line.startswith("Error grabbing logs") else "stdout"), f"{line}\n"


def _line(stream: str, text: str) -> LogLine:
    timestamp, _space, rest = text.partition(" ")
    pairs, _space, rest = rest.partition(" ")
    details = dict(pair.partition("=")[::2] for pair in pairs.split(","))
    return {
        "timestamp": timestamp,
        "stream": stream,
        "task_id": unquote_plus(details.get("com.docker.swarm.task.id", "")),
        "node_id": unquote_plus(details.get("com.docker.swarm.node.id", "")),
        "text": rest,
    }


def _engine_sentence(text: str) -> str:
    for beginning in ("Error grabbing logs: ", "rpc error: code = Unknown desc = ", "warning: "):
        text = text[len(beginning) :] if text.startswith(beginning) else text
    return text.strip()


def _when(line: LogLine) -> str:
    return moment(line["timestamp"])
