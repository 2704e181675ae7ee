# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made-up Engines: they record each request and give the answers of the test."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Client


class Sequence:
    """One answer after the other; the last one stays."""

    def __init__(self, *answers: t.Any) -> None:
        self._answers = list(answers)

    def next(self) -> t.Any:
        """The next answer."""
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class FakeEngine(Client):
    """A client whose Engine is a table: ``(method, path)`` to an answer, an error, a function or a ``Sequence``.

    Functions get the body and the query. ``requests`` holds everything that was asked, ``writes`` what was not GET.
    """

    def __init__(self, answers: dict[str, t.Any] | None = None, api: tuple[int, int] = (1, 45)) -> None:
        self.answers = answers or {}
        self.requests: list[tuple[str, t.Any, dict[str, t.Any]]] = []
        #: Seconds that requests asked for themselves, by request.
        self.patience: dict[str, float] = {}
        self._spoken = api

    @property
    def where(self) -> str:
        """Its address."""
        return "unix:///run/fake.sock"

    @property
    def writes(self) -> list[tuple[str, t.Any, dict[str, t.Any]]]:
        """What was asked that changes something."""
        return [request for request in self.requests if not request[0].startswith("GET ")]

    def api(self) -> tuple[int, int]:
        """The version that is spoken."""
        return self._spoken

    def info(self) -> dict[str, t.Any]:
        """``/info``."""
        return t.cast("dict[str, t.Any]", self._ask("GET /info"))

    def get(self, path: str, timeout: float | None = None, **query: t.Any) -> t.Any:
        """Read."""
        if timeout:
            self.patience[f"GET {path}"] = timeout
        return self._ask(f"GET {path}", None, query)

    def read(
        self,
        path: str,
        timeout: float | None = None,
        pause: float | None = None,
        size: int = 0,  # noqa: ARG002 - as of the real one
        **query: t.Any,
    ) -> bytes:
        """Read what is no JSON."""
        return t.cast("bytes", self.get(path, pause or timeout, **query))

    def post(self, path: str, body: t.Any = None, timeout: float | None = None, **query: t.Any) -> t.Any:
        """Write."""
        if timeout:
            self.patience[f"POST {path}"] = timeout
        return self._ask(f"POST {path}", body, query)

    def delete(self, path: str, **query: t.Any) -> t.Any:
        """Remove."""
        return self._ask(f"DELETE {path}", None, query)

    def _ask(self, request: str, body: t.Any = None, query: dict[str, t.Any] | None = None) -> t.Any:
        self.has_written = self.has_written or not request.startswith("GET ")
        self.requests.append((request, copy.deepcopy(body), dict(query or {})))
        answer = self.answer(request, body, dict(query or {}))
        if isinstance(answer, Exception):
            raise answer
        return copy.deepcopy(answer)

    def answer(self, request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        """Look the answer up."""
        if request not in self.answers:
            raise AssertionError(f"the test expects no {request}")
        answer = self.answers[request]
        if isinstance(answer, Sequence):
            answer = answer.next()
        return answer(body, query) if callable(answer) else answer


def info(
    state: str = "inactive",
    node_id: str = "",
    control: bool = False,
    error: str = "",
    managers: t.Iterable[str] = (),
    name: str = "m1",
    **swarm: t.Any,
) -> dict[str, t.Any]:
    """``/info``, the part about the swarm."""
    return {
        "Name": name,
        "DockerRootDir": "/nowhere",
        "Swarm": {
            "NodeID": node_id,
            "NodeAddr": "10.0.0.11" if node_id else "",
            "LocalNodeState": state,
            "ControlAvailable": control,
            "Error": error,
            "RemoteManagers": [
                {"NodeID": f"id{index}", "Addr": address} for index, address in enumerate(managers)
            ]
            or None,
            **swarm,
        },
    }


class FakeSwarm(FakeEngine):
    """A manager of a small swarm that behaves as swarmkit's control API does where nodes are concerned.

    Demotions and removals are refused as the real one refuses them, each write needs the version it was read at, and
    ``lag`` is how many reads pass until a role really has changed.
    """

    def __init__(self, raws: list[dict[str, t.Any]], own_id: str, lag: int = 0) -> None:
        swarm = {"Spec": {"Dispatcher": {"HeartbeatPeriod": 5 * 10**9}}}
        super().__init__({"GET /info": info("active", own_id, control=True), "GET /swarm": swarm})
        self.raws = {raw["ID"]: raw for raw in raws}
        self.lag = lag
        self.tasks: t.Any = []
        #: Errors to raise instead of the next writes.
        self.trouble: list[Exception] = []
        #: How many managers the raft group had after each write, and how many of them were reachable.
        self.managers: list[tuple[int, int]] = []
        self._due: dict[str, int] = {}

    def answer(self, request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        """Behave."""
        method, path = request.split(" ", 1)
        steps = path.strip("/").split("/")
        if method != "GET" and self.trouble:
            return self.trouble.pop(0)
        if path == "/nodes":
            return list(self.raws.values())
        if path == "/tasks":
            return self.tasks.next() if isinstance(self.tasks, Sequence) else self.tasks
        if steps[0] != "nodes":
            return super().answer(request, body, query)
        raw = self.raws.get(steps[1])
        if raw is None:
            return errors.NotFound(f"node {steps[1]} not found", 404)
        if method == "DELETE":
            return self._remove(raw, query)
        if method == "POST":
            return self._update(raw, body, query)
        self._settle(raw)
        return raw

    def _update(self, raw: dict[str, t.Any], body: t.Any, query: dict[str, t.Any]) -> t.Any:
        if query["version"] != raw["Version"]["Index"]:
            return errors.OutOfSequence("update out of sequence", 500)
        if raw["Spec"]["Role"] == "manager" and body["Role"] == "worker" and "ManagerStatus" not in raw:
            return errors.NotFound("can't find manager in raft memberlist", 404)
        raw["Version"]["Index"] += 1
        raw["Spec"] = body
        self._due[raw["ID"]] = self.lag
        if not self.lag:
            self._settle(raw)
        return None

    def _settle(self, raw: dict[str, t.Any]) -> None:
        """The role manager's work: the raft group follows the desired role, some time later."""
        if self._due.setdefault(raw["ID"], 0) > 0:
            self._due[raw["ID"]] -= 1
            return
        wanted, has = raw["Spec"]["Role"] == "manager", "ManagerStatus" in raw
        if wanted and not has and raw["Status"]["State"] != "ready":
            return
        if wanted and not has:
            raw["ManagerStatus"] = {"Reachability": "reachable", "Addr": f"{raw['Status']['Addr']}:2377"}
        elif has and not wanted:
            del raw["ManagerStatus"]
        if wanted != has:
            self._count()

    def _count(self) -> None:
        group = [raw["ManagerStatus"] for raw in self.raws.values() if "ManagerStatus" in raw]
        self.managers.append((len(group), sum(status["Reachability"] == "reachable" for status in group)))

    def _remove(self, raw: dict[str, t.Any], query: dict[str, t.Any]) -> t.Any:
        if "ManagerStatus" in raw:
            return errors.StillManager(f"node {raw['ID']} is a cluster manager", 400)
        if raw["Status"]["State"] == "ready" and not query.get("force"):
            return errors.EngineError(f"node {raw['ID']} is not down and can't be removed", 400)
        del self.raws[raw["ID"]]
        return None
