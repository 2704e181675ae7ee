# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Client
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport import Bounds


class FakeTransport:
    """Answers from a list and keeps what was sent."""

    where = "tcp://fake:2376"

    def __init__(self, *answers: tuple[int, t.Any], version: t.Any = None) -> None:
        self.answers = [
            (200, version or {"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26.1.5"})
        ]
        self.answers += answers
        self.sent: list[tuple[str, str, bytes | None, dict[str, str], Bounds]] = []

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], bounds: Bounds
    ) -> tuple[int, bytes]:
        self.sent.append((method, path, body, headers, bounds))
        status, answer = self.answers.pop(0)
        return status, answer if isinstance(answer, bytes) else json.dumps(answer).encode()


def speaking(newest: str, oldest: str | None = "1.24", asked: str = "auto") -> tuple[Client, FakeTransport]:
    version = {"ApiVersion": newest, "Version": "x", **({"MinAPIVersion": oldest} if oldest else {})}
    transport = FakeTransport((200, []), version=version)
    return Client(transport, asked), transport


@pytest.mark.parametrize(
    ("newest", "oldest", "asked", "spoken"),
    [
        ("1.41", "1.12", "auto", "1.41"),
        ("1.45", "1.24", "auto", "1.45"),
        ("1.54", "1.44", "auto", "1.52"),
        ("1.45", None, "auto", "1.45"),
        ("1.45", "1.24", "1.43", "1.43"),
        ("1.9999", "1.24", "1.42", "1.42"),
    ],
)
def test_the_api_version_is_negotiated_once(newest: str, oldest: str | None, asked: str, spoken: str) -> None:
    client, transport = speaking(newest, oldest, asked)
    transport.answers.append((200, []))
    client.get("/nodes")
    client.get("/nodes")
    assert [path for _method, path, *_rest in transport.sent] == [
        "/version",
        f"/v{spoken}/nodes",
        f"/v{spoken}/nodes",
    ]


def test_an_engine_too_old_is_refused_before_anything_is_asked() -> None:
    client, transport = speaking("1.40", "1.12")
    with pytest.raises(errors.Refused) as refused:
        client.post("/swarm/init", {})
    assert str(refused.value) == (
        "The Engine at tcp://fake:2376 is x (API 1.40); 20.10 (API 1.41) is the oldest supported: upgrade it."
    )
    assert len(transport.sent) == 1


@pytest.mark.parametrize("asked", ["1.23", "1.46"])
def test_a_version_the_engine_does_not_speak_is_refused(asked: str) -> None:
    client, _transport = speaking("1.45", "1.24", asked)
    with pytest.raises(errors.Refused) as refused:
        client.api()
    assert str(refused.value) == (
        f"The Engine at tcp://fake:2376 speaks API 1.24 to 1.45, not {asked}; set api_version within these or leave it out."
    )


def test_an_engine_that_only_speaks_newer_versions_is_refused() -> None:
    client, _transport = speaking("1.60", "1.53")
    with pytest.raises(errors.Refused, match=r"speaks API 1\.53 to 1\.60, not 1\.52"):
        client.api()


