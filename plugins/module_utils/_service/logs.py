# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module swarm_service_log_info returns: log lines, each with the task it comes from. PRIVATE to the collection."""

from __future__ import annotations

import calendar
import re
import time
import typing as t

from .._engine.client import Client
from .._engine.errors import Refused
from .._options import convert
from .._options.value_types import NAMES
from .._rollout import logs, tasks
from .._rollout.service import is_per_node, mode_of
from .._rollout.tasks import Task
from .._run.interface import Interface
from .._run.verb import Options, Result, Verb
from .._swarm.nodes import Node
from .._swarm.state import on_manager
from .info import named, tasks_of, while_services_go
from .view import Raw

# Log drivers whose logs every Engine can read back; others keep a copy, or keep none.
_READABLE = ("json-file", "local", "journald")
_TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|([+-])(\d\d):?(\d\d))?\Z", re.IGNORECASE
)


class ServiceLogLine(t.TypedDict):
    """One line of a log, with the task it comes from."""

    timestamp: str
    service: str
    slot: int
    node: str
    task_id: str
    stream: str
    text: str


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Read the logs of services."""
    tail = tail_of(options["tail"])
    since = since_when(options["since"], time.time()) if options["since"] else None
    timestamps = options["timestamps"]

    def read_logs(nodes: list[Node], _own_id: str) -> Result:
        found = read(client, nodes, options["name"], tail, since)
        return {
            **found,
            "lines": [line if timestamps else _without_timestamp(line) for line in found["lines"]],
            "summary": [text_of(line, timestamps) for line in found["lines"]],
        }

    nothing: Result = {"lines": [], "problems": [], "summary": []}
    return {"changed": False, **on_manager(client, read_logs, nothing)}


VERB = Verb(
    Interface(
        {
            "name": {**NAMES, "required": True},
            "tail": {"type": "str", "default": "100"},
            "since": {"type": "str"},
            "timestamps": {"type": "bool", "default": False},
        }
    ),
    work,
)


def read(
    client: Client, nodes: list[Node], names: list[str], tail: int | None, since: float | None
) -> Result:
    """Read the logs of services, in the order of time.

    Args:
        client: a manager's Engine.
        nodes: all nodes.
        names: which services, by name or ID.
        tail: as many of the last lines of each task; ``None`` for all.
        since: only lines after this moment, in seconds of Unix time.

    Returns:
        ``lines``, ``problems`` (sentences about what could not be read), and the ``missing`` names.
    """
    raws, known, missing = while_services_go(lambda: _of_services(client, nodes, names))
    lines: list[ServiceLogLine] = []
    problems: list[str] = []
    for raw in raws:
        name = raw["Spec"]["Name"]
        found = _read_service(client, raw, known, nodes, tail, since)
        lines += [_line(line, name, known.get(line["task_id"]), nodes) for line in found.lines]
        problems += [f"{name}: {problem}" for problem in found.problems or _unreadable(raw, found.lines)]
    lines.sort(key=lambda line: tasks.moment(line["timestamp"]))
    return {"lines": lines, "problems": problems, "missing": missing}


def tail_of(text: str) -> int | None:
    """A number of lines, ``None`` for ``all``.

    Raises:
        Refused: it is neither.
    """
    if text == "all":
        return None
    if not text.isdigit():
        raise Refused(f"tail: {text!r} is neither a number of lines nor all.")
    return int(text)


def since_when(text: str, now: float) -> float:
    """A moment in seconds of Unix time, from a duration before now, a timestamp or seconds of Unix time.

    Raises:
        Refused: it is none of these.
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    found = _TIMESTAMP.match(text)
    if not found:
        try:
            return now - convert.nanoseconds(text) / 10**9
        except ValueError:
            raise Refused(
                f"since: {text!r} is not a duration like 10m, a timestamp like 2026-11-20T23:54:51Z, or seconds of Unix time."
            ) from None
    day, clock, fraction, sign, hours, minutes = found.groups()
    try:
        seconds = calendar.timegm(time.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S"))
    except ValueError:
        raise Refused(f"since: {text!r} is a date or time that does not exist.") from None
    ahead = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1) if sign else 0
    return seconds - ahead + float(fraction or 0)


def _without_timestamp(line: ServiceLogLine) -> Result:
    return {key: value for key, value in line.items() if key != "timestamp"}


def text_of(line: ServiceLogLine, timestamps: bool) -> str:
    """A line as a text for reading."""
    slot = f".{line['slot']}" if line["slot"] else ""
    when = f"{line['timestamp']} " if timestamps else ""
    return f"{when}{line['service']}{slot} on {line['node']} | {line['text']}"


def _of_services(
    client: Client, nodes: list[Node], names: list[str]
) -> tuple[list[Raw], dict[str, Task], list[str]]:
    raws, missing = named(client, names)
    service_names = {raw["ID"]: raw["Spec"]["Name"] for raw in raws}
    hostnames = {node["id"]: node["hostname"] for node in nodes}
    known = [tasks.view(raw_task, service_names, hostnames) for raw_task in tasks_of(client, raws, {})]
    return raws, {task["id"]: task for task in known}, missing


def _read_service(
    client: Client,
    raw: Raw,
    known: dict[str, Task],
    nodes: list[Node],
    tail: int | None,
    since: float | None,
) -> logs.Logs:
    """Read a service's log; where that does not end, the logs of its tasks on nodes that answer."""
    found = logs.read(client, f"/services/{raw['ID']}/logs", tail, since)
    if found.lines or not found.problems:
        return found
    ready = {node["id"] for node in nodes if node["state"] == "ready"}
    its = [
        task
        for task in tasks.newest(known.values(), is_per_node(mode_of(raw["Spec"])))
        if task["service_id"] == raw["ID"] and task["container_id"]
    ]
    answering = [task["id"] for task in its if task["node_id"] in ready]
    each = logs.read_each(client, answering, tail, since)
    silent = [
        f"{tasks.name(task)} is on a node that does not answer" for task in its if task["id"] not in answering
    ]
    return logs.Logs(each.lines, each.problems + silent if its else found.problems)


def _unreadable(raw: Raw, lines: list[logs.LogLine]) -> list[str]:
    """The problem of a log that the Engine cannot read: its answer is empty, and no error."""
    driver = ((raw["Spec"].get("TaskTemplate") or {}).get("LogDriver") or {}).get("Name") or _READABLE[0]
    if lines or driver in _READABLE:
        return []
    return [f"its log cannot be read, since its log driver is {driver}"]


def _line(line: logs.LogLine, service: str, task: Task | None, nodes: list[Node]) -> ServiceLogLine:
    # The lines of a task remain when the swarm has removed it meanwhile.
    node = next((node["hostname"] for node in nodes if node["id"] == line["node_id"]), line["node_id"])
    return {
        "timestamp": line["timestamp"],
        "service": service,
        "slot": task["slot"] if task else 0,
        "node": node,
        "task_id": line["task_id"],
        "stream": line["stream"],
        "text": line["text"],
    }
