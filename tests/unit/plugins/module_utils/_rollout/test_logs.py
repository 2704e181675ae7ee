# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.logs import parse, read, read_each
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine

DETAILS = (
    "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=t%201,env=a%2Cb"
)


def framed(stream: int, text: str) -> bytes:
    content = text.encode()
    return bytes((stream, 0, 0, 0)) + len(content).to_bytes(4, "big") + content


def test_frames_are_taken_apart_and_put_in_the_order_of_time() -> None:
    answer = (
        framed(1, f"2026-11-20T23:54:52.7038Z {DETAILS} hello  out\n")
        + framed(2, f"2026-11-20T23:54:52.703Z {DETAILS} hello err\n")
        + framed(1, f"2026-11-20T23:54:52.8Z {DETAILS} \n")
        + framed(1, f"2026-11-20T23:54:52.9Z {DETAILS} no newline")
    )
    lines, problems = parse(answer)
    assert problems == []
    assert [(line["stream"], line["text"]) for line in lines] == [
        ("stderr", "hello err"),
        ("stdout", "hello  out"),
        ("stdout", ""),
        ("stdout", "no newline"),
    ]
    assert lines[0]["timestamp"] == "2026-11-20T23:54:52.703Z"
    assert (lines[0]["task_id"], lines[0]["node_id"]) == ("t 1", "n1")


def test_a_long_line_comes_in_pieces() -> None:
    other = DETAILS.replace("t%201", "t2")
    answer = (
        framed(1, f"2026-11-20T23:54:52.1Z {DETAILS} {'a' * 16384}")
        + framed(1, f"2026-11-20T23:54:52.1Z {other} between\n")
        + framed(2, f"2026-11-20T23:54:52.1Z {DETAILS} beside\n")
        + framed(1, f"2026-11-20T23:54:52.1Z {DETAILS} {'b' * 10}\n")
        + framed(1, f"2026-11-20T23:54:52.1Z {DETAILS} next\n")
    )
    assert [line["text"] for line in parse(answer).lines] == [
        "a" * 16384 + "b" * 10,
        "between",
        "beside",
        "next",
    ]


def test_a_terminal_has_one_plain_stream() -> None:
    answer = (
        f"2026-11-20T23:54:54.28Z {DETAILS} hello out\r\n2026-11-20T23:54:54.29Z {DETAILS} höher\r\n".encode()
    )
    lines, problems = parse(answer)
    assert [(line["stream"], line["text"]) for line in lines] == [
        ("stdout", "hello out"),
        ("stdout", "höher"),
    ]
    assert problems == []
    assert lines[1]["task_id"] == "t 1"


def test_the_engines_own_complaint_is_a_problem_and_no_line() -> None:
    complaint = (
        "Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some logs could not be "
        "retrieved for the following reasons: node n2 is not available\n"
    )
    line = f"2026-11-20T23:54:54.28Z {DETAILS} kept\n"
    told = "incomplete log stream. some logs could not be retrieved for the following reasons: node n2 is not available"
    for answer in (framed(1, line) + framed(3, complaint), (line + complaint).encode()):
        lines, problems = parse(answer)
        assert [line["text"] for line in lines] == ["kept"]
        assert problems == [told]


@pytest.mark.parametrize("answer", [b"", b"\x01\0\0\0\0\0", b"\n"])
def test_nothing_is_no_line(answer: bytes) -> None:
    assert parse(answer) == ([], [])


def test_what_is_cut_off_is_kept() -> None:
    answer = framed(1, f"2026-11-20T23:54:54.28Z {DETAILS} whole\n")[:-4]
    assert [line["text"] for line in parse(answer).lines] == ["wh"]


def test_the_query_asks_for_what_parse_needs() -> None:
    engine = FakeEngine({"GET /services/s1/logs": b""})
    assert read(engine, "/services/s1/logs", tail=10, since=5.25, pause=3) == ([], [])
    assert engine.requests == [
        (
            "GET /services/s1/logs",
            None,
            {
                "stdout": True,
                "stderr": True,
                "timestamps": True,
                "details": True,
                "tail": "10",
                "since": "5.250000000",
            },
        )
    ]
    assert engine.patience == {"GET /services/s1/logs": 3}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.EngineTimeout("late"), "the log did not end within 5 s"),
        (errors.NotFound("The Engine said: task t1 not found", 404), "task t1 not found"),
        (errors.NoQuorum("The swarm does not have a leader.", 500), "does not have a leader"),
    ],
)
def test_a_log_that_cannot_be_read_is_reported(error: Exception, told: str) -> None:
    lines, problems = read(FakeEngine({"GET /tasks/t1/logs": error}), "/tasks/t1/logs")
    assert lines == []
    assert told in problems[0]


def test_one_log_that_cannot_be_read_does_not_hide_the_others() -> None:
    answers: dict[str, t.Any] = {
        "GET /tasks/a/logs": framed(1, f"2026-11-20T23:54:54.3Z {DETAILS} later\n"),
        "GET /tasks/b/logs": errors.EngineTimeout("late"),
        "GET /tasks/c/logs": framed(1, f"2026-11-20T23:54:54.2Z {DETAILS} earlier\n"),
    }
    lines, problems = read_each(FakeEngine(answers), ["a", "b", "c"])
    assert [line["text"] for line in lines] == ["earlier", "later"]
    assert len(problems) == 1
    assert problems[0].startswith("task b: the log did not end")
