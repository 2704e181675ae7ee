# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transports, against a real HTTP server on a unix socket and on a TCP port."""

from __future__ import annotations

import contextlib
import http.server
import os
import socket
import socketserver
import tempfile
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors, transport_socket
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport import Bounds
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_socket import SocketTransport
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_tcp import TcpTransport, Tls

AnyTransport: t.TypeAlias = "TcpTransport | SocketTransport"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with what it got; a path that begins with a number is the status."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.path == "/slow":
            time.sleep(0.4)
        status = int(self.path[1:4]) if self.path[1:4].isdigit() else 200
        told = f"{self.command} {self.path} {self.headers.get('Content-Type')} {body.decode()}".encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    do_GET = do_POST = do_DELETE = _answer

    def address_string(self) -> str:
        return "test"

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002 - as the base class calls it
        pass


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class TcpServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> t.Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(params=["unix", "tcp"])
def transport(request: pytest.FixtureRequest, tmp_path: Path) -> t.Iterator[AnyTransport]:
    if request.param != "tcp":
        path = str(tmp_path / "engine.sock")
        with serving(UnixServer(path, Handler)):
            yield SocketTransport(f"unix://{path}")
    else:
        server = TcpServer(("127.0.0.1", 0), Handler)
        with serving(server):
            yield TcpTransport(f"tcp://127.0.0.1:{server.server_port}")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_requests_arrive_as_they_are(transport: AnyTransport, method: str) -> None:
    status, answer = transport.send(method, "/v1.45/x?a=b", None, {}, Bounds(5))
    assert status == 200
    assert answer.decode().split()[:2] == [method, "/v1.45/x?a=b"]


def test_a_body_arrives_with_its_type(transport: AnyTransport) -> None:
    headers = {"Content-Type": "application/json"}
    assert transport.send("POST", "/x", b'{"a": 1}', headers, Bounds(5)) == (
        200,
        b'POST /x application/json {"a": 1}',
    )


@pytest.mark.parametrize("status", [201, 301, 307, 400, 404, 409, 500, 503])
def test_every_status_is_returned_and_none_followed(transport: AnyTransport, status: int) -> None:
    found, answer = transport.send("GET", f"/{status}", None, {}, Bounds(5))
    assert found == status
    assert answer.startswith(f"GET /{status}".encode())


def test_an_engine_that_takes_too_long_is_said(transport: AnyTransport) -> None:
    with pytest.raises(errors.EngineTimeout) as late:
        transport.send("GET", "/slow", None, {}, Bounds(0.1))
    assert str(late.value) == (
        f"The Engine at {transport.where} did not answer within 0.1 s; see in its log whether it stands still (journalctl -u "
        "docker on its host), or raise timeout."
    )


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    where = f"unix://{tmp_path}/none.sock"
    with pytest.raises(errors.EngineAbsent) as absent:
        SocketTransport(where).send("GET", "/info", None, {}, Bounds(5))
    assert str(absent.value) == (
        f"No Engine answers at {where} (its socket does not exist); start it or set docker_host to where it listens."
    )


def test_a_socket_without_a_listener(tmp_path: Path) -> None:
    """A crashed Engine leaves its socket behind."""
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(errors.EngineAbsent, match="refused"):
        SocketTransport(f"unix://{path}").send("GET", "/info", None, {}, Bounds(5))


def test_a_port_without_a_listener() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        where = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(errors.EngineAbsent, match=f"^No Engine answers at {where} .*refused"):
            TcpTransport(where).send("GET", "/info", None, {}, Bounds(5))


def test_a_host_that_has_no_address() -> None:
    with pytest.raises(errors.EngineAbsent, match=r"^No Engine answers at tcp://nowhere\.invalid:2375"):
        TcpTransport("tcp://nowhere.invalid:2375").send("GET", "/info", None, {}, Bounds(5))


def test_a_socket_one_may_not_use() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = f"{folder}/engine.sock"
        with serving(UnixServer(path, Handler)):
            os.chmod(path, 0o600 if os.geteuid() == 0 else 0)
            with nobody(), pytest.raises(errors.EngineForbidden) as forbidden:
                SocketTransport(f"unix://{path}").send("GET", "/info", None, {}, Bounds(5))
    assert str(forbidden.value) == (
        f"This user may not use the Engine at unix://{path}; set become: true or add the user to the group docker."
    )


@contextlib.contextmanager
def nobody() -> t.Iterator[None]:
    """Root may use every socket, so it is somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_tls_against_a_port_without_it_names_the_certificates() -> None:
    server = TcpServer(("127.0.0.1", 0), Handler)
    with serving(server):
        where = f"tcp://127.0.0.1:{server.server_port}"
        transport = TcpTransport(where, Tls())
        with pytest.raises(errors.EngineForbidden) as failed:
            transport.send("GET", "/info", None, {}, Bounds(5))
    assert str(failed.value).startswith(f"TLS with the Engine at {where} failed (")
    assert str(failed.value).endswith("); check ca_path, client_cert and client_key.")


def test_a_tls_handshake_that_takes_too_long_is_late() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(errors.EngineTimeout, match=r"did not answer within 0\.2 s;"):
            TcpTransport(where, Tls()).send("GET", "/info", None, {}, Bounds(0.2))


def test_proxies_of_the_environment_are_not_used(
    transport: AnyTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert transport.send("GET", "/x", None, {}, Bounds(5))[0] == 200


@pytest.mark.parametrize("path", ["/run/x.sock", "//run/x.sock", "run/x.sock", "/run/x.sock/"])
def test_a_socket_is_found_however_its_slashes_are_written(path: str) -> None:
    assert transport_socket._socket_path(f"unix://{path}") == "/run/x.sock"
