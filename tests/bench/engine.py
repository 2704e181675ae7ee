# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Engine on a unix socket that answers for a cluster of ``large.Cluster``: reads, and updates of nodes."""

from __future__ import annotations

import contextlib
import json
import re
import socketserver
import threading
import typing as t
import urllib.parse
from http.server import BaseHTTPRequestHandler

if t.TYPE_CHECKING:
    from pathlib import Path

    from large import Cluster

_UPDATE = re.compile(r"^/nodes/(\w+)/update$")


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


@contextlib.contextmanager
def serving(cluster: Cluster, path: Path) -> t.Iterator[str]:
    """Serve while the context lasts; gives the address."""
    path.unlink(missing_ok=True)
    with _Server(str(path), _handler(cluster)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"unix://{path}"
        finally:
            server.shutdown()
            thread.join()
            path.unlink(missing_ok=True)


def _handler(cluster: Cluster) -> type[BaseHTTPRequestHandler]:
    by_id = {node["ID"]: node for node in cluster.nodes}
    answers: dict[str, t.Callable[[], t.Any]] = {
        "/version": lambda: {"Version": "26.1.5", "ApiVersion": "1.45", "MinAPIVersion": "1.24"},
        "/info": cluster.info,
        "/nodes": lambda: cluster.nodes,
        "/services": lambda: cluster.services,
        "/swarm": lambda: {"ID": "swarm", "Spec": {"Dispatcher": {"HeartbeatPeriod": 5 * 10**9}}},
        "/networks": list,
        "/secrets": list,
        "/configs": list,
    }

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, query = self._asked()
            if path == "/tasks":
                self._answer(200, _tasks(cluster, query))
            elif path.startswith("/nodes/"):
                self._answer(200, by_id[path.rsplit("/", 1)[1]])
            elif path in answers:
                self._answer(200, answers[path]())
            else:
                self._answer(404, {"message": f"no {path} here"})

        def do_POST(self) -> None:
            path, _query = self._asked()
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
            found = _UPDATE.match(path)
            if not found:
                self._answer(404, {"message": f"no {path} here"})
                return
            node = by_id[found[1]]
            node["Spec"] = body
            node["Version"]["Index"] += 1
            self._answer(200, None)

        def _asked(self) -> tuple[str, dict[str, t.Any]]:
            parts = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(parts.query))
            return re.sub(r"^/v1\.\d+", "", parts.path), json.loads(query.get("filters", "{}"))

        def _answer(self, status: int, body: t.Any) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: t.Any) -> None:
            """Say nothing."""

    return Handler


def _tasks(cluster: Cluster, filters: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """The tasks that filters let through; a filter is a list, or a dictionary whose keys count."""
    wanted = {name: set(values) for name, values in filters.items()}
    keys = {"service": "ServiceID", "node": "NodeID", "desired-state": "DesiredState"}
    return [
        task
        for task in cluster.tasks
        if all(task[key] in wanted[name] for name, key in keys.items() if name in wanted)
    ]
