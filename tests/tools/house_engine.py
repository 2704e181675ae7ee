# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Engine that is made up for ``house.py``: enough of its API to carry a few tasks out."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import threading
import time
import typing as t
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from urllib.parse import parse_qsl, urlsplit

Raw = dict[str, t.Any]


class Engine:
    """The only manager of a swarm. Whatever is declared is there at once, and its tasks run."""

    def __init__(self) -> None:
        self._count = itertools.count(11)
        self.on_post: t.Callable[[str], None] = lambda path: None
        self._objects: dict[str, dict[str, Raw]] = {
            kind: {} for kind in ("nodes", "services", "secrets", "configs", "networks")
        }
        node = {
            **self._new({"Labels": {}, "Role": "manager", "Availability": "active"}, "node1"),
            "Description": {"Hostname": "m1", "Engine": {"EngineVersion": "26.1.5"}},
            "Status": {"State": "ready", "Addr": "10.0.0.11"},
            "ManagerStatus": {"Reachability": "reachable", "Addr": "10.0.0.11:2377", "Leader": True},
        }
        self._objects["nodes"]["node1"] = node

    def answer(self, method: str, path: str, query: dict[str, str], body: t.Any) -> tuple[int, t.Any]:
        """The status and the JSON of one answer."""
        steps = path.strip("/").split("/")
        if method == "POST":
            self.on_post(path)
        if method == "GET" and steps[0] in ("version", "info", "swarm", "distribution", "tasks"):
            return 200, getattr(self, f"_{steps[0]}")()
        there = self._objects.get(steps[0])
        if there is None:
            return 404, {"message": f"{method} {path} is not made up here"}
        if len(steps) == 1:
            return 200, [self._shown(raw) for raw in there.values()]
        if steps[1] == "create":
            raw = self._new(body, f"{steps[0]}{next(self._count)}")
            raw |= {"Id": raw["ID"], "Scope": "swarm", **body} if steps[0] == "networks" else {}
            there[raw["ID"]] = raw
            return 201, {"ID": raw["ID"], "Id": raw["ID"]}
        raws = [raw for raw in there.values() if steps[1] in (raw["ID"], raw["Spec"].get("Name"))]
        if not raws:
            return 404, {"message": f"{steps[0][:-1]} {steps[1]} not found"}
        if method == "DELETE":
            del there[raws[0]["ID"]]
        elif method == "POST" and int(query["version"]) != raws[0]["Version"]["Index"]:
            return 500, {"message": "rpc error: code = Unknown desc = update out of sequence"}
        elif method == "POST":
            self._update(raws[0], body)
        return 200, self._shown(raws[0]) if method == "GET" else {}

    def _new(self, spec: Raw, identity: str) -> Raw:
        return {
            "ID": identity,
            "Version": {"Index": next(self._count)},
            "CreatedAt": _now(),
            "UpdatedAt": _now(),
            "Spec": spec,
        }

    def _update(self, raw: Raw, body: Raw) -> None:
        if "TaskTemplate" in body:
            raw["UpdateStatus"] = {"State": "completed", "StartedAt": _now(), "CompletedAt": _now()}
        raw |= {"PreviousSpec": raw["Spec"], "Spec": body, "UpdatedAt": _now()}
        raw["Version"] = {"Index": next(self._count)}

    @staticmethod
    def _shown(raw: Raw) -> Raw:
        """An object as it is read: nobody gets the data of a secret."""
        spec = {key: value for key, value in raw["Spec"].items() if key != "Data"}
        status = {"RunningTasks": 1, "DesiredTasks": 1} if "TaskTemplate" in spec else None
        return {**raw, "Spec": spec, **({"ServiceStatus": status} if status else {})}

    def _version(self) -> Raw:
        return {"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26.1.5"}

    def _info(self) -> Raw:
        swarm = {"NodeID": "node1", "NodeAddr": "10.0.0.11", "LocalNodeState": "active", "Error": ""}
        managers = [{"NodeID": "node1", "Addr": "10.0.0.11:2377"}]
        return {
            "Name": "m1",
            "DockerRootDir": "/nowhere",
            "Swarm": {**swarm, "ControlAvailable": True, "RemoteManagers": managers},
        }

    def _swarm(self) -> Raw:
        return {**self._new({"Name": "default", "Labels": {}}, "swarm1"), "DataPathPort": 4789}

    def _distribution(self) -> Raw:
        return {"Descriptor": {"digest": "sha256:" + "a" * 64}, "Platforms": []}

    def _tasks(self) -> list[Raw]:
        return [
            {
                **self._new(raw["Spec"]["TaskTemplate"], f"task-of-{raw['ID']}"),
                "ServiceID": raw["ID"],
                "Slot": 1,
                "NodeID": "node1",
                "Status": {"State": "running", "Timestamp": _now()},
                "DesiredState": "running",
            }
            for raw in self._objects["services"].values()
        ]


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def listening(path: Path) -> t.Iterator[Engine]:
    """An Engine on a unix socket."""
    engine = Engine()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, found = engine.answer(
                self.command,
                re.sub(r"^/v[\d.]+/", "/", parts.path),
                dict(parse_qsl(parts.query)),
                json.loads(content) if content else None,
            )
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
            pass

    with _Server(str(path), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield engine
        finally:
            server.shutdown()
            path.unlink()
