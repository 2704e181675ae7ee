# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm of real Engines as it was recorded: a manager with 20.10, workers with 26.1 and 20.10, services in every state."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes
from ansible_collections.flotilla.swarm.tests.unit.support.engine import FakeEngine, info

Raw = dict[str, t.Any]

_FILE = Path(__file__).parents[1] / "fixtures" / "services_20.10_and_26.1.json"
_RECORDED = json.loads(_FILE.read_text(encoding="utf-8"))
#: A minute before the recording was made.
TRUSTED = "2026-11-20T23:53:15Z"
OWN_ID = "f5s7xlje95y0kowqwrr9j3kf0"


def recorded(kind: str) -> list[Raw]:
    """All ``services``, ``tasks`` or ``nodes``."""
    found: list[Raw] = copy.deepcopy(_RECORDED[kind])
    return found


def service(name: str) -> Raw:
    """One raw service."""
    return next(one for one in recorded("services") if one["Spec"]["Name"] == name)


def tasks_of(raw: Raw) -> list[Raw]:
    """The raw tasks of a service."""
    return [task for task in recorded("tasks") if task["ServiceID"] == raw["ID"]]


NODES = nodes.views(recorded("nodes"))


class RecordedSwarm(FakeEngine):
    """A manager of that swarm: filters take beginnings of names and IDs, and a service that is not there is an error."""

    def __init__(self, **more: t.Any) -> None:
        super().__init__({"GET /info": info("active", OWN_ID, control=True), **more})
        self.services = recorded("services")
        self.tasks = recorded("tasks")
        self.nodes = recorded("nodes")

    def answer(self, request: str, body: t.Any, query: Raw) -> t.Any:
        """Behave."""
        if request in self.answers:
            return super().answer(request, body, query)
        filters = query.get("filters") or {}
        if request == "GET /nodes":
            return self.nodes
        if request == "GET /services":
            return [
                one
                for one in self.services
                if _begins(one["Spec"]["Name"], filters.get("name")) and _begins(one["ID"], filters.get("id"))
            ]
        assert request == "GET /tasks", request
        known = {one["ID"] for one in self.services}
        for wanted in filters.get("service") or ():
            if wanted not in known:
                return errors.NotFound(f"service {wanted} not found", 404)
        return [
            task
            for task in self.tasks
            if task["ServiceID"] in (filters.get("service") or known)
            and task["DesiredState"] in (filters.get("desired-state") or task["DesiredState"])
            and _begins(task["ID"], filters.get("id"))
        ]

    @property
    def asked(self) -> list[str]:
        """The requests so far."""
        return [request for request, _body, _query in self.requests]


def _begins(value: str, wanted: list[str] | None) -> bool:
    return wanted is None or any(value.startswith(one) for one in wanted)
