# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's code with a row more in one of its tables, and an Engine in memory that keeps whatever it is sent."""

from __future__ import annotations

import copy
import importlib
import json
import sys
import typing as t
from urllib.parse import urlsplit

from ansible_collections.flotilla.swarm.plugins.module_utils._run import program as host_side
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program import program as control_side

Raw = dict[str, t.Any]
_CREATED = "2026-11-20T10:00:00.123456789Z"


class Code:
    """The files of some verbs as a host would get them, with a row put into a table.

    Args:
        verbs: where the verbs stand, such as ``_node.deploy.VERB``.
        table: the file of the table and the text that begins it, such as ``("_node.options", "NODE: Table = (")``.
        row: the row, as it would be written in that file.
    """

    def __init__(self, verbs: t.Sequence[str], table: tuple[str, str], row: str) -> None:
        texts: dict[str, str] = {}
        # What a module and the control node use to repeat a task's arguments, too.
        for module in ("_options.arguments", *(verb.rpartition(".")[0] for verb in verbs)):
            texts.update(control_side.texts(module))
        file, beginning = table
        assert texts[file].count(beginning) == 1, f"{file} has no table that begins with {beginning!r}"
        texts[file] = texts[file].replace(beginning, f"{beginning}\n    {row},")
        self._sources = host_side._Sources(texts)

    def __enter__(self) -> Code:
        self._forget()
        sys.meta_path.insert(0, t.cast(t.Any, self._sources))
        return self

    def __exit__(self, *_error: object) -> None:
        sys.meta_path.remove(t.cast(t.Any, self._sources))
        self._forget()

    @staticmethod
    def _forget() -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] == host_side._PACKAGE]:
            del sys.modules[name]

    def of(self, dotted: str) -> t.Any:
        """What has this name, such as ``_node.deploy.VERB``."""
        module, _dot, name = dotted.rpartition(".")
        return getattr(importlib.import_module(f"{host_side._PACKAGE}.{module}"), name)

    def perform(self, verb: str, given: Raw, engine: MemoryEngine, check_mode: bool = False) -> Raw:
        """The result of a verb."""
        options = {**defaults(self.of(verb).interface.arguments), **given}
        client = self.of("_engine.client.Client")(engine)
        return t.cast(
            "Raw", self.of("_run.verb.perform")(self.of(verb), options, check_mode, lambda _options: client)
        )


def defaults(arguments: Raw) -> Raw:
    """The options of a task that gives none."""
    return {name: copy.deepcopy(argument.get("default")) for name, argument in arguments.items()}


class MemoryEngine:
    """A transport to a manager that keeps what it is sent, whatever that is, and never runs a task.

    Args:
        api: the newest API that it speaks.
    """

    where = "unix:///memory.sock"

    def __init__(self, api: str = "1.45") -> None:
        self._api = api
        node: Raw = {
            "ID": "node-of-its-own",
            "Version": {"Index": 1},
            "Spec": {"Role": "manager", "Availability": "active", "Labels": {}},
            "Status": {"State": "ready", "Addr": "10.0.0.11"},
            "Description": {"Hostname": "m1", "Engine": {"EngineVersion": "26.1.5"}},
            "ManagerStatus": {"Leader": True, "Reachability": "reachable", "Addr": "10.0.0.11:2377"},
        }
        self.swarm: Raw = {"ID": "swarm1", "Version": {"Index": 1}, "Spec": {"Name": "default", "Labels": {}}}
        self.swarm["JoinTokens"] = {"Worker": "SWMTKN-1-worker", "Manager": "SWMTKN-1-manager"}
        self.objects: dict[str, list[Raw]] = {
            "nodes": [node],
            "services": [],
            "networks": [],
            "secrets": [],
            "configs": [],
            "tasks": [],
        }
        #: What its clock shows.
        self.clock = _CREATED
        #: Method, path and body of each request that changes something.
        self.writes: list[tuple[str, str, t.Any]] = []

    def send(
        self, method: str, path: str, body: bytes | None, _headers: t.Any, _timeout: float
    ) -> tuple[int, bytes]:
        """Answer a request."""
        split = urlsplit(path)
        steps = [step for step in split.path.split("/") if step and not step.startswith("v1.")]
        sent = json.loads(body) if body else None
        if method != "GET":
            self.writes.append((method, "/".join(steps), sent))
        status, answer = self._answer(method, steps, sent)
        return status, json.dumps(answer).encode()

    def _answer(self, method: str, steps: list[str], sent: t.Any) -> tuple[int, t.Any]:
        if steps in (["version"], ["info"]):
            return 200, self._about()
        if steps[0] == "swarm":
            if method == "POST":
                self._replace(self.swarm, sent)
            return 200, self.swarm
        if steps == ["tasks"]:
            return 200, []
        if steps[0] not in self.objects:
            return 404, {"message": "page not found"}
        kept = self.objects[steps[0]]
        if len(steps) == 1:
            return 200, kept
        if steps[1] == "create":
            return 201, self._create(steps[0], sent)
        found = next((one for one in kept if steps[1] in (one.get("ID"), one.get("Id"))), None)
        if found is None:
            return 404, {"message": f"{steps[1]} not found"}
        if method == "DELETE":
            kept.remove(found)
            return 200, None
        if method == "POST":
            self._replace(found, sent)
        return 200, found

    def _about(self) -> Raw:
        swarm = {"NodeID": "node-of-its-own", "LocalNodeState": "active", "ControlAvailable": True}
        return {
            "ApiVersion": self._api,
            "MinAPIVersion": "1.24",
            "Version": "26.1.5",
            "Name": "m1",
            "SystemTime": self.clock,
            "Swarm": swarm,
        }

    def _create(self, kind: str, sent: Raw) -> Raw:
        identity = f"{kind}-{len(self.objects[kind]) + 1:020d}"
        if kind == "networks":
            self.objects[kind].append({**sent, "Id": identity})
            return {"Id": identity}
        # The Engine gives no secret's data back.
        spec = {key: value for key, value in sent.items() if (kind, key) != ("secrets", "Data")}
        times = {"CreatedAt": self.clock, "UpdatedAt": self.clock}
        self.objects[kind].append({"ID": identity, "Version": {"Index": 1}, **times, "Spec": spec})
        return {"ID": identity}

    def _replace(self, found: Raw, sent: Raw) -> None:
        found["Version"]["Index"] += 1
        found["UpdatedAt"] = self.clock
        # An update of a config changes its labels alone.
        kept = {key: value for key, value in (found.get("Spec") or {}).items() if key == "Data"}
        found["Spec"] = {**kept, **sent}
