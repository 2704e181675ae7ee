# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines with a state of their own that lose the answer to one write, refuse it, or die with it.

On real hosts (``tests/integration/modules/test_half.py``) a proxy does the same to a few writes; which of all writes is hit, and
at which moment, can be chosen only here.
"""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, FakeSwarm, info
from ansible_collections.flotilla.swarm.tests.unit.support.secrets import FakeSecrets

Raw = dict[str, t.Any]

LOST = errors.AnswerLost("The Engine ended the connection before its answer was complete (reset).")
LATE = errors.EngineTimeout("The Engine did not answer within 60 s.")
LEADER = errors.LeaderLost("The Engine said: node lost leader status", 500)
REFUSED = errors.EngineError("The Engine said: no", 500)
DEAD = errors.EngineAbsent("No Engine answers.")


class Losing(FakeEngine):
    """Something happens to one of the writes.

    Attributes:
        at: which write, counted from 1; none with 0.
        trouble: what the caller gets in place of the answer.
        carried_out: whether the Engine does what was asked.
        dies: whether it answers nothing any longer.
    """

    at = 0
    trouble_there: Exception = LOST
    carried_out = True
    dies = False
    count = 0

    def hit(self, at: int, trouble: Exception, carried_out: bool = True, dies: bool = False) -> None:
        """Choose what happens, from now on."""
        self.at, self.trouble_there, self.carried_out, self.dies, self.count = (
            at,
            trouble,
            carried_out,
            dies,
            0,
        )

    def answer(self, request: str, body: t.Any, query: Raw) -> t.Any:
        """Answer, or not."""
        if self.dies and self.at and self.count >= self.at:
            return DEAD
        # To compare a secret's data, the Engine is asked for an update that it has to refuse.
        if request.startswith("GET ") or (request.endswith("/update") and "Data" in (body or {})):
            return self.behave(request, body, query)
        self.count += 1
        if self.count != self.at:
            return self.behave(request, body, query)
        if self.carried_out:
            self.behave(request, copy.deepcopy(body), query)
        return self.trouble_there

    def behave(self, request: str, body: t.Any, query: Raw) -> t.Any:
        """What the Engine does."""
        return super().answer(request, body, query)


class LosingNodes(Losing, FakeSwarm):
    """The nodes of a swarm."""


class Manager(Losing, FakeSecrets):
    """A manager with services, networks, secrets and configs."""

    def __init__(self) -> None:
        super().__init__()
        self.networks: dict[str, Raw] = {}
        self.tasks: list[Raw] = []
        self._serial = 100

    def behave(self, request: str, body: t.Any, query: Raw) -> t.Any:
        """Services and networks here, the others as ``FakeSecrets`` has them."""
        method, path = request.split(" ", 1)
        steps = path.strip("/").split("/")
        if path == "/tasks":
            return self.tasks
        if steps[0] == "networks":
            return self._network(method, steps, body, query)
        if path == "/services":
            return [raw for raw in self.services.values() if _wanted(raw["Spec"], query)]
        if path == "/services/create":
            return self._create_service(body)
        if steps[0] == "services" and method == "DELETE":
            found = [name for name, raw in self.services.items() if raw["ID"] == steps[1]]
            if not found:
                return errors.NotFound(f"service {steps[1]} not found", 404)
            return self.services.pop(found[0]) and None
        if steps[0] == "services" and method == "POST" and self._other_mode(steps[1], body):
            return errors.EngineError("service mode change is not allowed", 501)
        return super().behave(request, body, query)

    def _other_mode(self, identity: str, body: Raw) -> bool:
        found = [raw for raw in self.services.values() if raw["ID"] == identity]
        return bool(found) and found[0]["Spec"]["Mode"].keys() != body["Mode"].keys()

    def _create_service(self, body: Raw) -> t.Any:
        if body["Name"].lower() in [name.lower() for name in self.services]:
            return errors.Conflict(f"service {body['Name']} already exists", 409)
        self._serial += 1
        raw = {"ID": f"id{self._serial}", "Version": {"Index": self._serial}, "Spec": body}
        self.services[body["Name"]] = raw
        return {"ID": raw["ID"]}

    def _network(self, method: str, steps: list[str], body: t.Any, query: Raw) -> t.Any:
        if len(steps) == 1:
            return [raw for raw in self.networks.values() if _wanted(raw, query)]
        if steps[1] == "create":
            if body["Name"] in [raw["Name"] for raw in self.networks.values()]:
                return errors.Conflict(f"network with name {body['Name']} already exists", 409)
            self._serial += 1
            identity = f"net{self._serial}"
            self.networks[identity] = {**body, "Id": identity, "Scope": "swarm", "Driver": "overlay"}
            return {"Id": identity}
        raw = self.networks.get(steps[1])
        if raw is None:
            return errors.NotFound(f"network {steps[1]} not found", 404)
        if method == "DELETE":
            if f"'Target': '{steps[1]}'" in str([one["Spec"] for one in self.services.values()]):
                return errors.EngineError(f"network {steps[1]} is in use by service", 400)
            del self.networks[steps[1]]
            return None
        return raw

    def seen(self) -> Raw:
        """What there is, by names; without IDs, and without fingerprints, whose salt is always another one."""
        names = {identity: raw["Name"] for identity, raw in self.networks.items()}
        for raws in self.objects.values():
            names.update((identity, raw["Spec"]["Name"]) for identity, raw in raws.items())

        def named(spec: Raw) -> str:
            text = str(spec)
            for identity, name in names.items():
                text = text.replace(f"'{identity}'", f"'{name}'")
            return text

        return {
            "services": {name: named(raw["Spec"]) for name, raw in sorted(self.services.items())},
            "networks": {raw["Name"]: raw.get("Internal", False) for raw in self.networks.values()},
            **{
                words: sorted((raw["Spec"]["Name"], raw["Spec"]["Data"]) for raw in raws.values())
                for words, raws in self.objects.items()
            },
        }


def _wanted(spec: Raw, query: Raw) -> bool:
    filters = query.get("filters") or {}
    labels = [label.partition("=")[0] for label in filters.get("label", [])]
    names = filters.get("name")
    return all(label in (spec.get("Labels") or {}) for label in labels) and (
        names is None or any(spec["Name"].startswith(name) for name in names)
    )


class Host(Losing):
    """A host that is in no swarm, creates one, joins one, or leaves it; the only member of its swarm."""

    def __init__(self, state: str = "inactive", role: str = "manager") -> None:
        super().__init__({})
        self.state, self.role = state, role
        self.swarm: Raw = _new_swarm({})
        self.key = 1
        #: Names of everything that was done, in order.
        self.done: list[str] = []

    def behave(self, request: str, body: t.Any, query: Raw) -> t.Any:
        """As the Engine does it."""
        is_manager = self.state == "active" and self.role == "manager"
        if request == "GET /info":
            managers = ["10.0.0.11:2377"] if self.state == "active" else []
            node_id = "id-m1" if self.state == "active" else ""
            return info(self.state, node_id, control=is_manager, managers=managers)
        if request.startswith("POST /swarm/"):
            return self._change(request.rpartition("/")[2], body, query)
        if not is_manager:
            return errors.NotAManager("This node is not a swarm manager.", 503)
        return {
            "GET /swarm": self.swarm,
            "GET /nodes": [],
            "GET /swarm/unlockkey": {"UnlockKey": f"key{self.key}"},
        }[request]

    def _change(self, verb: str, body: t.Any, query: Raw) -> t.Any:
        inside = self.state == "active"
        if verb in ("init", "join") and inside:
            return errors.AlreadyInSwarm("This node is already part of a swarm.", 503)
        if verb == "leave" and not inside:
            return errors.NotInSwarm("This node is not part of a swarm", 503)
        if verb == "update" and query["version"] != self.swarm["Version"]["Index"]:
            return errors.OutOfSequence("update out of sequence", 500)
        self.done.append(verb)
        if verb == "update":
            self._update(body, query)
        elif verb == "init":
            self.swarm = _new_swarm(body["Spec"])
        self.state = "inactive" if verb == "leave" else "active"
        return None

    def _update(self, body: Raw, query: Raw) -> None:
        self.swarm["Version"]["Index"] += 1
        self.swarm["Spec"] = body
        for flag, role in (("rotateWorkerToken", "Worker"), ("rotateManagerToken", "Manager")):
            self.swarm["JoinTokens"][role] += int(bool(query.get(flag)))
        self.key += int(bool(query.get("rotateManagerUnlockKey")))


def _new_swarm(spec: Raw) -> Raw:
    return {"ID": "s", "Version": {"Index": 1}, "Spec": spec, "JoinTokens": {"Worker": 1, "Manager": 1}}
