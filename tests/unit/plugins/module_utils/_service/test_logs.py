# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._service import logs as service_logs
from ansible_collections.flotilla.swarm.tests.unit.support import recorded
from ansible_collections.flotilla.swarm.tests.unit.support.recorded import NODES, RecordedSwarm

W1 = next(node["id"] for node in NODES if node["hostname"] == "w1")


def frame(text: str, task: str, node: str = W1, second: int = 1, stream: int = 1) -> bytes:
    line = f"2026-11-20T12:00:{second:02}.5Z com.docker.swarm.node.id={node},com.docker.swarm.task.id={task} {text}\n"
    return bytes([stream, 0, 0, 0]) + len(line).to_bytes(4, "big") + line.encode()


def logs_of(name: str) -> str:
    return f"GET /services/{recorded.service(name)['ID']}/logs"


def read(client: RecordedSwarm, *names: str, **more: t.Any) -> dict[str, t.Any]:
    return service_logs.read(client, NODES, list(names), more.get("tail"), more.get("since"))


def test_lines_of_several_services_with_the_task_they_come_from() -> None:
    [one, two, three] = recorded.tasks_of(recorded.service("web"))
    crashed = next(task for task in recorded.tasks_of(recorded.service("crash")) if task.get("NodeID"))
    answers: dict[str, t.Any] = {}
    answers[logs_of("web")] = frame("late", one["ID"], one["NodeID"], 9) + frame(
        "early", two["ID"], two["NodeID"], 1
    )
    answers[logs_of("crash")] = frame("boom", crashed["ID"], crashed["NodeID"], 5, stream=2)
    client = RecordedSwarm(**answers)
    found = read(client, "web", "crash", "nix")
    assert found["missing"] == ["nix"]
    assert found["problems"] == []
    hosts = {node["id"]: node["hostname"] for node in NODES}
    assert [
        (line["service"], line["slot"], line["node"], line["stream"], line["text"], line["task_id"])
        for line in found["lines"]
    ] == [
        ("web", two["Slot"], hosts[two["NodeID"]], "stdout", "early", two["ID"]),
        ("crash", crashed["Slot"], hosts[crashed["NodeID"]], "stderr", "boom", crashed["ID"]),
        ("web", one["Slot"], hosts[one["NodeID"]], "stdout", "late", one["ID"]),
    ]
    assert three["ID"] not in {line["task_id"] for line in found["lines"]}


def test_a_line_of_a_task_and_a_node_that_are_forgotten() -> None:
    client = RecordedSwarm(**{logs_of("web"): frame("old", "gone", "nowhere")})
    [line] = read(client, "web")["lines"]
    assert (line["slot"], line["node"], line["text"]) == (0, "nowhere", "old")
    assert service_logs.text_of(line, timestamps=False) == "web on nowhere | old"
    assert service_logs.text_of({**line, "slot": 2}, timestamps=True) == (
        "2026-11-20T12:00:01.5Z web.2 on nowhere | old"
    )


def test_how_much_is_read() -> None:
    client = RecordedSwarm(**{logs_of("web"): b""})
    read(client, "web", tail=5, since=1700000000.25)
    query = client.requests[-1][2]
    assert (query["tail"], query["since"]) == ("5", "1700000000.250000000")


def test_where_a_log_stands_still_those_of_the_nodes_that_answer_are_read() -> None:
    tasks = {task["NodeID"]: task["ID"] for task in recorded.tasks_of(recorded.service("web"))}
    answers: dict[str, t.Any] = {logs_of("web"): errors.EngineTimeout("late")}
    answers.update({f"GET /tasks/{task}/logs": frame("hello", task, node) for node, task in tasks.items()})
    client = RecordedSwarm(**answers)
    w2 = next(node["id"] for node in NODES if node["hostname"] == "w2")
    nodes: t.Any = [{**node, "state": "down"} if node["id"] == w2 else node for node in NODES]
    found = service_logs.read(client, nodes, ["web"], None, None)
    assert sorted(line["node"] for line in found["lines"]) == ["m1", "w1"]
    assert found["problems"] == ["web: web.3 on w2 is on a node that does not answer"]
    assert f"GET /tasks/{tasks[w2]}/logs" not in client.asked


def test_a_log_that_cannot_be_read_is_a_problem() -> None:
    answers: dict[str, t.Any] = {logs_of("hungry"): errors.EngineTimeout("late")}
    answers[logs_of("web")] = b""
    client = RecordedSwarm(**answers)
    found = read(client, "hungry", "web")
    assert found["lines"] == []
    [problem] = found["problems"]
    assert problem.startswith("hungry: the log did not end within ")


@pytest.mark.parametrize(
    ("driver", "problems"),
    [
        ("none", ["zero: its log cannot be read, since its log driver is none"]),
        ("json-file", []),
        ("journald", []),
        (None, []),
    ],
)
def test_a_log_driver_that_keeps_nothing_is_reported(driver: str | None, problems: list[str]) -> None:
    client = RecordedSwarm(**{logs_of("zero"): b""})
    zero = next(raw for raw in client.services if raw["Spec"]["Name"] == "zero")
    zero["Spec"]["TaskTemplate"]["LogDriver"] = {"Name": driver} if driver else None
    assert read(client, "zero")["problems"] == problems
    client.answers[logs_of("zero")] = frame("all the same", "t1")
    assert read(client, "zero")["problems"] == []


@pytest.mark.parametrize(("text", "lines"), [("all", None), ("0", 0), ("25", 25)])
def test_a_tail(text: str, lines: int | None) -> None:
    assert service_logs.tail_of(text) == lines


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10m", 999_400.0),
        ("1h30m", 994_600.0),
        ("1234", 1234.0),
        ("1234.5", 1234.5),
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01 00:01:00", 60.0),
        ("1970-01-01T00:01:00.25Z", 60.25),
        ("1970-01-01T02:01:00+02:00", 60.0),
        ("1969-12-31T22:31:00-0130", 60.0),
        ("2026-11-20T23:54:51.123456789Z", 1795218891.123456789),
    ],
)
def test_a_moment(text: str, moment: float) -> None:
    assert service_logs.since_when(text, 1_000_000.0) == pytest.approx(moment)


@pytest.mark.parametrize("text", ["yesterday", "-5m", "2026-13-40T00:00:00Z", "2026-11-20", ""])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(errors.Refused, match=r"^since: "):
        service_logs.since_when(text, 0.0)


@pytest.mark.parametrize("text", ["", "-1", "many", "1.5"])
def test_what_is_no_tail_is_refused(text: str) -> None:
    with pytest.raises(errors.Refused, match=r"^tail: "):
        service_logs.tail_of(text)