@pytest.mark.parametrize("asked", ["1", "new", "1.41.2", "v1.41"])
def test_what_is_no_version_is_refused(asked: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        Client(FakeTransport(), asked)
    assert str(refused.value) == (
        f"api_version {asked!r} is not a version like 1.41; leave it out to negotiate."
    )


def test_what_is_no_engine_is_said() -> None:
    transport = FakeTransport()
    transport.answers = [(200, {"name": "registry"})]
    with pytest.raises(errors.EngineAbsent) as refused:
        Client(transport).get("/swarm")
    assert str(refused.value) == (
        "What answers at tcp://fake:2376 is not an Engine; set docker_host to where an Engine listens."
    )


@pytest.mark.parametrize(
    ("method", "path", "answer", "why"),
    [
        ("get", "/info", b"<html>It works!</html>", "is no JSON, or not all of it"),
        ("get", "/info", b'{"Name": "m1"', "is no JSON, or not all of it"),
        ("get", "/info", b"[" * 200_000, "is no JSON, or not all of it"),
        ("get", "/info", b"9" * 5000, "is no JSON, or not all of it"),
        ("get", "/info", b"\xff\xfe", "is no JSON, or not all of it"),
        ("get", "/info", b"", "has another form than an Engine's"),
        ("get", "/info", [], "has another form than an Engine's"),
        ("get", "/info", b'"text"', "has another form than an Engine's"),
        ("get", "/nodes", {}, "has another form than an Engine's"),
        ("get", "/nodes", ["id"], "has another form than an Engine's"),
        ("get", "/nodes", b"", "has another form than an Engine's"),
        ("post", "/services/create", b"", "has another form than an Engine's"),
        ("post", "/services/create", {"ID": 5}, "has another form than an Engine's"),
        ("post", "/services/create", [], "has another form than an Engine's"),
        ("post", "/nodes/x/update", b"<html>", "is no JSON, or not all of it"),
        ("post", "/nodes/x/update", [1], "has another form than an Engine's"),
        ("delete", "/nodes/x", b"<html>", "is no JSON, or not all of it"),
    ],
)
def test_an_answer_that_is_none_is_said(method: str, path: str, answer: t.Any, why: str) -> None:
    client = Client(FakeTransport((200, answer)))
    with pytest.raises(errors.AnswerUnusable) as raised:
        getattr(client, method)(path)
    assert str(raised.value) == (
        f"The answer of the Engine at tcp://fake:2376 cannot be used, since it {why}; see whether an Engine listens there, "
        "and whether something between changes its answers."
    )


def test_the_answers_that_are_no_object() -> None:
    client = Client(FakeTransport((200, b'"id-of-node"\n'), (200, b"null\n")))
    assert client.post("/swarm/init", {}) == "id-of-node"
    # Go writes so a list that was never made.
    assert client.get("/tasks") == []


@pytest.mark.parametrize("status", [300, 301, 304, 307, 399])
def test_an_answer_that_leads_elsewhere_is_not_followed(status: int) -> None:
    with pytest.raises(errors.AnswerUnusable, match=rf"since it leads elsewhere \(HTTP {status}\)"):
        Client(FakeTransport((status, {}))).get("/info")


def test_a_request_carries_json_and_its_query() -> None:
    transport = FakeTransport((200, [{"ok": True}]), (200, b""), (204, b""))
    client = Client(transport, timeout=7)
    assert client.get("/tasks", filters={"node": ["a b"]}, none=None, status=True) == [{"ok": True}]
    assert client.post("/nodes/ä/update", {"Role": "worker"}, timeout=3, version=12) is None
    client.delete("/nodes/x", force=False)
    assert transport.sent[1:] == [
        ("GET", "/v1.45/tasks?filters=%7B%22node%22%3A+%5B%22a+b%22%5D%7D&status=true", None, {}, Bounds(7)),
        (
            "POST",
            "/v1.45/nodes/%C3%A4/update?version=12",
            b'{"Role": "worker"}',
            {"Content-Type": "application/json"},
            Bounds(3),
        ),
        ("DELETE", "/v1.45/nodes/x?force=false", None, {}, Bounds(7)),
    ]


def test_info_is_asked_without_a_version_so_that_any_engine_answers() -> None:
    transport = FakeTransport()
    transport.answers = [(200, {"Name": "old"})]
    assert Client(transport).info() == {"Name": "old"}
    assert transport.sent[0][1] == "/info"


@pytest.mark.parametrize(
    ("status", "answer", "kind", "sentence"),
    [
        (
            500,
            {"message": "rpc error: code = Unknown desc = update out of sequence"},
            errors.OutOfSequence,
            "The Engine at tcp://fake:2376 said: update out of sequence",
        ),
        (
            404,
            {"message": "node x not found"},
            errors.NotFound,
            "The Engine at tcp://fake:2376 said: node x not found",
        ),
        (502, b"", errors.EngineError, "The Engine at tcp://fake:2376 said: HTTP 502"),
        (
            502,
            b"Bad \xff gateway",
            errors.EngineError,
            "The Engine at tcp://fake:2376 said: Bad \ufffd gateway",
        ),
        (500, [1], errors.EngineError, "The Engine at tcp://fake:2376 said: [1]"),
        (500, {"message": 7}, errors.EngineError, "The Engine at tcp://fake:2376 said: 7"),
        (500, {"message": None}, errors.EngineError, "The Engine at tcp://fake:2376 said: HTTP 500"),
        (500, b"[" * 200_000, errors.EngineError, f"The Engine at tcp://fake:2376 said: {'[' * 1000}…"),
        (502, b" <html>Bad", errors.EngineError, "The Engine at tcp://fake:2376 said: HTTP 502"),
        (
            500,
            {"message": "a\x1b[31m\r\nb\0"},
            errors.EngineError,
            "The Engine at tcp://fake:2376 said: a [31m b",
        ),
        (
            500,
            {"message": "x" * 5_000_000},
            errors.EngineError,
            f"The Engine at tcp://fake:2376 said: {'x' * 1000}…",
        ),
    ],
)
def test_an_error_is_typed_by_its_text_and_keeps_its_status(
    status: int, answer: t.Any, kind: type[errors.EngineError], sentence: str
) -> None:
    client = Client(FakeTransport((status, answer)))
    with pytest.raises(errors.EngineError) as raised:
        client.get("/nodes/x")
    # The very class: a subclass would be another verdict.
    assert raised.value.__class__ is kind
    assert raised.value.status == status
    assert str(raised.value) == sentence


def test_the_version_is_read_once() -> None:
    transport = FakeTransport()
    client = Client(transport)
    assert client.version() is client.version()
    assert client.where == "tcp://fake:2376"
    assert len(transport.sent) == 1


def test_what_is_no_json_comes_as_it_is_and_its_errors_are_typed() -> None:
    transport = FakeTransport((200, b"\x01\0\0\0\0\0\0\x01x"), (404, {"message": "service x not found"}))
    client = Client(transport, timeout=7)
    assert (
        client.read("/services/x/logs", timeout=2, pause=1, size=9, stdout=True, tail="5")
        == b"\x01\0\0\0\0\0\0\x01x"
    )
    assert transport.sent[1] == (
        "GET",
        "/v1.45/services/x/logs?stdout=true&tail=5",
        None,
        {},
        Bounds(2, 1, 9),
    )
    with pytest.raises(errors.NotFound):
        client.read("/services/x/logs")
