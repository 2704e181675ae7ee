# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets, configs and services of a swarm that behave as in swarmkit's control API, and how they are declared."""

from __future__ import annotations

import base64
import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import for_ansible
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.references import (
    container_of,
    id_key,
    list_key,
    name_key,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.wait import Outcome
from ansible_collections.flotilla.swarm.plugins.module_utils._rollout.waiting import Waiting
from ansible_collections.flotilla.swarm.plugins.module_utils._run.verb import Verb, perform
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.deploy import verb_of
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET, Family
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, info

Raw = dict[str, t.Any]


def checked(verb: Verb, options: Raw) -> Raw:
    """A module's options as Ansible hands them over, with defaults."""
    result = ArgumentSpecValidator(
        for_ansible(verb.interface.all_arguments), **verb.interface.rules
    ).validate(options)
    assert not result.error_messages, result.error_messages
    return t.cast("Raw", result.validated_parameters)


def send(
    engine: FakeEngine, *declared: Raw, family: Family = SECRET, check: bool = False, **options: t.Any
) -> Raw | Waiting:
    """Declare secrets or configs, and return what is to be waited for."""
    verb = verb_of(family)
    return t.cast(
        "Raw | Waiting",
        verb.work(checked(verb, {family.words: list(declared), **options}), check, engine),
    )


def declare(
    engine: FakeEngine, *declared: Raw, family: Family = SECRET, check: bool = False, **options: t.Any
) -> Raw:
    """The result of a module whose rollouts have all converged."""
    verb = verb_of(family)
    without_waiting = dataclasses.replace(verb, work=lambda *given: converged(verb.work(*given)))
    return perform(
        without_waiting,
        checked(verb, {family.words: list(declared), **options}),
        check,
        lambda _options: engine,
    )


def converged(done: t.Any) -> t.Any:
    """What a verb returned, with a verdict for each rollout, so that nothing is left to be waited for."""
    for rollout in done.rollouts if isinstance(done, Waiting) else []:
        rollout.outcome = Outcome(rollout.name, rollout.service_id, "converged", "", "1/1 running", 1, 1)
    return done


class FakeSecrets(FakeEngine):
    """A manager that has secrets, configs and services, and refuses what the real one refuses."""

    def __init__(self) -> None:
        super().__init__(
            {"GET /info": info("active", "id1", control=True), "GET /nodes": [], "GET /plugins": []}
        )
        self.objects: dict[str, dict[str, Raw]] = {"secrets": {}, "configs": {}}
        self.services: dict[str, Raw] = {}
        #: What the next request of that name is answered with, once.
        self.trouble: dict[str, Exception] = {}
        self._index = 10

    def make(self, family: Family, name: str, data: str, **labels: str) -> str:
        """Create one as another client does; returns the ID."""
        return str(
            self._create(
                family, {"Name": name, "Labels": labels, "Data": base64.b64encode(data.encode()).decode()}
            )["ID"]
        )

    def serve(self, name: str, *identities: str, family: Family = SECRET, mode: str = "Replicated") -> None:
        """A service that uses some of them."""
        raws = self.objects[family.words]
        references = [
            {
                "File": {"Name": f"f{at}"},
                id_key(family.word): one,
                name_key(family.word): raws[one]["Spec"]["Name"],
            }
            for at, one in enumerate(identities)
        ]
        spec = {
            "Name": name,
            "Mode": {mode: {}},
            "TaskTemplate": {"ContainerSpec": {"Image": "tiny", list_key(family.word): references}},
        }
        self.services[name] = {"ID": f"id-{name}", "Version": {"Index": 1}, "Spec": spec}

    def names(self, family: Family = SECRET) -> list[str]:
        """The names of all objects."""
        return sorted(raw["Spec"]["Name"] for raw in self.objects[family.words].values())

    def used_by(self, name: str, family: Family = SECRET) -> list[str]:
        """The names of the objects that a service refers to."""
        container = container_of(self.services[name]["Spec"])
        return [one[name_key(family.word)] for one in container[list_key(family.word)]]

    def answer(self, request: str, body: t.Any, query: dict[str, t.Any]) -> t.Any:
        """Behave."""
        if request in self.trouble:
            return self.trouble.pop(request)
        method, path = request.split(" ", 1)
        steps = path.strip("/").split("/")
        if steps[0] == "services":
            return self._service(method, steps, body, query)
        family = {"secrets": SECRET, "configs": CONFIG}.get(steps[0])
        return (
            self._object(method, steps, family, body, query)
            if family
            else super().answer(request, body, query)
        )

    def _object(self, method: str, steps: list[str], family: Family, body: t.Any, query: Raw) -> t.Any:
        there = self.objects[family.words]
        if len(steps) == 1:
            names = (query.get("filters") or {}).get("name")
            return [
                self._shown(raw, family)
                for raw in there.values()
                if names is None or any(raw["Spec"]["Name"].startswith(name) for name in names)
            ]
        if steps[1] == "create":
            return self._create(family, body)
        raw = there.get(steps[1])
        if raw is None:
            return errors.NotFound(f"{family.word} {steps[1]} not found", 404)
        if method == "DELETE":
            if any(raw["ID"] in str(service["Spec"]) for service in self.services.values()):
                return errors.EngineError(
                    f"{family.word} '{steps[1]}' is in use by the following service: web", 400
                )
            del there[raw["ID"]]
        elif method == "POST":
            return self._update(raw, body, query)
        return self._shown(raw, family)

    @staticmethod
    def _shown(raw: Raw, family: Family) -> Raw:
        spec = {key: value for key, value in raw["Spec"].items() if family.readable or key != "Data"}
        return {**raw, "Spec": spec}

    def _create(self, family: Family, body: Raw) -> t.Any:
        there = self.objects[family.words]
        if body["Name"] in [raw["Spec"]["Name"] for raw in there.values()]:
            return errors.Conflict(f"{family.word} {body['Name']} already exists", 409)
        self._index += 1
        identity = f"{family.word}{self._index}"
        there[identity] = {
            "ID": identity,
            "Version": {"Index": self._index},
            "CreatedAt": "2026-11-20T00:00:00.5Z",
            "Spec": dict(body),
        }
        return {"ID": identity}

    def _update(self, raw: Raw, body: Raw, query: Raw) -> t.Any:
        if body["Name"] != raw["Spec"]["Name"] or body.get("Data", raw["Spec"].get("Data")) != raw[
            "Spec"
        ].get("Data"):
            return errors.EngineError("only updates to Labels are allowed", 400)
        if query["version"] != raw["Version"]["Index"]:
            return errors.OutOfSequence("update out of sequence", 500)
        self._index += 1
        raw["Version"] = {"Index": self._index}
        raw["Spec"] = {**raw["Spec"], "Labels": dict(body["Labels"])}
        return None

    def _service(self, method: str, steps: list[str], body: t.Any, query: Raw) -> t.Any:
        if len(steps) == 1:
            return list(self.services.values())
        raw = next((one for one in self.services.values() if one["ID"] == steps[1]), None)
        if raw is None:
            return errors.NotFound(f"service {steps[1]} not found", 404)
        if method == "POST":
            if query["version"] != raw["Version"]["Index"]:
                return errors.OutOfSequence("update out of sequence", 500)
            previous = raw["Spec"]
            raw["Spec"] = raw["PreviousSpec"] if query.get("rollback") else body
            raw["PreviousSpec"] = previous
            raw["Version"] = {"Index": raw["Version"]["Index"] + 1}
        return raw
